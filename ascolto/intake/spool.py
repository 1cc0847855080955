"""Where hooks are made durable on SQLite: a small file of its own, since the main one has one writer at a time.

A batch of the worker holds the main file's write lock for some milliseconds; a hook must not wait for it. The worker
moves what is here into the journal in the same transaction in which it processes it, and forgets it here afterwards: a
kill in between only moves it again, and the journal knows each delivery by its digest. PostgreSQL needs no spool.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from django.conf import settings

from ascolto.intake.entries import Entry

Result = TypeVar("Result")
PATIENCE = 20.0  # seconds to wait for the file's lock, which is held for a moment only
# One row for all that shared a commit: writing a row costs more than packing it.
_TABLE = (
    "CREATE TABLE IF NOT EXISTS spool (id INTEGER PRIMARY KEY AUTOINCREMENT, deliveries INTEGER, packed BLOB)"
)
_Packed = list[tuple[int, bytes, dict[str, str], str, datetime]]
_pack, _unpack = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(_Packed).decode


def spool_path() -> Path:
    """The file of this installation."""
    return Path(settings.SPOOL)


class Spool:
    """One thread's connection to the file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        self._connection.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_TABLE)
        self._connection.execute("PRAGMA busy_timeout = 0")

    def append(self, entries: Sequence[Entry]) -> None:
        """Store deliveries together; durable when it returns."""
        packed = _pack([(e.account_id, e.body, e.headers, e.source, e.received_at) for e in entries])
        row = (len(entries), packed)
        insert = "INSERT INTO spool (deliveries, packed) VALUES (?, ?)"
        self._write(lambda: self._connection.execute(insert, row))

    def first(self, limit: int) -> tuple[list[Entry], int]:
        """What has waited longest: whole rows, about `limit` deliveries, with the number to forget them by (0: none)."""
        entries: list[Entry] = []
        until = 0
        for until, packed in self._connection.execute("SELECT id, packed FROM spool ORDER BY id"):  # noqa: B007
            entries += [
                Entry(account_id=a, body=b, headers=h, source=s, received_at=r)
                for a, b, h, s, r in _unpack(packed)
            ]
            if len(entries) >= limit:
                break
        return entries, until

    def forget(self, until: int) -> None:
        """Drop everything up to this number: it is in the journal."""
        self._write(lambda: self._connection.execute("DELETE FROM spool WHERE id <= ?", [until]))

    def count(self) -> int:
        """How many deliveries wait here."""
        return int(self._connection.execute("SELECT coalesce(sum(deliveries), 0) FROM spool").fetchone()[0])

    def version(self) -> int:
        """A number that changes when another connection wrote."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _write(self, work: Callable[[], Result]) -> Result:
        self._begin()
        try:
            result = work()
            self._connection.execute("COMMIT")
            return result
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def _begin(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.0005)
