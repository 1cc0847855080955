"""Write to a customer who has not written about it: on which channels that is possible, and a conversation to do it in.

The conversation is empty at first: the composer writes its first message, with the channel's rules (a template where a free text may not
leave), the Charter's and everything else that holds for answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.channels.ailments import dead_among
from ascolto.channels.looks import Look, look_of
from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import get_adapter
from ascolto.conversations.access import sight_of
from ascolto.conversations.models import Conversation, Status
from ascolto.customers.models import Customer, Identity
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused

# Handles at which somebody can be reached without having written first; networks give out no others.
SPACES = frozenset({"email", "phone"})
NOT_BEGUN = frozenset({"telephone", "asterisk", "form"})  # calls and forms are begun by the customer


@dataclass(frozen=True, slots=True)
class Beginning:
    """A way to write first. `needs_template`: a free text may not leave before the customer answers."""

    account: ChannelAccount
    identity: Identity
    needs_template: bool
    blocked_why: str  # empty where a message may leave

    @property
    def look(self) -> Look:
        return look_of(self.account.kind)


def beginnings(customer: Customer, agent: Agent) -> list[Beginning]:
    """Every way to write first, on inboxes of this person. A constant number of queries."""
    handles = list(
        Identity.objects.filter(customer=customer, namespace__in=SPACES, is_proven=True, scope="").order_by(
            "pk"
        )
    )
    if not handles:
        return []
    sight = sight_of(agent)
    accounts = ChannelAccount.objects.filter(is_enabled=True).exclude(kind__in=NOT_BEGUN).order_by("pk")
    mine = [one for one in accounts if sight.everything or one.pk in sight.accounts]
    dead = dead_among(mine)
    found = []
    for account in mine:
        way = _way(account, handles)
        if way is not None and account.pk not in dead:
            found.append(way)
    return found


def _way(account: ChannelAccount, handles: list[Identity]) -> Beginning | None:
    can = account.capabilities
    spaces = [space for space in get_adapter(account.kind).namespaces if space in SPACES]
    identity = next((one for space in spaces for one in handles if one.namespace == space), None)
    if identity is None or not can.answers:
        return None
    window = can.limits("private").window()
    if window is not None and not can.templates:
        return None
    why = (identity.blocked_why or "blocked") if identity.blocked_at else ""
    return Beginning(account, identity, window is not None, why)


@transaction.atomic
def begin(*, agent: Agent, customer: Customer, account: ChannelAccount) -> Conversation:
    """An empty conversation with the customer on this inbox, held by who begins it; the one that waits already, where there is one.

    Raises Refused when the customer cannot be written to there first, or wants no messages.
    """
    if not agent.may("conversations.reply"):
        raise Refused("not_allowed", "You may not answer customers.", fix="Ask a colleague.")
    way = next((one for one in beginnings(customer, agent) if one.account.pk == account.pk), None)
    if way is None:
        raise Refused("no_beginning", "Nobody can be written to first there.", fix="Choose another channel.")
    if way.blocked_why:
        raise Refused(
            "customer_blocked",
            f"The customer does not take messages on {account.name}.",
            fix="Use another channel, or wait for the customer to write.",
        )
    waiting: Any = Conversation.objects.filter(
        customer=customer, account=account, assignee=agent, messages__isnull=True, merged_into=None
    ).first()
    if waiting is not None:
        return waiting  # type: ignore[no-any-return]
    made = Conversation.objects.create(
        customer=customer, account=account, assignee=agent, status=Status.PENDING, channels=account.kind
    )
    emit(
        "conversation.created",
        actor=actor_of(agent),
        conversation=made.pk,
        customer=customer.pk,
        account=account.pk,
        channel=account.kind,
        previous=None,
    )
    return made
