"""What a channel can do, as a sheet: the composer, the gates, the docs matrix and the settings read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Counting(StrEnum):
    """How a network counts the length of a text."""

    CHARACTERS = "characters"  # Unicode code points
    UTF16 = "utf16"  # as JavaScript counts
    BYTES = "bytes"  # UTF-8


def measured_length(text: str, counting: Counting) -> int:
    """The length of `text` as the network counts it."""
    if counting is Counting.BYTES:
        return len(text.encode())
    if counting is Counting.UTF16:
        return len(text.encode("utf-16-le")) // 2
    return len(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Limits on files in one message. `max_bytes` maps a main type ("image", "video", "*") to bytes."""

    max_count: int = 10
    max_bytes: dict[str, int] = field(default_factory=lambda: {"*": 20 * 1024 * 1024})

    def limit_for(self, content_type: str) -> int:
        """The largest file of this type, in bytes; 0 when the network refuses the type."""
        main = content_type.split("/", 1)[0]
        return self.max_bytes.get(content_type, self.max_bytes.get(main, self.max_bytes.get("*", 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The sheet. Defaults describe the poorest channel."""

    private: bool = True
    public: bool = False
    max_length: int = 4096
    counting: Counting = Counting.CHARACTERS
    reply_window: timedelta | None = (
        None  # how long after the customer's last message a free answer may leave
    )
    templates: bool = False  # approved templates may leave after the window
    attachments: Attachments | None = None
    receipts: frozenset[str] = frozenset()  # which of sent, delivered, read the network reports
    threads: bool = False
    html: bool = False
    subject: bool = False
    edits: bool = False
    reactions: bool = False
    typing: bool = False
    starts: bool = False  # we may write first
    idempotent: bool = (
        False  # the network takes an idempotency key: an unknown outcome may be repeated safely
    )
    listens: bool = True  # receives messages by hook or poll
