"""The log: write an event in your own transaction, read it with a cursor that never skips one.

Position. On PostgreSQL ids are handed out before commit, so a reader that asks for "id > last" can miss a row that commits late.
Every event carries its transaction's number; readers take only those below the oldest transaction that is still running
(`pg_snapshot_xmin`), in the order (transaction, id). Later rows can only have higher numbers, so nothing is skipped.
SQLite has one writer: there the number is 0 and ids commit in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from ascolto.events.catalogue import check
from ascolto.events.models import Cursor, Event
from ascolto.kit import bulk
from ascolto.kit.clock import now


class Position(NamedTuple):
    """A place in the log. Written as "xid.id" where text is needed (Last-Event-ID)."""

    xid: int
    event_id: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.event_id}"

    @classmethod
    def parse(cls, text: str) -> Position | None:
        """The position written as "xid.id", or None when it is not one."""
        xid, _, event_id = text.partition(".")
        if not (xid.isdigit() and event_id.isdigit() and len(text) < 40):
            return None
        return cls(int(xid), int(event_id))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it."""

    kind: str = "system"
    id: int | None = None


SYSTEM = Actor()


@dataclass(slots=True)
class Doing:
    """What is done in somebody's name: the actor, and the events written so far."""

    actor: Actor
    events: list[Event]


_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)


@contextmanager
def acting_as(actor: Actor) -> Iterator[list[Event]]:
    """Inside the block everything that the product does by itself is done by this actor (a rule); gives the events that were written."""
    doing = Doing(actor, [])
    token = _doing.set(doing)
    try:
        yield doing.events
    finally:
        _doing.reset(token)


def actor_of(agent: Any) -> Actor:
    """The actor for an agent, or the system for None."""
    return Actor("agent", agent.pk) if agent is not None else SYSTEM


def make_event(
    event_type: str,
    *,
    actor: Actor = SYSTEM,
    conversation: int | None = None,
    customer: int | None = None,
    account: int | None = None,
    at: datetime | None = None,
    **data: Any,
) -> Event:
    """An unsaved event, checked against the catalogue. Ids, not objects. Raises UnknownEvent."""
    check(event_type, data)
    if actor.kind == "system" and (doing := _doing.get()) is not None:
        actor = doing.actor
    return Event(
        type=event_type,
        occurred_at=at or now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        conversation_id=conversation,
        customer_id=customer,
        account_id=account,
        data=data,
    )


def emit(event_type: str, **fields: Any) -> None:
    """Write one event into the log, in the caller's transaction. See make_event for the fields."""
    emit_all([make_event(event_type, **fields)])


def emit_all(events: Iterable[Event]) -> None:
    """Write many events at once, in their order."""
    written = list(events)
    bulk.insert(connection, written)
    if (doing := _doing.get()) is not None:
        doing.events.extend(written)


_COLUMNS = "xid, id, type, occurred_at, actor_kind, actor_id, conversation_id, customer_id, account_id, data"


def read_after(position: Position, limit: int = 500) -> list[Event]:
    """The next events after `position`, oldest first; never one that a slower transaction could still precede."""
    settled = (
        " AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        if connection.vendor == "postgresql"
        else ""
    )
    query = (
        f"SELECT {_COLUMNS} FROM events_event WHERE (xid, id) > (%s, %s){settled} ORDER BY xid, id LIMIT %s"  # noqa: S608 - no input
    )
    return list(Event.objects.raw(query, [position.xid, position.event_id, limit]))


def latest_position() -> Position:
    """Where a reader that only wants the future begins."""
    settled = (
        " WHERE xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        if connection.vendor == "postgresql"
        else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xid, id FROM events_event{settled} ORDER BY xid DESC, id DESC LIMIT 1")  # noqa: S608 - no input
        row = cursor.fetchone()
    return Position(*row) if row else Position(0, 0)


def rebase() -> int:
    """After a restore into another PostgreSQL cluster: stored numbers may lie above the new cluster's. Returns the rows changed."""
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT max(xid) >= pg_current_xact_id()::text::bigint FROM events_event")
        row = cursor.fetchone()
        if not row or not row[0]:
            return 0
        cursor.execute("UPDATE events_cursor SET xid = 0")
        cursor.execute("UPDATE events_event SET xid = 0")
        return int(cursor.rowcount)


def cursor_of(name: str) -> Position:
    """How far the reader `name` has come."""
    found = Cursor.objects.filter(name=name).first()
    return Position(found.xid, found.event_id) if found else Position(0, 0)


def move_cursor(name: str, position: Position) -> None:
    """Remember how far the reader `name` has come; call it in the transaction of the reader's own work."""
    Cursor.objects.update_or_create(
        name=name, defaults={"xid": position.xid, "event_id": position.event_id, "moved_at": now()}
    )
