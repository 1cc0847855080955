"""A channel that is asked, as the poller and the courier use it: for tests of adapters. Free of Django."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

from ascolto.channels.protocol import Account, Adapter, File, Inbound, Message, Outgoing, RawDelivery
from ascolto.kit.clock import now


class Desk:
    """An account whose cursor is kept, as the poller keeps it."""

    def __init__(self, adapter: Adapter, account: Account) -> None:
        self.adapter, self.account = adapter, account
        self.cursor: Mapping[str, Any] = {}

    def hears(self) -> list[Inbound]:
        """Poll once, and parse what came."""
        found: list[Inbound] = []
        for polled in self.adapter.poll(self.account, self.cursor):
            self.cursor = polled.cursor
            if polled.raw is not None:
                raw = RawDelivery(body=polled.raw, headers=polled.headers, received_at=now(), source="poll")
                found += self.adapter.parse(self.account, raw)
        return found

    def hears_message(self) -> Message:
        """The one message that came."""
        messages = [event for event in self.hears() if isinstance(event, Message) and not event.outgoing]
        assert len(messages) == 1, messages
        return messages[0]


def answer_to(message: Message, text: str, tracker: str = "d-1", **more: Any) -> Outgoing:
    """What the desk would send back."""
    return Outgoing(
        tracker=tracker,
        recipient=message.sender.handles,
        text=text,
        reply_to=message.external_id,
        extra=message.extra,
        **more,
    )


def _one_pixel() -> bytes:
    """The smallest picture there is: some networks look inside."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
        + chunk(b"IEND", b"")
    )


def picture(content: bytes = b"", name: str = "modem.png") -> File:
    """A small picture, or what is said to be one."""
    said = content or _one_pixel()
    return File(name=name, content_type="image/png", size=len(said), read=lambda: said)
