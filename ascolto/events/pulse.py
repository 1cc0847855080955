"""Whether somebody may have written since the last look: what makes waiting for the log cheap."""

from __future__ import annotations

import time

from django.db import connection


class Pulse:
    """SQLite tells in microseconds whether another connection changed the file; PostgreSQL is asked for the rows themselves."""

    def __init__(self) -> None:
        self._seen = -1

    def beats(self) -> bool:
        """Whether a look at the log is worth it."""
        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = int(cursor.fetchone()[0])
        changed, self._seen = version != self._seen, version
        return changed


class Rest:
    """How long to wait between two looks, in seconds: `brief` while something was there lately, `long` when nothing happens."""

    LATELY = 1.0  # seconds

    def __init__(self, brief: float, long: float) -> None:
        self._brief, self._long, self._until = brief, long, 0.0

    def after(self, taken: int) -> float:
        """After a look that found so much."""
        at = time.monotonic()
        if taken:
            self._until = at + self.LATELY
        return self._brief if at < self._until else self._long
