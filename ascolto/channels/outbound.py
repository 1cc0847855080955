"""What we tell a network, and how it refuses. Free of Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ascolto.channels.inbound import Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that leaves with a message. `read` opens it anew each time."""

    name: str
    content_type: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers that a message offers. The customer sees `title` and, where there is room, `about`; `id` comes back
    as `extra["payload"]` of the message by which it was chosen."""

    id: str
    title: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message of ours on its way. `tracker` is unique and the same at every attempt: use it as idempotency key.

    `visibility` says for whom it was written: `Adapter.publish` gets what everybody may read, `Adapter.send` the rest.
    `from_public`: it is private and answers a public message, which `reply_to` and `extra` name.
    `choices`: buttons below the text. Only an adapter whose sheet has `choices` gets any, and never more than it says; for
    all others they stand in `text` already (`choosing.laid_out`).
    """

    tracker: str
    recipient: tuple[Handle, ...]
    text: str
    visibility: Literal["private", "public"] = "private"
    from_public: bool = False
    html: str = ""
    subject: str = ""
    files: tuple[File, ...] = ()
    author_name: str = ""
    automatic: bool = False
    choices: tuple[Choice, ...] = ()
    language: str = ""
    reply_to: str = ""  # external id of the customer's message that this one answers
    references: tuple[str, ...] = ()  # external ids of the thread, oldest first
    conversation_token: str = ""
    template: Mapping[str, Any] | None = None
    heard_at: datetime | None = None  # when the customer last wrote on this side of the channel
    extra: Mapping[str, Any] = field(default_factory=dict)  # the `extra` of the message answered


@dataclass(frozen=True, slots=True)
class Sent:
    """The network took it. `external_ids`: every id it is known by (several when it was split).

    `handles`: names of the recipient that the network told us by the way; they join the customer's identities.
    """

    external_ids: tuple[str, ...] = ()
    delivered: bool = False  # handed over to the customer already (our own channels)
    handles: tuple[Handle, ...] = ()


class ErrorClass(StrEnum):
    """Why a message did not leave; decides what happens next."""

    RETRY = "retry"  # same request, later
    RETRY_AFTER = "retry_after"  # same request, after the time the network named; the whole account waits
    REAUTH = "reauth"  # the token or password is refused
    WINDOW_CLOSED = "window_closed"  # the customer must write first, or a template
    BLOCKED = "blocked"  # the customer does not want it
    RECIPIENT_GONE = "recipient_gone"
    CONTENT = "content"  # the network refuses this text or file
    CONFIG = "config"  # the account is not set up for it
    ABUSE_STOP = "abuse_stop"  # the network thinks that we abuse it: stop the account
    UNCERTAIN = "uncertain"  # it may have arrived: never repeat silently
    UNKNOWN = "unknown"

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self in {ErrorClass.RETRY, ErrorClass.RETRY_AFTER}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error class with the network's own words, and the wait it asked for in seconds.

    `partial`: some of the parts of a message have arrived and others have not: no receipt makes it whole.
    `of_message`: it says nothing about the account, although its class would (one reply that the network does not allow
    is no broken inbox).
    """

    error: ErrorClass
    reason: str = ""
    code: str = ""
    retry_after: float | None = None
    partial: bool = False
    of_message: bool = False


class SendRefused(Exception):
    """Raised by `send` and `publish`; carries the Failure that decides what happens next."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason or failure.error.value)
        self.failure = failure
