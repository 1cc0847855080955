"""Matrix, by the client API of any homeserver. See docs/channels/matrix.md."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.adapters.matrix import sending, syncing
from ascolto.channels.adapters.matrix.homeserver import connect, connect_for_sending, look
from ascolto.channels.adapters.matrix.parsing import NAMESPACE, read_delivery
from ascolto.channels.capabilities import Attachments, Capabilities, Counting
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
from ascolto.kit.jsontext import NotJson, read_json

MIB = 1024 * 1024
MAX_BYTES = 30_000  # of a text: an event has 64 KiB, and JSON may need two bytes for one
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#@]*)?")
_USER = re.compile(r"@[^\s:]+:[A-Za-z0-9.:\[\]-]+")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Config:
    """The homeserver, and what lets us speak for an account there."""

    homeserver: str = setting(
        "Homeserver", example="https://matrix.org", help="The address of the server where your account is."
    )
    user_id: str = setting(
        "Account", example="@telvia:matrix.org", help="The account that customers write to."
    )
    access_token: str = setting(
        "Access token",
        secret=True,
        help="In Element under All settings, Help & About, Advanced. Do not sign that session out afterwards.",
    )

    def check(self) -> None:
        """Raises ConfigError for a value that cannot be used."""
        if not _ADDRESS.fullmatch(self.homeserver):
            raise ConfigError("homeserver", "is not a web address; write for example https://matrix.org")
        if not _USER.fullmatch(self.user_id):
            raise ConfigError("user_id", "is not a Matrix account; write for example @telvia:matrix.org")
        if not _VISIBLE.fullmatch(self.access_token):
            raise ConfigError("access_token", "holds a space or a letter that no token has: copy it again.")


class Matrix(Adapter):
    """One account on one homeserver."""

    kind = "matrix"
    label = "Matrix"
    Config = Config
    capabilities = Capabilities(
        public=True,
        max_length=MAX_BYTES,
        counting=Counting.BYTES,
        attachments=Attachments(max_count=10, max_bytes={"*": 50 * MIB}),
        private_reply="free",
        receipts=frozenset({"read"}),
        threads=True,
        edits=True,
        reactions=True,
        starts=True,
        idempotent=True,
    )
    namespaces = (NAMESPACE,)
    rate = (5.0, 10)
    polls_every = timedelta(seconds=15)
    icon = "i-ch-matrix"
    sentences = (
        "Connected as %(account)s.",
        "The token belongs to another account: %(name)s",
    )
    guide = (
        "Make an account for your company on a homeserver, and sign in to it with Element.",
        "Open All settings, Help & About, and copy the access token at the bottom. Leave that session signed in.",
        "Write the address of the homeserver, the account and the token here, and press Test.",
        "Tell your customers the name of the account. Ascolto accepts their invitations by itself.",
        "Ask them to write without encryption: encrypted messages arrive, but cannot be read here.",
    )

    def __init__(self) -> None:
        self._rooms: dict[int, syncing.Rooms] = {}
        self._reached: dict[int, str] = {}  # account → the place of its last sync, from which `wait` listens

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = read_json(raw.body)
        except NotJson:
            return [Unsupported(what="The body is not valid JSON.")]
        return read_delivery(document, raw.received_at, account.config.user_id)

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        us = account.config.user_id
        return sending.send(connect(account), connect_for_sending(account), us, outgoing)

    def publish(self, account: Account, outgoing: Outgoing) -> Sent:
        return sending.publish(connect(account), connect_for_sending(account), outgoing)

    def poll(self, account: Account, cursor: Mapping[str, Any]) -> Iterator[Polled]:
        rooms = self._rooms.setdefault(account.id, syncing.Rooms())
        reader = syncing.Reader(connect(account), account.config.user_id, rooms, cursor)
        yield from reader.read_new()
        self._reached[account.id] = reader.since

    def wait(self, account: Account, seconds: float) -> None:
        """A sync that answers as soon as something happens. What it says is read by the poll that follows."""
        reached = self._reached.get(account.id, "")
        if reached:
            syncing.sync(connect(account), reached, seconds)
        else:
            time.sleep(seconds)

    def fetch_media(self, account: Account, remote: Mapping[str, Any], limit: int) -> tuple[bytes, str]:
        return sending.fetch(connect(account), remote, limit)

    def test(self, account: Account) -> str:
        found = text_of(look(connect(account), "account/whoami").get("user_id"), 255)
        if found != account.config.user_id:
            raise SendRefused(Failure(ErrorClass.CONFIG, f"The token belongs to another account: {found}"))
        return f"Connected as {found}."


adapter = Matrix()
