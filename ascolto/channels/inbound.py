"""What a network tells us. Free of Django. Everything is one of `Inbound`; what nobody understands becomes `Unsupported`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from ascolto.channels.outbound import ErrorClass, Failure

# --- who -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handle:
    """A name a person has on a network: ("phone", "+39347…"), ("email", "marta@…"), ("whatsapp", "IT.1349…"), ("chat", "…").

    `proven`: the network or the company vouches for it. An unproven one (typed in a form) never joins anybody's history.
    `shown`: how people write it where the value itself is opaque ("@giulia@mastodon.example" for a number).
    """

    namespace: str
    value: str
    proven: bool = True
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: every handle the delivery tells, the most stable first."""

    handles: tuple[Handle, ...]
    name: str = ""
    language: str = ""


# --- what --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that came along: inline (`data`), to be fetched by `fetch_media` (`remote`, opaque to everybody else), or
    `stored` already, by its SHA-256, through a door of our own."""

    name: str = ""
    content_type: str = "application/octet-stream"
    data: bytes | None = None
    remote: Mapping[str, Any] | None = None
    stored: str = ""
    content_id: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message from a customer; with `outgoing`, the echo of an answer given outside the desk.

    An echo names the customer it went to as `sender`; where the network does not say who that is (a comment under a
    comment), it has no handles and `replies_to` names what it answers.

    `album`: the network's own id of a message that it tells in several pieces; they become one message.
    `thread`: the network's own id of a thread or room that is one conversation whoever writes in it (a Slack thread, a
    group). Leave it empty where a conversation is between one customer and us.
    `revised_at`: when the author last changed it, for networks that tell the present state and not the change (reviews):
    a known message with a later `revised_at` is edited, and one that was answered wants an answer again.

    Names in `extra` that the desk draws: `url` (the message on its network), `rating` (1 to 5 stars), `title`, `context` (one line on
    what it is about: the post under which it stands, the product that is reviewed), `warnings`, `visible_text`, `call`.
    """

    external_id: str
    sender: Sender
    occurred_at: datetime
    text: str = ""
    html: str = ""
    subject: str = ""
    attachments: tuple[Media, ...] = ()
    visibility: Literal["private", "public"] = "private"
    outgoing: bool = False
    kind: str = (
        "text"  # text, image, location, contacts, order, review, call, unsupported …: what the desk may draw
    )
    replies_to: tuple[str, ...] = ()  # external ids this one answers, nearest first
    conversation_token: str = (
        ""  # what `Outgoing.conversation_token` was, when the network gave it back and it was authentic
    )
    automatic: bool = False  # written by a machine or to nobody: needs no answer, starts no promise
    album: str = ""
    thread: str = ""
    revised_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)  # for display and for answering; JSON only


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The author changed the text of a message."""

    external_id: str
    occurred_at: datetime
    text: str
    sender: Sender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The network tells more of a message that exists, without anybody having changed it: how long a call lasted, its recording
    and transcript, a link.

    `extra` is merged name by name, the later `occurred_at` winning; `text` replaces an empty text only; files with the same
    `remote` are added once.
    """

    external_id: str
    occurred_at: datetime
    extra: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    attachments: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """The author took a message back."""

    external_id: str
    occurred_at: datetime
    sender: Sender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A reaction to a message; an empty emoji takes it away."""

    external_id: str
    sender: Sender
    occurred_at: datetime
    emoji: str = ""


class ReceiptStatus(StrEnum):
    """What became of a message of ours, in the order in which it can only advance."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """News of a message of ours. `tracker` is our own dispatch id where the network gives it back."""

    external_id: str
    status: ReceiptStatus
    occurred_at: datetime
    tracker: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUpTo:
    """A watermark: everything we sent to this person until `until` has the status (Messenger, Slack, Matrix)."""

    sender: Sender
    status: ReceiptStatus
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleChanged:
    """A person's handle became another one (new number, new user id)."""

    old: Handle
    new: Handle
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMoved:
    """A thread or room got another name (`Message.thread`); threads below it, named "<old>:…", move along."""

    old: str
    new: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged:
    """A person refused (or allowed again) messages.

    `scope` "marketing": those nobody asked for. "messages": every message on this channel; `why` says how we know: `stop` (they wrote
    STOP), `blocked` (they blocked us), `gone` (their account is deleted).
    """

    sender: Sender
    granted: bool
    occurred_at: datetime
    scope: Literal["marketing", "messages"] = "marketing"
    why: Literal["stop", "blocked", "gone"] = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNews:
    """The network tells something about our account: shown in its health. `level`: info, warning, error.

    With `error` the account stops until somebody acts, as if sending had failed so (a revoked token, a policy strike).
    """

    title: str
    level: Literal["info", "warning", "error"] = "info"
    detail: Mapping[str, Any] = field(default_factory=dict)
    error: ErrorClass | None = None
    of_templates: bool = False  # the list of approved templates is another now


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Understood, and nothing follows from it: somebody types, a post of ours got a like, a thread was handed over."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """Understood as genuine, but of a kind that we do not know (yet). The raw delivery is kept."""

    what: str


Inbound = (
    Message
    | Edited
    | Amended
    | Removed
    | Reacted
    | Receipt
    | ReadUpTo
    | HandleChanged
    | ThreadMoved
    | ConsentChanged
    | AccountNews
    | Ignored
    | Unsupported
)
