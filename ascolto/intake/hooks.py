"""The doors of `/hooks/<kind>/<token>`: whose they are, and who may come in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
from ascolto.intake.ringing import dialogue_at
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
FRESH = 1.0  # seconds after which a change of an account's settings is noticed here at the latest
BETWEEN_MISSES = 0.2  # seconds between two looks for unknown tokens: guessing must not become database load


@dataclass(frozen=True, slots=True)
class Door:
    """One hook address. `group`: doors that the network takes for one (a Meta app calls one address for all its pages)."""

    account: Account
    adapter: Adapter
    is_enabled: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Deliveries to store, and what to say when they are; without an answer a plain 200."""

    entries: tuple[Entry, ...]
    answer: HookAnswer | None = None


class Doors:
    """The hook addresses of every account, in memory. `find` never asks the database; `reload` does, in a thread."""

    def __init__(self) -> None:
        self._doors: dict[tuple[str, str], Door] = {}
        self._groups: dict[str, list[Door]] = {}
        self._seen: dict[int, object] = {}
        self._loaded_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kind: str, token: str) -> Door | None:
        """The door, as far as it is known here."""
        return self._doors.get((kind, token))

    def siblings(self, door: Door) -> list[Door]:
        """The other doors of its group."""
        return [other for other in self._groups.get(door.group, ()) if other.account.id != door.account.id]

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
                elif (door := open_door(account)) is not None:
                    doors[(account.kind, account.token)] = door
            self._doors, self._seen = doors, {pk: account.changed_at for pk, account in accounts.items()}
            groups: dict[str, list[Door]] = {}
            for door in doors.values():
                if door.group:
                    groups.setdefault(door.group, []).append(door)
            self._groups = groups
            self._loaded_at = time.monotonic()


def open_door(account: ChannelAccount) -> Door | None:
    """The door of an inbox; None when its settings cannot be read."""
    try:
        adapter = all_adapters().get(account.kind)
        if adapter is None:
            return None
        opened = account.as_account()
        if adapter.capabilities.voice:
            opened = replace(opened, dialogue=dialogue_at(opened))
        return Door(opened, adapter, account.is_enabled, adapter.hook_group(opened.config))
    except (ConfigError, Unreadable, UnknownChannel) as error:
        log.error("inbox cannot be opened", extra={"account": account.pk, "reason": str(error)})
        return None


def admit(door: Door, request: HookRequest, siblings: Sequence[Door] = ()) -> Admitted | HookAnswer:
    """Deliveries that may be stored, or the answer to give instead (handshakes and other questions)."""
    if not door.is_enabled and not any(sibling.is_enabled for sibling in siblings):
        return _closed()
    try:
        if request.method in {"GET", "HEAD"}:
            return door.adapter.handshake(door.account, request)
        door.adapter.verify(door.account, request)
        said = door.adapter.acknowledge(door.account, request)
    except Refused as refusal:
        if isinstance(refusal, BadSignature):
            log.warning("delivery with a wrong signature", extra={"account": door.account.id})
        return HookAnswer(refusal.status, str(refusal).encode())
    if said is not None and not said.stores:
        return said
    if not siblings:
        return Admitted((_entry(door, request),), said)
    concerned = _concerned((door, *siblings), request)
    if not any(one.is_enabled for one in concerned):
        return _closed()
    return Admitted(tuple(_entry(one, request) for one in concerned if one.is_enabled), said)


def _closed() -> HookAnswer:
    """Switched off, for now: 503 lets networks try again; after a 410 (gone) some would never call again."""
    return HookAnswer(503, b"This inbox is switched off: try again later.")


def _concerned(doors: Sequence[Door], request: HookRequest) -> Sequence[Door]:
    """The doors of a group whom a delivery concerns; the one it came to when it is nobody's, so that nothing is lost."""
    return [door for door in doors if door.adapter.concerns(door.account, request.body)] or doors[:1]


def _entry(door: Door, request: HookRequest) -> Entry:
    kept = door.adapter.kept_headers
    headers = {name: request.headers[name][:1000] for name in kept if name in request.headers}
    if ":query" in kept:
        headers[":query"] = request.url.partition("?")[2][:2000]
    return Entry(
        account_id=door.account.id, body=request.body, headers=headers, source="hook", received_at=now()
    )
