"""Bluesky, by the AT Protocol. See docs/channels/bluesky.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.bluesky import posts, sending
from ascolto.channels.adapters.bluesky.parsing import read_delivery
from ascolto.channels.adapters.bluesky.polling import Reader
from ascolto.channels.adapters.bluesky.sessions import Sessions
from ascolto.channels.adapters.bluesky.xrpc import Xrpc
from ascolto.channels.capabilities import Attachments, Capabilities, Counting, Limits
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    ErrorClass,
    Failure,
    Inbound,
    Outgoing,
    Polled,
    RawDelivery,
    SendRefused,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.jsontext import NotJson, read_json

_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?")
_IDENTIFIER = re.compile(
    r"@?[A-Za-z0-9.-]+\.[A-Za-z0-9-]+|did:[a-z]+:[A-Za-z0-9._:%-]+|[^\s@]+@[^\s@]+\.[^\s@]+"
)


@dataclass(frozen=True, slots=True)
class Config:
    """The account, and an app password of it."""

    identifier: str = setting(
        "Account", example="telvia.bsky.social", help="The handle that customers write to."
    )
    app_password: str = setting(
        "App password",
        secret=True,
        help="In Bluesky under Settings, Privacy and security, App passwords. Never the password of the account itself.",
    )
    direct_messages: bool = setting(
        "Direct messages",
        default=True,
        help="Read and write direct messages. The app password must have been made with that right.",
    )
    service: str = setting(
        "Server", default="https://bsky.social", advanced=True, help="Another server than Bluesky's own."
    )
    pictures: str = setting(
        "Server of pictures",
        default="https://cdn.bsky.app",
        advanced=True,
        help="Where the pictures of posts are fetched from.",
    )
    history_days: int = setting(
        "Days to read at first", default=1, advanced=True, help="Mentions older than this are left alone."
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not _IDENTIFIER.fullmatch(self.identifier):
            raise ConfigError("identifier", "is not a handle; write for example telvia.bsky.social")
        for name in ("service", "pictures"):
            if not _ADDRESS.fullmatch(getattr(self, name)):
                raise ConfigError(name, "is not a web address; write for example https://bsky.social")
        if not 0 <= self.history_days <= 30:
            raise ConfigError("history_days", "must be between 0 and 30.")


class Bluesky(Adapter):
    """One account."""

    kind = "bluesky"
    label = "Bluesky"
    Config = Config
    capabilities = Capabilities(
        public=True,
        max_length=sending.CHAT_GRAPHEMES,
        counting=Counting.GRAPHEMES,
        public_limits=Limits(
            max_length=sending.POST_GRAPHEMES,
            counting=Counting.GRAPHEMES,
            attachments=Attachments(
                max_count=sending.IMAGES, max_bytes={"image": sending.IMAGE_BYTES, "*": 0}
            ),
        ),
        private_reply="free",
        threads=True,
        edits=True,
        reactions=True,
    )
    namespaces = (posts.NAMESPACE,)
    rate = (0.4, 10)  # 5,000 points an hour, of which a post costs three
    polls_every = timedelta(seconds=20)
    icon = "i-ch-bluesky"
    sentences = (
        "The text has %(count)s characters; Bluesky takes %(limit)s here.",
        "The text has more than %(size)s bytes, which is all that Bluesky takes here.",
        "%(name)s is no picture: Bluesky takes nothing else.",
        "%(name)s is larger than the %(limit)s bytes that Bluesky takes.",
        "Connected as %(account)s, with direct messages.",
        "Connected as %(account)s.",
    )
    guide = (
        "Sign in to Bluesky with the account of your company and open Settings, Privacy and security, App passwords.",
        "Add an app password, and allow it access to your direct messages.",
        "Write the handle and the app password here, and press Test.",
        "In Bluesky under Settings, Privacy and security, let everyone write direct messages to you.",
    )

    def __init__(self) -> None:
        self._sessions = Sessions()
        self._members: dict[int, dict[str, list[dict[str, Any]]]] = {}

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        if (settings.get("direct_messages") or "yes").lower() in {"0", "false", "no", "off"}:
            limits = self.capabilities.limits("public")
            return Capabilities(
                private=False,
                public=True,
                max_length=limits.max_length,
                counting=limits.counting,
                attachments=limits.attachments,
                threads=True,
                edits=True,
            )
        return self.capabilities

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_json(raw.body)
        except NotJson:
            return [Unsupported(what="The body is not valid JSON.")]
        return read_delivery(document, raw.received_at)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        if not account.config.direct_messages:
            reason = "Direct messages are switched off in the settings of this inbox."
            raise SendRefused(Failure(ErrorClass.CONFIG, reason, of_message=True))
        return sending.send(self._xrpc(account), outgoing)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.publish(self._xrpc(account), outgoing)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        members = self._members.setdefault(account.id, {})
        history = timedelta(days=account.config.history_days)
        chat = account.config.direct_messages
        return Reader(self._xrpc(account), members, history, chat=chat).read_new(cursor)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        did, cid = text_of(remote.get("did"), 255), text_of(remote.get("cid"), 128)
        if not posts.DID.fullmatch(did) or not posts.CID.fullmatch(cid):
            raise SendRefused(Failure(ErrorClass.CONTENT, "The message names no file that could be fetched."))
        rest = Rest(account.config.pictures, {}, trusted=account.trusted)
        return rest.download(f"{account.config.pictures}/img/feed_fullsize/plain/{did}/{cid}@jpeg", limit)

    def test(self, account: Account) -> str:
        xrpc = self._xrpc(account)
        xrpc.query("app.bsky.notification.listNotifications", [("limit", "1")])
        if account.config.direct_messages:
            xrpc.query("chat.bsky.convo.listConvos", [("limit", "1")], chat=True)
            return f"Connected as @{xrpc.handle}, with direct messages."
        return f"Connected as @{xrpc.handle}."

    def _xrpc(self, account: Account) -> Xrpc:
        return Xrpc(account, self._sessions)


adapter = Bluesky()
