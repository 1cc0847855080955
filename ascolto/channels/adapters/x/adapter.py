"""X: mentions, replies and direct messages, by the X Activity API or the older Account Activity API. See docs/channels/x.md."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.x import media, parsing, sending, subscribing, sweeping, uploading
from ascolto.channels.adapters.x.errors import judge
from ascolto.channels.adapters.x.people import USER, number_of
from ascolto.channels.capabilities import Attachments, Capabilities, Counting, Limits
from ascolto.channels.protocol import (
    Account,
    Adapter,
    BadSignature,
    ConfigError,
    ErrorClass,
    Failure,
    HookAnswer,
    HookRequest,
    Inbound,
    Malformed,
    OAuth,
    Outgoing,
    Polled,
    RawDelivery,
    Refused,
    Renewed,
    SendRefused,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import check_body, object_of, read_body, text_of
from ascolto.channels.vendors import oauth
from ascolto.channels.vendors.rest import Rest

BASE, SITE = "https://api.x.com", "https://x.com"
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_VISIBLE = re.compile(r"[\x21-\x7e]*")
_SHORT, _LONG, _DIRECT = 280, 25_000, 10_000


@dataclass(frozen=True, slots=True)
class Config:
    """What the developer console of X shows, the account, and what its plan allows."""

    consumer_key: str = setting(
        "API key",
        help="In X's developer console, under Keys and tokens: the API key (consumer key) of your app.",
    )
    consumer_secret: str = setting(
        "API key secret",
        secret=True,
        help="Beside the API key. It proves that a delivery comes from X, and to X that we are who we say.",
    )
    client_id: str = setting(
        "Client ID",
        default="",
        help="Under User authentication settings, of the type Web App. Needed to sign in.",
    )
    client_secret: str = setting("Client secret", default="", secret=True, help="Beside the client ID.")
    access_token: str = setting(
        "Access token", default="", secret=True, help="Comes from signing in, and is renewed by itself."
    )
    refresh_token: str = setting(
        "Refresh token", default="", secret=True, help="Comes from signing in, and is renewed by itself."
    )
    user_id: str = setting(
        "Account ID",
        default="",
        example="2244994945",
        help="The number of your account on X, not its @name. The button Test tells it. Needed where several inboxes share one app.",
    )
    premium: bool = setting(
        "Long posts", default=False, help="The account has X Premium: posts may have 25,000 characters."
    )
    answers_anyone: bool = setting(
        "May answer anyone",
        default=False,
        help="Only with an Enterprise plan. Otherwise X lets programs answer only who named or quoted the account.",
    )
    sweeps: bool = setting(
        "Looks for lost messages",
        default=True,
        advanced=True,
        help="Every 15 minutes X is asked for mentions and messages that its hooks lost. X charges for every one it tells.",
    )
    api_base: str = setting(
        "API address", default=BASE, advanced=True, help="Another address than X's: a stand-in."
    )
    site: str = setting("Address of X", default=SITE, advanced=True, help="Where people sign in.")

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        for name in (
            "consumer_key",
            "consumer_secret",
            "client_id",
            "client_secret",
            "access_token",
            "refresh_token",
        ):
            if not _VISIBLE.fullmatch(getattr(self, name)):
                raise ConfigError(name, "holds a space or a letter that no key has: copy it again.")
        if self.user_id and not re.fullmatch(r"[0-9]{1,25}", self.user_id):
            raise ConfigError("user_id", "is a number, not the name after the @. The button Test tells it.")
        for name, example in (("api_base", BASE), ("site", SITE)):
            if not _ADDRESS.fullmatch(getattr(self, name)):
                raise ConfigError(name, f"is not a web address; write for example {example}")


class X(Adapter):
    """One account on X."""

    kind = "x"
    label = "X"
    Config = Config
    capabilities = Capabilities(
        public=True,
        max_length=_DIRECT,
        attachments=Attachments(max_count=10, max_bytes={**uploading.LIMITS, "*": 0}),
        public_limits=Limits(
            max_length=_SHORT,
            counting=Counting.WEIGHTED,
            attachments=Attachments(max_count=4, max_bytes={**uploading.LIMITS, "*": 0}),
        ),
        private_reply="free",
        moderates=frozenset({"hide", "show", "like"}),  # a post of somebody else can only be hidden
        receipts=frozenset({"read"}),
        edits=True,
    )
    namespaces = (USER,)
    rate = (0.1, 15)  # X takes 15 direct messages, or 100 posts, in 15 minutes
    polls_every = timedelta(minutes=15)
    renews_every = timedelta(minutes=30)  # an access token is good for two hours: three more tries
    icon = "i-ch-x"
    oauth = OAuth(
        authorize_url="{site}/i/oauth2/authorize",
        token_url="{api_base}/2/oauth2/token",  # noqa: S106
        scopes=(
            "tweet.read",
            "tweet.write",
            "tweet.moderate.write",
            "users.read",
            "like.write",
            "media.write",
            "dm.read",
            "dm.write",
            "offline.access",
        ),
        client_auth="basic",
    )
    sentences = (
        "X will call this server for %(count)s kinds of events.",
        "It refuses %(names)s.",
        "The access token is of @%(name)s with the ID %(number)s, and this inbox says %(known)s.",
        "Connected to @%(name)s, ID %(number)s.",
        "This person takes no direct messages from us. Answer in public with a link by which they can write: %(link)s",
        "The text has %(count)s characters as X counts; X takes %(limit)s.",
        "X takes no files of the type %(type)s.",
        "%(name)s is larger than the %(limit)s MiB that X takes.",
        "X cannot %(verb)s a post.",
    )
    guide = (
        "In X's developer console make a project with an app. Pay-per-use is enough to begin with.",
        "Under Keys and tokens copy the API key and its secret.",
        "Under User authentication settings choose Read and write and Direct message, and the type Web App.",
        "Write our sign-in address there as the callback, then copy client ID and client secret.",
        "Save here, then sign in as the account that answers.",
        "Register the hook: X calls our address once to see that we know the secret, and subscribes the account.",
        "Press Test. It names the account and its ID; write the ID here.",
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        long = settings.get("premium", "").lower() in {"1", "true", "yes", "on"}
        limits = self.capabilities.public_limits
        if not long or limits is None:
            return self.capabilities
        return replace(self.capabilities, public_limits=replace(limits, max_length=_LONG))

    def hook_group(self, config: Any) -> str:
        return f"x:{hashlib.sha256(config.consumer_key.encode()).hexdigest()[:16]}"

    def concerns(self, account: Account, body: bytes) -> bool:
        """Whether a delivery is about this account; one that names nobody is offered to all."""
        try:
            document = read_body(body)
        except Malformed:
            return True
        data = object_of(document.get("data"))
        about = number_of(object_of(data.get("filter")).get("user_id")) or number_of(
            document.get("for_user_id")
        )
        about = about or number_of(object_of(data.get("payload")).get("user_id"))
        return not about or not account.config.user_id or about == account.config.user_id

    def handshake(self, account: Account, request: HookRequest) -> HookAnswer:
        token = request.query.get("crc_token", "")
        if not 0 < len(token) <= 1000:
            raise Refused("This address is asked by X with a crc_token.")
        answer = {"response_token": _seal(account.config, token.encode("utf-8", "replace"))}
        return HookAnswer(body=json.dumps(answer).encode(), content_type="application/json")

    def verify(self, account: Account, request: HookRequest) -> None:
        told = request.headers.get("x-twitter-webhooks-signature", "").encode("utf-8", "replace")
        if not hmac.compare_digest(told, _seal(account.config, request.body).encode()):
            raise BadSignature("The signature does not fit the API key secret.")
        check_body(request.body)

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_body(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        read = parsing.read_polled if raw.source == "poll" and "polled" in document else parsing.read_delivery
        return read(document, account.config.user_id, raw.received_at)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(self._rest(account), outgoing, self.capabilities.limits("private"))

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        config: Config = account.config
        limits = self.capabilities_with({"premium": str(config.premium)}).limits("public")
        return sending.publish(self._rest(account), outgoing, limits, anyone=config.answers_anyone)

    def moderate(self, account: Account, verb: str, external_id: str, extra: Mapping[str, Any]) -> None:
        rest = self._rest(account)
        ours = self._own_id(account, rest) if verb == "like" else ""
        sending.moderate(rest, verb, sending.number_in(external_id, extra), ours)

    def renew(self, account: Account) -> Renewed | None:
        config: Config = account.config
        return oauth.refresh(
            self.oauth, oauth.values_of(config), config.refresh_token, trusted=account.trusted
        )

    def interval(self, config: Any) -> timedelta | None:
        return self.polls_every if config.sweeps and config.access_token else None

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        rest = self._rest(account)
        ours = account.config.user_id or number_of(cursor.get("us")) or self._own_id(account, rest)
        for polled in sweeping.sweep(rest, ours, cursor):
            yield replace(polled, cursor={**polled.cursor, "us": ours})

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return media.fetch(self._rest(account), remote, limit)

    def subscribe(self, account: Account, hook_url: str) -> str:
        rest, app = self._rest(account), self._app(account)
        ours = self._own_id(account, rest)
        come, refused = subscribing.subscribe(rest, ours, subscribing.register(app, hook_url))
        told = f"X will call this server for {len(come)} kinds of events."
        return f"{told} It refuses {', '.join(refused)}." if refused else told

    def test(self, account: Account) -> str:
        me = self._me(self._rest(account))
        name, number = text_of(me.get("username"), 40), number_of(me.get("id"))
        known = account.config.user_id
        if known and known != number:
            reason = f"The access token is of @{name} with the ID {number}, and this inbox says {known}."
            raise SendRefused(Failure(ErrorClass.CONFIG, reason))
        hook = subscribing.find_hook(self._app(account), account.hook_url)
        state = (
            "The hook is registered."
            if hook.get("valid") is True
            else "X has stopped calling: register the hook again."
        )
        return f"Connected to @{name}, ID {number}. {state if hook else 'The hook is not registered yet.'}"

    def _me(self, rest: Rest) -> dict[str, Any]:
        me = object_of((rest.get("2/users/me").json_object() or {}).get("data"))
        if not number_of(me.get("id")):
            raise SendRefused(rest.nonsense(repeatable=True))
        return me

    def _own_id(self, account: Account, rest: Rest) -> str:
        return account.config.user_id or number_of(self._me(rest).get("id"))

    def _rest(self, account: Account) -> Rest:
        """X as the account that signed in. Raises SendRefused before anybody did."""
        config: Config = account.config
        if not config.access_token:
            raise SendRefused(Failure(ErrorClass.REAUTH, "Nobody has signed in for this inbox yet."))
        headers = {"authorization": f"Bearer {config.access_token}"}
        return Rest(config.api_base, headers, judge, (config.access_token,), account.trusted)

    def _app(self, account: Account) -> Rest:
        config: Config = account.config
        return subscribing.app_rest(
            config.api_base, config.consumer_key, config.consumer_secret, trusted=account.trusted
        )


def _seal(config: Config, content: bytes) -> str:
    """What proves to either side that the other knows the secret."""
    seal = hmac.digest(config.consumer_secret.encode(), content, hashlib.sha256)
    return f"sha256={base64.b64encode(seal).decode()}"


adapter = X()
