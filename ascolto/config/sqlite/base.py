"""Django's SQLite backend, but fair: whoever waits for the one write lock asks every millisecond.

SQLite's own way of waiting sleeps up to a tenth of a second between two tries, so a process that writes all the time
starves the others; with it, an agent's answer waited for many batches of the intake worker instead of for one.
"""

from __future__ import annotations

import random
import sqlite3
import time

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.base import Database  # type: ignore[attr-defined] # noqa: F401 - Django expects it
from django.db.utils import OperationalError

PATIENCE = 20.0  # seconds; then the caller hears "database is locked"


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with a fair wait at the beginning of a transaction (the only place where this product can meet a lock)."""

    def _start_transaction_under_autocommit(self) -> None:
        deadline = time.monotonic() + PATIENCE
        raw: sqlite3.Connection = self.connection
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            with self.wrap_database_errors:
                while not _begins(raw, f"BEGIN {getattr(self, 'transaction_mode', None) or ''}"):
                    if time.monotonic() > deadline:
                        raise OperationalError("database is locked")
                    time.sleep(random.uniform(0.0003, 0.0012))
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")


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
