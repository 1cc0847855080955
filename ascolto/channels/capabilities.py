"""What a channel can do, as a sheet: the composer, the gates, the docs matrix and the settings read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from ascolto.channels.lengths import Counting, measured_length

__all__ = ["Attachments", "Capabilities", "Choices", "Counting", "Limits", "measured_length"]


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
class Choices:
    """The buttons that a network draws below a private message of ours. Titles are shortened to what fits; more choices than
    `most`, or ids longer than `max_id` bytes, leave as numbered lines."""

    max_count: int
    max_title: int
    max_id: int
    max_rows: int = 0  # of the list behind one button, where the network has lists
    max_row_title: int = 0
    max_about: int = 0  # of the small text below a row
    counting: Counting = Counting.CHARACTERS
    as_buttons: bool = True

    @property
    def most(self) -> int:
        """How many choices one message may have."""
        return max(self.max_count, self.max_rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message may be. `reply_window`: how long after the customer's last message a free answer may leave;
    `human_window`: how long one that a person wrote may."""

    max_length: int
    counting: Counting = Counting.CHARACTERS
    attachments: Attachments | None = None
    reply_window: timedelta | None = None
    human_window: timedelta | None = None

    def window(self, *, automatic: bool = False) -> timedelta | None:
        """The time to answer; a person may have more of it than a machine."""
        return (
            self.reply_window
            if automatic or self.reply_window is None
            else self.human_window or self.reply_window
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The sheet. Defaults describe the poorest channel. What is said of length, window and files is of the private side;
    `public_limits` are of the public one where it differs."""

    private: bool = True
    public: bool = False
    max_length: int = 4096
    counting: Counting = Counting.CHARACTERS
    reply_window: timedelta | None = (
        None  # how long after the customer's last message a free answer may leave
    )
    human_window: timedelta | None = None  # the same for answers that a person wrote, where it is longer
    choices: Choices | None = None  # None: choices are written as numbered lines
    templates: bool = False  # approved templates may leave after the window
    attachments: Attachments | None = None
    public_limits: Limits | None = None
    answers: bool = True  # False: read only; the desk links to the network and notes "answered there"
    private_reply: Literal["", "once", "free", "link"] = (
        ""  # how a public message is answered privately: one message, as many as wanted, or only by a link in public
    )
    private_reply_window: timedelta | None = None  # after the public message
    audience: Literal["customers", "departments", "listening"] = "customers"
    moderates: frozenset[str] = frozenset()  # hide, show, delete, like: what can be done to public messages
    receipts: frozenset[str] = frozenset()  # which of sent, delivered, read the network reports
    threads: bool = False
    quotes: bool = False  # an answer shows the one message that it answers
    html: bool = False
    marks: Literal["", "html", "stars"] = (
        ""  # how emphasis, lists and links leave: as a page, as *stars*, or not at all
    )
    subject: bool = False
    edits: bool = False  # the network tells when a customer changes or takes back a message
    reactions: bool = False
    typing: bool = False
    voice: bool = False  # telephone calls
    live: bool = False  # the customer sits before it and waits: a person holds few of them at once
    parts: bool = False  # long texts leave, and are paid, in parts (SMS)
    reviews: bool = False  # messages are reviews with stars
    starts: bool = False  # we may write first
    idempotent: bool = (
        False  # the network takes an idempotency key: an unknown outcome may be repeated safely
    )
    listens: bool = True  # receives messages by hook or poll

    def names_answered(self, visibility: str) -> bool:
        """Whether readers see which message an answer is for."""
        return visibility == "public" or self.threads or self.quotes

    def limits(self, visibility: str) -> Limits:
        """What a message on the private or on the public side may be."""
        if visibility == "public":
            return self.public_limits or Limits(
                max_length=self.max_length, counting=self.counting, attachments=self.attachments
            )
        return Limits(
            max_length=self.max_length,
            counting=self.counting,
            attachments=self.attachments,
            reply_window=self.reply_window,
            human_window=self.human_window,
        )
