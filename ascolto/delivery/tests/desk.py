"""Marco's desk: Giulia writes, Marco answers, and one looks what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer
from ascolto.delivery.models import Dispatch
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_customer, make_inbox, receive


class Desk:
    """An inbox, a customer and an agent."""

    def __init__(self, kind: str = "paper") -> None:
        self.inbox = make_inbox(kind)
        self.giulia = make_customer("Giulia Ferri", (kind, "giulia"))
        self.marco = make_agent("Marco Villa")

    def writes(
        self, inbox: ChannelAccount | None = None, customer: Customer | None = None, **fields: Any
    ) -> Conversation:
        """Giulia writes; the conversation."""
        return receive(inbox or self.inbox, customer=customer or self.giulia, **fields).conversation

    def answers(self, conversation: Conversation, text: str = "We are on it.", **fields: Any) -> Message:
        """Marco answers."""
        return add_reply(agent=self.marco, conversation=conversation, text=text, **fields)

    def answered(self, text: str = "We are on it.", **fields: Any) -> Message:
        """Giulia wrote and Marco answered."""
        return self.answers(self.writes(), text, **fields)

    def strangers(self, count: int, inbox: ChannelAccount | None = None) -> list[Message]:
        """Answers to as many different people."""
        inbox = inbox or self.inbox
        made = []
        for number in range(count):
            person = make_customer(f"Stranger {number}", (inbox.kind, f"stranger-{inbox.pk}-{number}"))
            made.append(self.answers(self.writes(inbox, person), f"answer {number}"))
        return made


def dispatch_of(message: Message) -> Dispatch:
    """The dispatch of a message, as it is now."""
    return Dispatch.objects.get(message=message)


def state_of(message: Message) -> tuple[str, str]:
    """The states of dispatch and message, as they are now."""
    message.refresh_from_db()
    return str(dispatch_of(message).state), message.delivery


def health_of(inbox: ChannelAccount) -> ChannelHealth:
    """The inbox's health, as it is now."""
    return ChannelHealth.objects.get(account=inbox)


def told(message: Message) -> list[str]:
    """The events about a message, without the one that it was written."""
    rows = Event.objects.filter(type__startswith="message.", data__message=message.pk).order_by("id")
    return [row.type for row in rows if row.type != "message.added"]


def make_due(message: Message) -> None:
    """Let the time until the next try be over."""
    Dispatch.objects.filter(message=message).update(run_at=now())


def until(condition: Callable[[], bool]) -> None:
    """Wait for other threads and processes, with a bound that only a fault reaches."""
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
