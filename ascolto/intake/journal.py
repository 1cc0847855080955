"""The journal of deliveries: durable before it says yes, and cheap because deliveries that come together share one commit."""

from __future__ import annotations

import json
import queue
import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db import IntegrityError, connection, transaction

from ascolto.channels.models import ChannelAccount
from ascolto.intake.entries import Entry
from ascolto.intake.spool import Spool, spool_path
from ascolto.kit import bulk
from ascolto.kit.clock import now

GROUP = 500  # rows in one commit; more would let the first of them wait
_COLUMNS = "account_id, digest, body, headers, source, received_at, state, attempts, unsupported, error, processed_at"


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.account_id,
        entry.digest,
        entry.body,
        json.dumps(dict(entry.headers)),
        entry.source,
        entry.received_at,
    )


def insert(entries: Sequence[Entry]) -> int:
    """Store deliveries in one statement's transaction; returns how many were new. Safe inside a caller's transaction."""
    connection.ensure_connection()
    rows = [_row(entry) for entry in entries]
    return _insert_postgres(rows) if connection.vendor == "postgresql" else _insert_sqlite(rows)


def _insert_sqlite(rows: list[tuple[Any, ...]]) -> int:
    # Django's own text form of a moment: UTC without a zone
    rows = [(*row[:5], row[5].astimezone(UTC).replace(tzinfo=None).isoformat(" ")) for row in rows]
    query = f"INSERT INTO intake_rawevent ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, 0, 0, '', '', NULL)"  # noqa: S608 - no input
    query += " ON CONFLICT (digest) DO NOTHING"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(query, rows)
        return cursor.rowcount


def _insert_postgres(rows: list[tuple[Any, ...]]) -> int:
    # Sorted by digest: two writers that hold the same deliveries take the index entries in one order and never wait in a circle.
    columns = [list(column) for column in zip(*sorted(rows, key=lambda row: row[1]), strict=True)]
    query = (
        f"INSERT INTO intake_rawevent ({_COLUMNS}) "  # noqa: S608 - no input
        "SELECT a, d, b, h::jsonb, s, r, 0, 0, '', '', NULL FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[],"
        " %s::text[], %s::text[], %s::timestamptz[]) AS t(a, d, b, h, s, r) ON CONFLICT (digest) DO NOTHING"
    )
    return int(bulk.execute(connection, query, columns))


def store_now(
    *, account: ChannelAccount, body: bytes, headers: Mapping[str, str] | None = None, source: str = "hook"
) -> bool:
    """Store one delivery; durable when it returns outside a transaction. Returns whether it was new."""
    return (
        insert(
            [Entry(account_id=account.pk, body=body, headers=headers or {}, source=source, received_at=now())]
        )
        == 1
    )


class Journal:
    """The writer thread of the asynchronous edge: everything that waits goes into one commit, then everybody is told."""

    def __init__(self) -> None:
        self._spool: Spool | None = None
        self._waiting: queue.SimpleQueue[tuple[Entry, AbstractEventLoop, Future[None]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def store(self, entry: Entry, loop: AbstractEventLoop) -> Future[None]:
        """A future that is done when the delivery is durable; it fails when the database refuses."""
        future: Future[None] = loop.create_future()
        self._waiting.put((entry, loop, future))
        return future

    def close(self) -> None:
        """Write what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _write(self) -> None:
        try:
            while (first := self._waiting.get()) is not None:
                group = [first]
                while len(group) < GROUP and not self._waiting.empty():
                    if (item := self._waiting.get_nowait()) is None:
                        self._waiting.put(None)  # met again by the outer loop, after this group
                        break
                    group.append(item)
                self._commit(group)
        finally:
            if self._spool is not None:
                self._spool.close()
            connection.close()

    def _commit(self, group: list[tuple[Entry, AbstractEventLoop, Future[None]]]) -> None:
        failure: Exception | None = None
        try:
            entries = [entry for entry, _, _ in group]
            if connection.vendor == "sqlite":
                self._spool = self._spool or Spool(
                    spool_path()
                )  # here: whoever waits hears when it cannot be opened
                self._spool.append(entries)
            else:
                insert(entries)
        except Exception as error:  # whoever waits must hear it, whatever it is
            if isinstance(error, IntegrityError) and len(group) > 1:
                # one inbox was removed meanwhile: its deliveries fail, not their neighbours
                for item in group:
                    self._commit([item])
                return
            failure = error
            connection.close()  # the next group begins with a fresh connection
        by_loop: dict[AbstractEventLoop, list[Future[None]]] = {}
        for _, loop, future in group:
            by_loop.setdefault(loop, []).append(future)
        for loop, futures in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, futures, failure)


def _tell(futures: list[Future[None]], failure: Exception | None) -> None:
    for future in futures:
        if future.done():  # the client went away
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)
