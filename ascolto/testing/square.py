"""A town's square as a channel for tests of the house: whatever a network can say is said in its own words, in any order.

with the_square() as square:
    inbox = make_inbox("square")
    square.tells(inbox, square.post("p1", "Nothing works!", by="giulia"))
    …
    square.published, square.sent            # what was answered in public, and in private
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from ascolto.channels.capabilities import Capabilities, Limits
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import (
    Account,
    Adapter,
    Failure,
    Handle,
    HookRequest,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Sender,
    SendRefused,
    Sent,
    setting,
)
from ascolto.channels.registry import all_adapters
from ascolto.intake.entries import Entry
from ascolto.intake.journal import insert
from ascolto.intake.worker import process_waiting
from ascolto.kit.clock import now

_numbers = itertools.count(1)


@dataclass(frozen=True)
class SquareConfig:
    """A square needs no settings."""

    key: str = setting("Key", default="", secret=True)


class Square(Adapter):
    """People speak in public and in private; everything can happen."""

    kind = "square"
    label = "Square"
    Config = SquareConfig
    namespaces = ("square",)
    rate = (1000.0, 1000)

    def __init__(self, **capabilities: Any) -> None:
        sheet = {
            "public": True,
            "public_limits": Limits(max_length=280),
            "private_reply": "once",
            "private_reply_window": timedelta(days=7),
            "threads": True,
        }
        self.capabilities = Capabilities(**{**sheet, **capabilities})  # type: ignore[misc]
        self.sent: list[Outgoing] = []
        self.published: list[Outgoing] = []
        self.answers: list[Sent | Failure] = []
        self._said: dict[bytes, list[Inbound]] = {}

    # --- the adapter ---

    def verify(self, account: Account, request: HookRequest) -> None:
        """Whoever knocks may come in."""

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        return self._said[raw.body]

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return self._take(outgoing, self.sent)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return self._take(outgoing, self.published)

    def _take(self, outgoing: Outgoing, where: list[Outgoing]) -> Sent:
        answer = self.answers.pop(0) if self.answers else Sent((f"ours-{next(_numbers)}",))
        if isinstance(answer, Failure):
            raise SendRefused(answer)
        where.append(outgoing)
        return answer

    # --- what tests say ---

    def tells(self, inbox: ChannelAccount, *events: Inbound) -> None:
        """Deliver these events, and let the house work on them."""
        body = b"delivery %d" % next(_numbers)
        self._said[body] = list(events)
        insert([Entry(account_id=inbox.pk, body=body, headers={}, source="hook", received_at=now())])
        process_waiting()

    def post(self, id: str, text: str, *, by: str = "giulia", public: bool = True, **more: Any) -> Message:
        """Somebody speaks."""
        visibility: Literal["public", "private"] = "public" if public else "private"
        fields: Mapping[str, Any] = {"occurred_at": now(), "visibility": visibility, **more}
        return Message(external_id=id, sender=self.person(by), text=text, **fields)

    def echo(
        self, id: str, text: str, *, answers: str = "", at: datetime | None = None, **more: Any
    ) -> Message:
        """Our own words, as the network shows them back to us, without saying to whom they went."""
        return Message(
            external_id=id,
            sender=Sender(()),
            occurred_at=at or now(),
            text=text,
            outgoing=True,
            replies_to=(answers,) if answers else (),
            **{"visibility": "public", **more},
        )

    def person(self, name: str) -> Sender:
        """Somebody by their handle."""
        return Sender((Handle("square", name, shown=f"@{name}"),), name.title())


@contextmanager
def the_square(**capabilities: Any) -> Iterator[Square]:
    """A square that the registry knows for the length of a block."""
    square = Square(**capabilities)
    all_adapters()[square.kind] = square
    try:
        yield square
    finally:
        all_adapters().pop(square.kind, None)
