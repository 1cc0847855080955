"""What the database alone can do: bare inserts of rows like the journal's, durable, without any product around them."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg

_ROWS = 20_000
_BODY = os.urandom(600)


def sqlite(rows_per_commit: int) -> float:
    """Rows a second into a WAL file with synchronous=FULL."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "limit.sqlite3", isolation_level=None)) as db,
    ):
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, digest BLOB UNIQUE, body BLOB)")
        rows = [(os.urandom(32), _BODY) for _ in range(_ROWS if rows_per_commit > 1 else _ROWS // 4)]
        start = time.perf_counter()
        for place in range(0, len(rows), rows_per_commit):
            db.execute("BEGIN IMMEDIATE")
            db.executemany(
                "INSERT INTO journal (digest, body) VALUES (?, ?)", rows[place : place + rows_per_commit]
            )
            db.execute("COMMIT")
        return len(rows) / (time.perf_counter() - start)


def postgres(url: str, rows_per_commit: int) -> float:
    """Rows a second, each commit durable."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS limit_journal")
        db.execute("CREATE TABLE limit_journal (id bigserial PRIMARY KEY, digest bytea UNIQUE, body bytea)")
        rows = [(os.urandom(32), _BODY) for _ in range(_ROWS if rows_per_commit > 1 else _ROWS // 4)]
        start = time.perf_counter()
        for place in range(0, len(rows), rows_per_commit):
            digests, bodies = zip(*rows[place : place + rows_per_commit], strict=True)
            db.execute(
                "INSERT INTO limit_journal (digest, body) SELECT * FROM unnest(%s::bytea[], %s::bytea[])",
                [list(digests), list(bodies)],
            )
        seconds = time.perf_counter() - start
        db.execute("DROP TABLE limit_journal")
        return len(rows) / seconds
