"""A desk in small for adapters that poll: it stores what a poll finds as the product does, and reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ascolto.channels.protocol import (
    Account,
    Adapter,
    Handle,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    Removed,
)
from ascolto.kit.clock import now
from ascolto.testing.wellformed import check_event


@dataclass
class PollingDesk:
    """What one account has found so far. Every event is checked; the cursor goes through JSON as in a database."""

    adapter: Adapter
    account: Account
    cursor: Mapping[str, Any] = field(default_factory=dict)

    def poll(self) -> list[Inbound]:
        """Ask once; the events found, in their order. Raises SendRefused."""
        found: list[Inbound] = []
        for polled in self.adapter.poll(self.account, self.cursor):
            self.cursor = json.loads(json.dumps(dict(polled.cursor)))
            if polled.raw is not None:
                raw = RawDelivery(body=polled.raw, headers=polled.headers, received_at=now(), source="poll")
                found += self.adapter.parse(self.account, raw)
        for event in found:
            check_event(event)
        return found

    def messages(self) -> list[Message]:
        """Poll; only what customers wrote."""
        return [event for event in self.poll() if isinstance(event, Message) and not event.outgoing]

    def receipts(self) -> list[Receipt]:
        """Poll; only what became of our messages."""
        return [event for event in self.poll() if isinstance(event, Receipt)]

    def removed(self, polls: int) -> list[str]:
        """Poll several times; the ids of what was found to be gone."""
        return [
            event.external_id for _ in range(polls) for event in self.poll() if isinstance(event, Removed)
        ]


def reply_to(message: Message, text: str, tracker: str = "d-1", **changed: Any) -> Outgoing:
    """A public answer to a message, as the product would hand it to an adapter."""
    given: dict[str, Any] = {
        "tracker": tracker,
        "recipient": message.sender.handles,
        "text": text,
        "visibility": "public",
        "reply_to": message.external_id,
        "references": (message.external_id,),
        "extra": message.extra,
    }
    return Outgoing(**{**given, **changed})


def handle_of(message: Message) -> Handle:
    """The first handle of who wrote it."""
    return message.sender.handles[0]
