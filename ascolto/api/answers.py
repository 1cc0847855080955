"""From rows to documents. Whatever a list needs is read in a fixed number of queries, however long it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET

from ascolto.accounts.models import Agent
from ascolto.api import documents as d
from ascolto.api.meant import reading_of
from ascolto.api.routing import BASE
from ascolto.api.selectors import newest_messages
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Attachment, Message, Priority
from ascolto.customers.models import Customer, Identity

EXPANSIONS = ("customer", "channel", "last_message")
_PRIORITIES = {int(value): name for value, name in Priority.choices}


def _reference(pk: int | None, name: str | None) -> d.Reference | None:
    return None if pk is None else d.Reference(pk, name or "")


def conversations(rows: Sequence[Mapping[str, Any]], expand: Collection[str] = ()) -> list[d.Conversation]:
    """Documents of rows that a conversation list gave."""
    customers = _customers(rows) if "customer" in expand else {}
    channels = _channels(rows) if "channel" in expand else {}
    last = newest_messages([row["id"] for row in rows]) if "last_message" in expand else None
    return [_conversation(row, customers, channels, last) for row in rows]


def _conversation(
    row: Mapping[str, Any],
    customers: Mapping[int, d.CustomerSummary],
    channels: Mapping[int, d.ChannelSummary],
    last: Mapping[int, Message] | None,
) -> d.Conversation:
    pk, customer = row["id"], row["customer_id"]
    return d.Conversation(
        id=pk,
        number=row["number"],
        status=row["status"],
        priority=_PRIORITIES[row["priority"]],  # type: ignore[arg-type]
        subject=row["subject"],
        customer=customers.get(customer) or d.CustomerSummary(customer, row["customer__name"]),
        channels=row["channels"],
        channel_id=row["account_id"],
        assignee=_reference(row["assignee_id"], row["assignee__name"]),
        team=_reference(row["team_id"], row["team__name"]),
        labels=row["labels"],
        has_public=row["has_public"],
        is_spam=row["is_spam"],
        preview=row["preview"],
        waiting_since=row["waiting_since"],
        due_at=row["due_at"],
        promised_for=row["promised_for"],
        snoozed_until=row["snoozed_until"],
        last_message_at=row["last_message_at"],
        last_inbound_at=row["last_inbound_at"],
        resolved_at=row["resolved_at"],
        created_at=row["created_at"],
        merged_into_id=row["merged_into_id"],
        version=row["version"],
        channel=channels.get(row["account_id"], UNSET),
        last_message=UNSET if last is None else _newest(last.get(pk), row),
    )


def _newest(found: Message | None, row: Mapping[str, Any]) -> d.Message | None:
    return None if found is None else message(found, row["customer__name"])


def _customers(rows: Iterable[Mapping[str, Any]]) -> dict[int, d.CustomerSummary]:
    wanted = Customer.objects.filter(pk__in={row["customer_id"] for row in rows})
    return {
        found.pk: d.CustomerSummary(
            found.pk, found.name, found.language, found.about, found.created_at, _identities(found)
        )
        for found in wanted.prefetch_related("identities")
    }


def _channels(rows: Iterable[Mapping[str, Any]]) -> dict[int, d.ChannelSummary]:
    wanted = ChannelAccount.objects.filter(pk__in={row["account_id"] for row in rows})
    return {
        pk: d.ChannelSummary(pk, kind, name) for pk, kind, name in wanted.values_list("id", "kind", "name")
    }


def _identities(customer: Customer) -> list[d.Identity]:
    return [_identity(identity) for identity in customer.identities.all() if not identity.is_retired]


def _identity(identity: Identity) -> d.Identity:
    return d.Identity(
        identity.pk, identity.namespace, identity.value, identity.is_proven, identity.opted_out_at
    )


def customer(found: Customer) -> d.Customer:
    """The document of a customer; read `identities` before, when there are several."""
    group = d.Reference(found.group.pk, found.group.name) if found.group else None
    identities = _identities(found)
    return d.Customer(
        found.pk,
        found.name,
        found.language,
        found.about,
        found.created_at,
        identities,
        group,
        found.number,
        found.merged_into_id,
    )


def message(found: Message, customer_name: str) -> d.Message:
    """The document of a message that was read with its agent, identity, account, reading, files and reactions."""
    return d.Message(
        id=found.pk,
        conversation_id=found.conversation_id,
        direction=found.direction,  # type: ignore[arg-type]
        visibility=found.visibility,  # type: ignore[arg-type]
        author=_author(found, customer_name),
        channel=found.account.kind if found.account else None,
        channel_id=found.account_id,
        kind=found.kind,
        subject=found.subject,
        text=found.text,
        html=found.html,
        attachments=[attachment(file) for file in found.attachments.all()],
        reactions=[d.Reaction(r.emoji, r.occurred_at) for r in found.reactions.all() if r.emoji],
        external_id=found.external_id,
        in_reply_to=found.in_reply_to_id,
        is_automatic=found.is_automatic,
        delivery=found.delivery or None,  # type: ignore[arg-type]
        delivery_error=found.delivery_error,
        extra=found.extra,
        occurred_at=found.occurred_at,
        created_at=found.created_at,
        edited_at=found.edited_at,
        removed_at=found.removed_at,
        reading=reading_of(found),
    )


def _author(found: Message, customer_name: str) -> d.Author:
    if found.author_kind == "customer":
        customer_id = found.identity.customer_id if found.identity else None
        return d.Author("customer", customer_id, customer_name)
    if found.agent is not None:
        return d.Author("agent", found.agent.pk, found.agent.name)
    return d.Author(found.author_kind, None, "")  # type: ignore[arg-type]


def attachment(file: Attachment) -> d.Attachment:
    """The document of a file."""
    return d.Attachment(
        file.pk,
        file.name,
        file.content_type,
        file.size,
        file.state,  # type: ignore[arg-type]
        f"{BASE}/attachments/{file.pk}/content",
    )


def agent(person: Agent) -> d.Agent:
    """The document of a colleague; read `teams` before, when there are several."""
    teams = sorted(team.pk for team in person.teams.all())
    return d.Agent(person.pk, person.name, person.email, person.role, teams)  # type: ignore[arg-type]
