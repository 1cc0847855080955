"""The second thread of the understanding part: after a message was read, who says the same, and was it answered already?

Reading never waits for it. It follows the log with a cursor of its own that moves in the transaction of what it stores, so a kill repeats
what was not committed. What it keeps in memory (the index of answers, the groups of the last day) is made from rows when it starts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils.module_loading import import_string

from ascolto.events.log import Position, latest_position, move_cursor, read_after
from ascolto.events.models import Cursor, Event
from ascolto.events.pulse import Pulse
from ascolto.understanding.engine.encoder import Encoder, shared_encoder
from ascolto.understanding.lookalikes import Groups, group_messages
from ascolto.understanding.similar import Keeper, askings, store
from ascolto.understanding.sources import all_listeners

log = logging.getLogger(__name__)
CURSOR = "answers"
TAKE = 100  # events in one transaction
PAUSE = 0.03  # seconds between two looks when nothing waits
BREATH = 0.15  # seconds between two transactions: nobody waits for this as for what was read
SWEEP = 600.0  # seconds until rows that went without a word are looked for

Listener = Callable[[Keeper, Sequence[Event]], None]


class Following:
    """What the thread keeps."""

    def __init__(self, encoder: Encoder) -> None:
        self.keeper = Keeper(encoder)
        self.groups = Groups()
        self._swept = time.monotonic()

    def start(self) -> None:
        """Take up from the rows; events after the cursor are followed as usual."""
        ensure_cursor()
        self.groups.rebuild()
        self.keeper.build()

    def follow(self) -> int:
        """Look at the next events; returns how many there were. What fails is passed over event by event, and told."""
        cursor = Cursor.objects.get(name=CURSOR)
        events = read_after(Position(cursor.xid, cursor.event_id), TAKE)
        if not events:
            self._sweep()
            return 0
        try:
            self._take(cursor, events)
        except (OperationalError, InterfaceError):
            self._anew()
            raise
        except Exception:
            self._anew()
            self._one_by_one(events)
        return len(events)

    def _one_by_one(self, events: Sequence[Event]) -> None:
        for event in events:
            cursor = Cursor.objects.get(name=CURSOR)
            try:
                self._take(cursor, [event])
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("an event cannot be followed; it is passed over", extra={"event": event.pk})
                self._anew()
                _move(cursor, event)

    def _take(self, cursor: Cursor, events: Sequence[Event]) -> None:
        """First what takes long, without a transaction; then everything that is stored, in one."""
        self.keeper.follow(events)
        read = {event.data["message"] for event in events if event.type == "message.understood"}
        removed = {event.data["message"] for event in events if event.type == "message.removed"}
        found = self.keeper.find_for(askings(read - removed, self.keeper.encoder.name)) if read else []
        with transaction.atomic():
            if not _move(cursor, events[-1]):
                return
            if read or removed:
                store(read | removed, found)
                group_messages(self.groups, read, removed)
        for event_type, path in all_listeners().items():
            heard = [event for event in events if event.type == event_type]
            if heard:
                listen: Listener = import_string(path)
                listen(self.keeper, heard)

    def _anew(self) -> None:
        """What is in memory of groups may say more than the rows."""
        self.groups = Groups()
        self.groups.rebuild()

    def _sweep(self) -> None:
        if time.monotonic() - self._swept >= SWEEP:
            self._swept = time.monotonic()
            self.groups.forget_old()
            gone = self.keeper.sweep()
            log.debug("swept", extra={"gone": gone, "bytes": self.keeper.index.size_in_bytes})


def run(stop: threading.Event) -> None:
    """Follow the log until `stop`; a database that is away for a while is waited for."""
    following: Following | None = None
    pulse = Pulse()
    while not stop.is_set():
        try:
            if following is None:
                following = Following(shared_encoder())
                following.start()
            if pulse.beats():
                while taken := following.follow():
                    if stop.wait(0 if taken == TAKE else BREATH):
                        break
            stop.wait(PAUSE)
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            following, pulse = None, Pulse()
            stop.wait(0.5)
        except Exception:
            log.exception("answers could not be looked for; trying again")
            following, pulse = None, Pulse()
            stop.wait(1.0)
    connection.close()


@transaction.atomic
def _move(cursor: Cursor, last: Event) -> bool:
    """Move the cursor, unless another process did so since it was read: of two processes one stores what was found."""
    row = Cursor.objects.select_for_update().get(name=CURSOR)
    if (row.xid, row.event_id) != (cursor.xid, cursor.event_id):
        return False
    move_cursor(CURSOR, Position(last.xid, last.pk))
    return True


def ensure_cursor() -> None:
    """Begin with what is new."""
    if not Cursor.objects.filter(name=CURSOR).exists():
        move_cursor(CURSOR, latest_position())
