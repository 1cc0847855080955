"""The doors of `/hooks/<kind>/<token>`: whose they are, and who may come in."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import (
    Account,
    Adapter,
    BadSignature,
    ConfigError,
    HookAnswer,
    HookRequest,
    Refused,
)
from ascolto.channels.registry import UnknownChannel, all_adapters
from ascolto.intake.journal import Entry
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
FRESH = 1.0  # seconds after which a change of an account's settings is noticed here at the latest
BETWEEN_MISSES = 0.2  # seconds between two looks for unknown tokens: guessing must not become database load


@dataclass(frozen=True, slots=True)
class Door:
    """One hook address."""

    account: Account
    adapter: Adapter
    is_enabled: bool


class Doors:
    """The hook addresses of every account, in memory. `find` never asks the database; `reload` does, in a thread."""

    def __init__(self) -> None:
        self._doors: dict[tuple[str, str], Door] = {}
        self._seen: dict[int, object] = {}
        self._loaded_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kind: str, token: str) -> Door | None:
        """The door, as far as it is known here."""
        return self._doors.get((kind, token))

    @property
    def is_stale(self) -> bool:
        """Whether somebody should `reload`."""
        return time.monotonic() - self._loaded_at > FRESH

    def reload(self, *, missed: bool = False) -> None:
        """Look at the accounts again; accounts that did not change are not opened again."""
        with self._lock:
            age = time.monotonic() - self._loaded_at
            if age < (BETWEEN_MISSES if missed else FRESH):
                return
            accounts = {account.pk: account for account in ChannelAccount.objects.all()}
            known = {door.account.id: (key, door) for key, door in self._doors.items()}
            doors = {}
            for pk, account in accounts.items():
                if pk in known and self._seen.get(pk) == account.changed_at:
                    doors[known[pk][0]] = known[pk][1]
                elif (door := _open(account)) is not None:
                    doors[(account.kind, account.token)] = door
            self._doors, self._seen = doors, {pk: account.changed_at for pk, account in accounts.items()}
            self._loaded_at = time.monotonic()


def _open(account: ChannelAccount) -> Door | None:
    try:
        adapter = all_adapters().get(account.kind)
        return Door(account.as_account(), adapter, account.is_enabled) if adapter else None
    except (ConfigError, Unreadable, UnknownChannel) as error:
        log.error("inbox cannot be opened", extra={"account": account.pk, "reason": str(error)})
        return None


def admit(door: Door, request: HookRequest) -> Entry | HookAnswer:
    """A delivery that may be stored, or the answer to give instead (handshakes too)."""
    if not door.is_enabled:
        return HookAnswer(410, b"This inbox is switched off.")
    try:
        if request.method in {"GET", "HEAD"}:
            return door.adapter.handshake(door.account, request)
        door.adapter.verify(door.account, request)
    except Refused as refusal:
        if isinstance(refusal, BadSignature):
            log.warning("delivery with a wrong signature", extra={"account": door.account.id})
        return HookAnswer(refusal.status, str(refusal).encode())
    headers = {
        name: request.headers[name][:1000] for name in door.adapter.kept_headers if name in request.headers
    }
    return Entry(
        account_id=door.account.id, body=request.body, headers=headers, source="hook", received_at=now()
    )
