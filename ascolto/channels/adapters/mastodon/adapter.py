"""Mastodon, and the servers that speak its API. See docs/channels/mastodon.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.mastodon import parsing, polling, sending
from ascolto.channels.adapters.mastodon.instance import connect, connect_for_sending, host_of
from ascolto.channels.adapters.mastodon.parsing import Reading, read_delivery
from ascolto.channels.adapters.mastodon.statuses import NAMESPACE, acct_of
from ascolto.channels.capabilities import Attachments, Capabilities, Counting
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    Inbound,
    OAuth,
    Outgoing,
    Polled,
    RawDelivery,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.reading import object_of, text_of
from ascolto.kit.jsontext import NotJson, read_json

MIB = 1024 * 1024
ROOM_FOR_NAME = 32  # characters kept free for "@name " of the customer: Mastodon's names have 30 at most
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Config:
    """The server, and what lets us speak for an account there."""

    instance: str = setting(
        "Server", example="https://mastodon.social", help="The address of the server where your account is."
    )
    access_token: str = setting(
        "Access token",
        secret=True,
        help="In Mastodon under Preferences, Development, your application. It needs the scopes read and write.",
    )
    client_id: str = setting(
        "Client key", default="", help="Only for signing in instead of copying a token.", advanced=True
    )
    client_secret: str = setting("Client secret", default="", secret=True, advanced=True)
    max_characters: int = setting(
        "Longest post",
        default=500,
        advanced=True,
        help="Some servers take more than 500 characters; the test tells how many yours takes.",
    )
    history_days: int = setting(
        "Days to read at first", default=1, advanced=True, help="Mentions older than this are left alone."
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not _ADDRESS.fullmatch(self.instance):
            raise ConfigError("instance", "is not a web address; write for example https://mastodon.social")
        if not _VISIBLE.fullmatch(self.access_token):
            raise ConfigError("access_token", "holds a space or a letter that no token has: copy it again.")
        if not 100 <= self.max_characters <= 100_000:
            raise ConfigError("max_characters", "must be between 100 and 100000.")
        if not 0 <= self.history_days <= 30:
            raise ConfigError("history_days", "must be between 0 and 30.")


class Mastodon(Adapter):
    """One account on one server."""

    kind = "mastodon"
    label = "Mastodon"
    Config = Config
    capabilities = Capabilities(
        public=True,
        max_length=500 - ROOM_FOR_NAME,
        counting=Counting.LINKS_23,
        attachments=Attachments(
            max_count=4, max_bytes={"image": 16 * MIB, "video": 99 * MIB, "audio": 99 * MIB, "*": 0}
        ),
        private_reply="free",
        threads=True,
        edits=True,
        idempotent=True,
    )
    namespaces = (NAMESPACE,)
    rate = (0.8, 20)  # 300 requests in 5 minutes, of which reading needs its share
    polls_every = timedelta(seconds=20)
    icon = "i-ch-mastodon"
    sentences = (
        "Connected as %(account)s.",
        "This server takes %(count)s characters: set Longest post to it.",
        "Moderation warning: %(event)s",
        *parsing.ACTIONS,
    )
    guide = (
        "Sign in to Mastodon with the account of your company and open Preferences, Development, New application.",
        "Give the application a name and the scopes read and write; save it, and open it again.",
        'Copy "Your access token" here, and write the address of your server.',
        "Or, to sign in instead of copying: write the redirect URI into the application, and its client key and secret here.",
        "Press Test: it names the account it found and how long a post may be on your server.",
    )
    oauth = OAuth(
        authorize_url="{instance}/oauth/authorize",
        token_url="{instance}/oauth/token",  # noqa: S106 - an address
        scopes=("read", "write"),
        stores={"access_token": "access_token"},
    )

    def capabilities_with(self, settings: Mapping[str, str]) -> Capabilities:
        told = settings.get("max_characters") or ""
        longest = int(told) if told.isdigit() and len(told) < 7 else 500
        return replace(self.capabilities, max_length=max(longest - ROOM_FOR_NAME, 1))

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_json(raw.body)
        except NotJson:
            return [Unsupported(what="The body is not valid JSON.")]
        return read_delivery(document, Reading(raw.received_at, host_of(account)))

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.send(connect(account), connect_for_sending(account), outgoing)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.publish(connect(account), connect_for_sending(account), outgoing)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        history = timedelta(days=account.config.history_days)
        return polling.read_new(connect(account), cursor, history)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return sending.fetch(connect(account), remote, limit)

    def test(self, account: Account) -> str:
        rest = connect(account)
        us = rest.json("GET", "api/v1/accounts/verify_credentials", repeatable=True)
        about = object_of(rest.json("GET", "api/v2/instance", repeatable=True).get("configuration"))
        longest = text_of(object_of(about.get("statuses")).get("max_characters"), 10) or "500"
        told = f"Connected as @{acct_of(us)}@{host_of(account)}."
        if longest != str(account.config.max_characters):
            return f"{told} This server takes {longest} characters: set Longest post to it."
        return told


adapter = Mastodon()
