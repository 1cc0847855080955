"""Readers of the log and periodic work, in the background process.

A reader gets every event once in order, at least: it moves its cursor in the transaction of its own work, so a kill repeats nothing that
was committed. Rooms above register theirs in `apps.ready`.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction

from ascolto.events.log import Position, cursor_of, move_cursor, read_after
from ascolto.events.models import Cursor, Event

log = logging.getLogger(__name__)
NICE = 10
PAUSE = 0.2  # seconds between two looks at the log
TAKE = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who follows the log under a name. `reads` must be harmless when it sees an event again."""

    name: str
    reads: Callable[[Sequence[Event]], None]


@dataclass(slots=True)
class Task:
    """Work that is due again and again; harmless when two processes do it."""

    name: str
    every: timedelta
    work: Callable[[], object]
    due: float = field(default=0.0)


_readers: dict[str, Reader] = {}
_tasks: dict[str, Task] = {}


def register_reader(name: str, reads: Callable[[Sequence[Event]], None]) -> None:
    """Let `reads` follow the log under `name`."""
    _readers[name] = Reader(name, reads)


def register_task(name: str, every: timedelta, work: Callable[[], object]) -> None:
    """Let the background process do `work` again and again."""
    _tasks[name] = Task(name, every, work)


def run(stop: threading.Event) -> None:
    """Feed the readers and do the periodic work until `stop`; whoever fails is tried again and hinders nobody else.

    Everybody here may be late: this thread gives way to all others, and rests as long as it worked.
    """
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # Linux: of this thread alone
    while not stop.is_set():
        busy, begun = False, time.monotonic()
        for reader in _readers.values():
            busy |= _safely(reader.name, lambda reader=reader: feed(reader)) > 0  # type: ignore[misc]
        for task in _tasks.values():
            if time.monotonic() >= task.due:
                task.due = time.monotonic() + task.every.total_seconds()
                _safely(task.name, lambda task=task: task.work() and 0)  # type: ignore[misc]
        stop.wait(min(time.monotonic() - begun, 1.0) if busy else PAUSE)
    connection.close()


def feed_all() -> int:
    """Let every reader catch up, now, in this thread; returns how many events were read."""
    total = 0
    for reader in _readers.values():
        while taken := feed(reader):
            total += taken
    return total


def feed(reader: Reader) -> int:
    """Give a reader what is next; returns how many events it took. Of several processes one feeds a reader at a time."""
    if not read_after(cursor_of(reader.name), 1):
        return 0
    Cursor.objects.get_or_create(name=reader.name)
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        row = Cursor.objects.select_for_update(skip_locked=skip).filter(name=reader.name).first()
        if row is None:
            return 0
        events = read_after(Position(row.xid, row.event_id), TAKE)
        if events:
            reader.reads(events)
            move_cursor(reader.name, Position(events[-1].xid, events[-1].pk))
        return len(events)


def _safely(name: str, work: Callable[[], int]) -> int:
    try:
        return work() or 0
    except Exception as error:
        log.exception("background work failed; it will be tried again", extra={"work": name})
        if isinstance(error, (DatabaseError, InterfaceError)):
            connection.close()
        return 0
