"""The cast and what they do, for tests and benches: through the real actions, so that every row is one the product makes.

Giulia writes as a customer, Marco answers, Anna leads, Viktor works for another team and must see nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent, Role, Team
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Handle, Media, Sender
from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions import Received, receive_messages
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.actions import Claim, Person, recognise
from ascolto.customers.models import Customer, Identity
from ascolto.kit.clock import now

PASSWORD = "a quiet harbour at six"
_numbers = itertools.count(1)

# The least a channel of each kind needs to be connected; tests override what they are about.
SETTINGS: dict[str, dict[str, str]] = {
    "webhook": {"secret": "a-shared-secret", "reply_url": "https://shop.example/replies"},
    "whatsapp": {
        "app_secret": "an-app-secret",
        "verify_token": "a-verify-token",
        "access_token": "an-access-token",
        "phone_number_id": "1055501",
    },
    "email": {
        "address": "care@telvia.example",
        "imap_host": "imap.telvia.example",
        "imap_user": "care@telvia.example",
        "imap_password": "a-password",
        "smtp_host": "smtp.telvia.example",
        "smtp_user": "care@telvia.example",
        "smtp_password": "a-password",
    },
    "chat": {},
    "form": {},
}
NAMESPACES = {"whatsapp": "phone", "email": "email", "form": "email", "chat": "chat", "webhook": "webhook"}


def make_team(name: str = "Care", *members: Agent) -> Team:
    """A team with these people."""
    team, _ = Team.objects.get_or_create(name=name)
    team.members.add(*members)
    return team


def make_agent(
    name: str = "Marco Villa", role: str = Role.AGENT, *, teams: Iterable[Team] = (), **fields: Any
) -> Agent:
    """A person of the company; their e-mail follows from the name, their password is PASSWORD."""
    email = fields.pop("email", f"{name.split()[0].lower()}@telvia.example")
    fields.setdefault("undo_seconds", 0)  # what they send leaves at once
    agent = Agent.objects.create_user(email, name, fields.pop("password", PASSWORD), role=role, **fields)
    agent.teams.add(*teams)
    return agent


def make_inbox(
    kind: str = "webhook", name: str = "", *, teams: Iterable[Team] = (), **values: str
) -> ChannelAccount:
    """A connected account of a channel; with `teams` only those people see its conversations."""
    inbox = ChannelAccount(kind=kind, name=name or f"Telvia {kind}")
    inbox.store_values({**SETTINGS.get(kind, {}), **values})
    inbox.save()
    inbox.teams.add(*teams)
    return inbox


def make_customer(
    name: str = "Giulia Ferri",
    handle: tuple[str, str] | None = None,
    *,
    scope: str = "",
    **fields: str,
) -> Customer:
    """A customer with one handle ("email" from the name unless given); `scope` makes the handle an unproven one."""
    space, value = handle or ("email", f"{'.'.join(name.lower().split())}@example.org")
    found = recognise([Person(claims=(Claim(space, value, scope),), name=name)])[0]
    if fields:
        Customer.objects.filter(pk=found.customer_id).update(**fields)
    return Customer.objects.get(pk=found.customer_id)


def receive(
    inbox: ChannelAccount,
    text: str = "My line has been dead since this morning.",
    *,
    customer: Customer | None = None,
    at: datetime | None = None,
    external_id: str = "",
    replies_to: Iterable[str] = (),
    files: Iterable[Media] = (),
    **fields: Any,
) -> Message:
    """A message of the customer (Giulia unless given) on this inbox, through the real action."""
    identity = _identity_on(inbox, customer or make_customer())
    handle = Handle(identity.namespace, identity.value, identity.is_proven)
    incoming = Incoming(
        external_id=external_id or f"in-{next(_numbers)}",
        sender=Sender((handle,), customer.name if customer else "Giulia Ferri"),
        occurred_at=at or now(),
        text=text,
        replies_to=tuple(replies_to),
        attachments=tuple(files),
        **fields,
    )
    received = Received(
        account_id=inbox.pk,
        channel=inbox.kind,
        message=incoming,
        customer_id=identity.customer_id,
        identity_id=identity.pk,
        threaded=bool(incoming.replies_to),
    )
    with transaction.atomic():
        receive_messages([received])
    return Message.objects.select_related("conversation").get(account=inbox, external_id=incoming.external_id)


def _identity_on(inbox: ChannelAccount, customer: Customer) -> Identity:
    """The customer's handle on this kind of channel; made when they have none."""
    namespace = NAMESPACES.get(inbox.kind, inbox.kind)
    found = customer.identities.filter(namespace=namespace).first()
    return found or Identity.objects.create(
        customer=customer, namespace=namespace, value=f"{namespace}-of-{customer.pk}"
    )


def make_conversation(
    inbox: ChannelAccount | None = None,
    text: str = "My line has been dead since this morning.",
    *,
    customer: Customer | None = None,
    at: datetime | None = None,
    visibility: str = "private",
    **fields: Any,
) -> Conversation:
    """A conversation that a customer's message began; `fields` of the conversation are set afterwards."""
    message = receive(inbox or make_inbox(), text, customer=customer, at=at, visibility=visibility)
    if fields:
        Conversation.objects.filter(pk=message.conversation_id).update(**fields)
    return Conversation.objects.select_related("customer", "account", "assignee", "team").get(
        pk=message.conversation_id
    )


@dataclass(frozen=True)
class Cast:
    """Marco and Anna work on `inbox`, which belongs to the team `care`; Viktor is of another team."""

    care: Team
    inbox: ChannelAccount
    giulia: Customer
    marco: Agent
    anna: Agent
    viktor: Agent

    def writes(self, text: str = "My line has been dead since this morning.", **fields: Any) -> Conversation:
        """Giulia writes to the inbox; the conversation it lands in."""
        fields.setdefault("customer", self.giulia)
        message = receive(fields.pop("inbox", self.inbox), text, **fields)
        return Conversation.objects.select_related("customer", "account", "assignee", "team").get(
            pk=message.conversation_id
        )


def make_cast(kind: str = "webhook") -> Cast:
    """Everybody, and an inbox of this kind."""
    care = make_team("Care")
    return Cast(
        care=care,
        inbox=make_inbox(kind, teams=[care]),
        giulia=make_customer(),
        marco=make_agent("Marco Villa", teams=[care]),
        anna=make_agent("Anna Neri", Role.LEAD),
        viktor=make_agent("Viktor Orlov", teams=[make_team("Warehouse")]),
    )
