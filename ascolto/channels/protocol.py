"""The contract between the product and a network. Free of Django, so that an adapter is one small package.

An adapter verifies a delivery, parses it into what `inbound.py` names, sends what `outbound.py` names, and tells what it is
capable of. Everything a network says is one of `Inbound`; what nobody understands becomes `Unsupported`, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from ascolto.channels.capabilities import Capabilities
from ascolto.channels.configuration import ConfigError, in_own_words, read_config, setting
from ascolto.channels.inbound import (
    AccountNews,
    Amended,
    ConsentChanged,
    Edited,
    Handle,
    HandleChanged,
    Ignored,
    Inbound,
    Media,
    Message,
    Reacted,
    ReadUpTo,
    Receipt,
    ReceiptStatus,
    Removed,
    Sender,
    ThreadMoved,
    Unsupported,
)
from ascolto.channels.outbound import Choice, ErrorClass, Failure, File, Outgoing, SendRefused, Sent
from ascolto.channels.templates import TemplateSheet

if TYPE_CHECKING:
    from ascolto.channels.vendors.calls import Dialogue

__all__ = [
    "Account",
    "AccountNews",
    "Adapter",
    "Amended",
    "BadSignature",
    "Choice",
    "ConfigError",
    "ConsentChanged",
    "Doorway",
    "Edited",
    "ErrorClass",
    "Failure",
    "File",
    "Handle",
    "HandleChanged",
    "HookAnswer",
    "HookRequest",
    "Ignored",
    "Inbound",
    "Malformed",
    "Media",
    "Message",
    "OAuth",
    "Outgoing",
    "Polled",
    "RawDelivery",
    "Reacted",
    "ReadUpTo",
    "Receipt",
    "ReceiptStatus",
    "Refused",
    "Removed",
    "Renewed",
    "SendRefused",
    "Sender",
    "Sent",
    "TemplateSheet",
    "ThreadMoved",
    "Unsupported",
    "in_own_words",
    "read_config",
    "setting",
]

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
    stores: bool = (
        True  # of `acknowledge`: the delivery is kept before this is said; False: it was only a question
    )


@dataclass(frozen=True, slots=True)
class RawDelivery:
    """A stored delivery: exactly the bytes that came, and the few headers the adapter asked to keep.

    An adapter that keeps the header `:query` gets the query string of the request under that name.
    """

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
    hook_url: str = ""  # where the network reaches us; empty when nobody told our public address
    sign: Callable[[str], str] = lambda text: text
    unsign: Callable[[str], str | None] = lambda token: None
    dialogue: Dialogue | None = (
        None  # of a network with voice: whoever leads calls; None, or its None: the fixed dialogue does
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """How an inbox is connected by signing in at its network (RFC 6749 with PKCE, RFC 7636).

    Addresses may hold names of settings in braces ("{instance}/oauth/authorize"). The client is asked for as the settings
    `client_id` and `client_secret`; what comes back is stored under the names of `stores`.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...] = ()
    pkce: bool = True
    scope_separator: str = " "
    extra: Mapping[str, str] = field(default_factory=dict)  # further parameters of the authorize address
    stores: Mapping[str, str] = field(
        default_factory=lambda: {"access_token": "access_token", "refresh_token": "refresh_token"}
    )  # name in the network's answer → our setting
    client_auth: str = "body"  # where the client's secret goes: body, basic


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """New values for settings (a rotated token), and until when they are good."""

    values: Mapping[str, str]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """A page, or a script for other people's pages, by which customers reach an inbox that has no network but ours.

    It belongs to a room above, known by the name of its address (`room:name`), which takes the inbox's token.
    """

    key: str
    label: str
    hint: str
    address: str
    is_script: bool = False


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
    sentences: ClassVar[
        tuple[str, ...]
    ] = ()  # what reasons and `test` say where they have gaps, as "… %(name)s …"
    guide: ClassVar[tuple[str, ...]] = ()  # how to connect it, step by step (English source texts)
    doors: ClassVar[tuple[Doorway, ...]] = ()  # instead of a hook address
    oauth: ClassVar[OAuth | None] = None
    one_access: ClassVar[bool] = True  # what lets us read lets us write: when one is refused, so is the other
    renews_every: ClassVar[timedelta | None] = None  # how often `renew` is asked

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        """The sheet of one account, by its settings that are no secret: a plan with longer texts, a permission."""
        return self.capabilities

    def oauth_with(self, settings: Mapping[str, str]) -> OAuth | None:
        """How one account is signed in to, by its settings as typed, where a channel knows several providers."""
        return self.oauth

    def hook_group(self, config: Any) -> str:
        """Accounts with the same text share one hook address on the network's side: what comes to one is offered to all
        of them (one Meta app calls one address for all its pages). Empty: a hook address of its own."""
        return ""

    def concerns(self, account: Account, body: bytes) -> bool:
        """Whether a verified delivery is for this account; asked only in a group."""
        return True

    def handshake(self, account: Account, request: HookRequest) -> HookAnswer:
        """Answer a GET on the hook address. Raises Refused."""
        raise Refused("This address takes POST requests.")

    def verify(self, account: Account, request: HookRequest) -> None:
        """Check who sent the request over its raw bytes, in constant time, then its outer shape. Raises Refused."""
        raise Refused("This channel takes no deliveries by hook.")

    def subscribe(self, account: Account, hook_url: str) -> str:
        """Register our hook address with the network; one sentence on what was done. May be repeated. Raises SendRefused."""
        raise NotImplementedError

    def acknowledge(self, account: Account, request: HookRequest) -> HookAnswer | None:
        """What to answer to a verified delivery once it is stored; None is the plain 200. Must be quick: no network."""
        return None

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        """Everything the delivery tells, in its order. An element that cannot be read becomes Unsupported."""
        raise NotImplementedError

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """Hand a private message to the network. Nothing written for one person may become readable to others by this
        method: networks that tell private from public by a parameter set it here. Raises SendRefused."""
        raise NotImplementedError

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        """Answer where everybody reads it. Only what was written for everybody comes here. Raises SendRefused."""
        raise SendRefused(Failure(ErrorClass.CONFIG, "This channel has no public answers.", of_message=True))

    def segments(self, text: str) -> int:
        """How many messages the network makes (and charges) of a text. More than one is worth a word in the composer."""
        return 1

    def list_templates(self, account: Account) -> Sequence[TemplateSheet]:
        """What the network has approved, where `capabilities.templates` says that it approves templates. Raises SendRefused."""
        return ()

    def moderate(self, account: Account, verb: str, external_id: str, extra: Mapping[str, Any]) -> None:
        """Do one of `capabilities.moderates` (hide, show, delete, like) to a public message. Raises SendRefused."""
        raise NotImplementedError

    def renew(self, account: Account) -> Renewed | None:
        """New tokens before the old ones end; None when nothing is due. Raises SendRefused."""
        return None

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        """What is new since `cursor`, oldest first. Raises SendRefused for a network's error.

        A channel with hooks may poll too, seldom: it then finds what came while its hooks were refused or lost.
        """
        raise NotImplementedError

    def interval(self, config: Any) -> timedelta | None:
        """How often this account is asked; None when it is not (it receives by hook)."""
        return self.polls_every

    def wait(self, account: Account, seconds: float) -> None:
        """Wait until there may be something new, at most `seconds` (a push such as IMAP IDLE). Only for networks that can."""
        raise NotImplementedError

    def who_is(self, account: Account, handle: Handle) -> str:
        """The name of a person whom deliveries name by an opaque id; empty when the network does not say. Raises SendRefused."""
        raise NotImplementedError

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        """Content and content type of a file that came along, at most `limit` bytes. Raises SendRefused."""
        raise NotImplementedError

    def test(self, account: Account) -> str:
        """A real round trip with the network; one sentence on what was found. Raises SendRefused."""
        return "Nothing to test: this channel needs no network."
