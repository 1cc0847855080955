"""Whether somebody may have written since the last look: what makes waiting for the log cheap."""

from __future__ import annotations

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
