"""A channel that is asked, as the poller and the courier use it: for tests of adapters. Free of Django."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from ascolto.channels.protocol import File, Inbound, Message, Outgoing
from ascolto.testing.polling import PollingDesk, reply_to


class Desk(PollingDesk):
    """A desk that speaks of hearing."""

    def hears(self) -> list[Inbound]:
        """Poll once, and parse what came."""
        return self.poll()

    def hears_message(self) -> Message:
        """The one message that came."""
        messages = self.messages()
        assert len(messages) == 1, messages
        return messages[0]


def answer_to(message: Message, text: str, tracker: str = "d-1", **more: Any) -> Outgoing:
    """A private answer to a message."""
    return reply_to(message, text, tracker, **{"visibility": "private", "references": (), **more})


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
