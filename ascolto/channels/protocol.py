"""The contract between the product and a network. Free of Django, so that an adapter is one small package.

An adapter verifies a delivery, parses it into the events below, sends a reply, and tells what it is capable of.
Everything a network says is one of `Inbound`; what nobody understands becomes `Unsupported`, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal

from ascolto.channels.capabilities import Capabilities
from ascolto.channels.configuration import ConfigError as ConfigError
from ascolto.channels.configuration import in_own_words as in_own_words
from ascolto.channels.configuration import read_config as read_config
from ascolto.channels.configuration import setting as setting

# --- who -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handle:
    """A name a person has on a network: ("phone", "+39347…"), ("email", "marta@…"), ("whatsapp", "IT.1349…"), ("chat", "…").

    `proven`: the network or the company vouches for it. An unproven one (typed in a form) never joins anybody's history.
    """

    namespace: str
    value: str
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: every handle the delivery tells, the most stable first."""

    handles: tuple[Handle, ...]
    name: str = ""
    language: str = ""


# --- what a network tells us ------------------------------------------------------------------------------------------


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
    """A message from a customer; with `outgoing`, the echo of an answer given outside the desk."""

    external_id: str
    sender: Sender
    occurred_at: datetime
    text: str = ""
    html: str = ""
    subject: str = ""
    attachments: tuple[Media, ...] = ()
    visibility: Literal["private", "public"] = "private"
    outgoing: bool = False
    kind: str = "text"  # text, image, location, contacts, order, unsupported …: what the desk may draw
    replies_to: tuple[str, ...] = ()  # external ids this one answers, nearest first
    conversation_token: str = (
        ""  # what `Outgoing.conversation_token` was, when the network gave it back and it was authentic
    )
    automatic: bool = False  # written by a machine: needs no answer and must get none
    extra: Mapping[str, Any] = field(default_factory=dict)  # for display and for answering; JSON only


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The author changed a message."""

    external_id: str
    occurred_at: datetime
    text: str
    sender: Sender | None = None


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
class HandleChanged:
    """A person's handle became another one (new number, new user id)."""

    old: Handle
    new: Handle
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged:
    """A person refused (or allowed again) messages they did not ask for."""

    sender: Sender
    granted: bool
    occurred_at: datetime
    scope: str = "marketing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNews:
    """The network tells something about our account: shown in its health. `level`: info, warning, error."""

    title: str
    level: Literal["info", "warning", "error"] = "info"
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """Understood as genuine, but of a kind that we do not know (yet). The raw delivery is kept."""

    what: str


Inbound = (
    Message
    | Edited
    | Removed
    | Reacted
    | Receipt
    | HandleChanged
    | ConsentChanged
    | AccountNews
    | Unsupported
)

# --- what we tell a network --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that leaves with a message. `read` opens it anew each time."""

    name: str
    content_type: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message of ours on its way. `tracker` is unique and the same at every attempt: use it as idempotency key."""

    tracker: str
    recipient: tuple[Handle, ...]
    text: str
    visibility: Literal["private", "public"] = "private"
    html: str = ""
    subject: str = ""
    files: tuple[File, ...] = ()
    author_name: str = ""
    automatic: bool = False
    language: str = ""
    reply_to: str = ""  # external id of the customer's message that this one answers
    references: tuple[str, ...] = ()  # external ids of the thread, oldest first
    conversation_token: str = ""
    template: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)  # the `extra` of the message answered


@dataclass(frozen=True, slots=True)
class Sent:
    """The network took it. `external_ids`: every id it is known by (several when it was split)."""

    external_ids: tuple[str, ...] = ()
    delivered: bool = False  # handed over to the customer already (our own channels)


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
    """

    error: ErrorClass
    reason: str = ""
    code: str = ""
    retry_after: float | None = None
    partial: bool = False


class SendRefused(Exception):
    """Raised by `send`; carries the Failure that decides what happens next."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason or failure.error.value)
        self.failure = failure


# --- requests ---------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """A delivery that is not accepted: nothing of it is stored. `status` is the HTTP answer."""

    status = 400


class BadSignature(Refused):
    """The delivery does not come from whom it says."""

    status = 403


class Malformed(Refused):
    """The body is not what this channel sends."""

    status = 400


@dataclass(frozen=True, slots=True)
class HookRequest:
    """A request to `/hooks/<kind>/<token>`. Header names are in lower case; `url` is the public address."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    remote_address: str = ""


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What to answer when it is not the plain 200."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class RawDelivery:
    """A stored delivery: exactly the bytes that came, and the few headers the adapter asked to keep."""

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    source: str = "hook"  # hook, poll


@dataclass(frozen=True, slots=True)
class Polled:
    """One item found by polling, and the cursor to store with it in the same transaction."""

    raw: bytes | None
    cursor: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


# --- the account and its adapter ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """A connected account as an adapter sees it. `sign`/`unsign` make and check short tokens that only we can make."""

    id: int
    kind: str
    name: str
    token: str
    config: Any
    language: str = "en"
    trusted: bool = True  # the shell wrote its addresses: they may be inside a private network
    sign: Callable[[str], str] = lambda text: text
    unsign: Callable[[str], str | None] = lambda token: None


class Adapter:
    """Base of every adapter. Override what the network has; the defaults say "not here"."""

    kind: ClassVar[str]
    label: ClassVar[str]
    Config: ClassVar[type[Any]]
    capabilities: ClassVar[Capabilities]
    kept_headers: ClassVar[tuple[str, ...]] = ()
    namespaces: ClassVar[
        tuple[str, ...]
    ] = ()  # of handles it can write to, besides the one a customer wrote with; best first
    rate: ClassVar[tuple[float, int]] = (10.0, 20)  # messages per second and burst, per account
    polls_every: ClassVar[timedelta | None] = None
    icon: ClassVar[str] = "i-ch-chat"

    def handshake(self, account: Account, request: HookRequest) -> HookAnswer:
        """Answer a GET on the hook address. Raises Refused."""
        raise Refused("This address takes POST requests.")

    def verify(self, account: Account, request: HookRequest) -> None:
        """Check who sent the request over its raw bytes, in constant time, then its outer shape. Raises Refused."""
        raise Refused("This channel takes no deliveries by hook.")

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        """Everything the delivery tells, in its order. An element that cannot be read becomes Unsupported."""
        raise NotImplementedError

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """Hand a message to the network. Raises SendRefused."""
        raise NotImplementedError

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """What is new since `cursor`, oldest first. Raises SendRefused for a network's error."""
        raise NotImplementedError

    def wait(self, account: Account, seconds: float) -> None:
        """Wait until there may be something new, at most `seconds` (a push such as IMAP IDLE)."""
        raise NotImplementedError

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        """Content and content type of a file that came along, at most `limit` bytes. Raises SendRefused."""
        raise NotImplementedError

    def test(self, account: Account) -> str:
        """A real round trip with the network; one sentence on what was found. Raises SendRefused."""
        return "Nothing to test: this channel needs no network."
