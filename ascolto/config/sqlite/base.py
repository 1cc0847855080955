"""Django's SQLite backend, but fair: whoever waits for the one write lock asks every millisecond, and of each process one thread asks.

SQLite's own way of waiting sleeps up to a tenth of a second between two tries, so a process that writes all the time
starves the others; with it, an agent's answer waited for many batches of the intake worker instead of for one.
The threads of a process stand in a line of their own: each that asked would take the interpreter, for a moment, from the one among
them that has the lock, and everybody would wait for that.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections import defaultdict

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.base import Database  # type: ignore[attr-defined] # noqa: F401 - Django expects it
from django.db.utils import OperationalError

PATIENCE = 20.0  # seconds; then the caller hears "database is locked"
_ASKING = [0.0003, 0.0012]  # seconds between two tries, at least and at most
_lines: defaultdict[str, threading.Lock] = defaultdict(
    threading.Lock
)  # of this process, by the name of the file
os.register_at_fork(after_in_child=_lines.clear)


def ask_every(least: float, most: float) -> None:
    """Seconds between two tries of this process to get the lock: who asks less often lets others go first."""
    _ASKING[:] = [least, most]


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with a fair wait at the beginning of a transaction (the only place where this product can meet a lock)."""

    _turn: threading.Lock | None = None  # what this connection holds while it writes

    def _start_transaction_under_autocommit(self) -> None:
        deadline = time.monotonic() + PATIENCE
        line = _lines[str(self.settings_dict["NAME"])]
        if not line.acquire(timeout=PATIENCE):
            raise OperationalError("database is locked")
        self._turn = line
        try:
            self._begin(deadline)
        except BaseException:
            self._leave()
            raise

    def _begin(self, deadline: float) -> None:
        raw: sqlite3.Connection = self.connection
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            with self.wrap_database_errors:
                while not _begins(raw, f"BEGIN {getattr(self, 'transaction_mode', None) or ''}"):
                    if time.monotonic() > deadline:
                        raise OperationalError("database is locked")
                    time.sleep(random.uniform(*_ASKING))
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")

    def _commit(self) -> None:
        super()._commit()
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._leave()

    def _leave(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.release()


def _begins(raw: sqlite3.Connection, begin: str) -> bool:
    """Try once. The cursor is closed here: a failure that carries it would leave it to the garbage collector, which may run
    in the very thread that holds the lock, and closing it there waits for this connection while this one waits for the lock.
    """
    cursor = raw.cursor()
    try:
        cursor.execute(begin)
        return True
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    finally:
        cursor.close()
