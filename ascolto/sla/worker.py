"""The part that keeps promises: follows the log with a cursor of its own, and wakes when a clock comes to its next moment.

The cursor moves in the transaction that settles, so a kill repeats what was not committed and nothing else; of two processes one takes a
portion. Nothing is scanned: what a clock asks for next is an indexed column, and the earliest is known. Conversations from before this
part ran are settled when nothing else is to do, quietly.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Min, Q

from ascolto.conversations.models import Conversation, Status
from ascolto.events.log import Position, latest_position, move_cursor, read_after
from ascolto.events.models import Cursor, Event
from ascolto.events.pulse import Pulse
from ascolto.kit.clock import now
from ascolto.sla.actions.settle import settle
from ascolto.sla.actions.verdicts import next_at as next_promise_at
from ascolto.sla.actions.verdicts import ring
from ascolto.sla.ladder import RESPONSES
from ascolto.sla.models import SlaClock

log = logging.getLogger(__name__)
CURSOR = "promises"
PAST = "promises-past"  # the conversation down to which the past was settled
NICE = 10
TAKE = 200  # events looked at in one go
PORTION = 50  # conversations settled in one transaction: keeps the write lock of SQLite short
OLD = 20
PAUSE = 0.1  # seconds between two looks at the log when nothing waits
IN_ANY_CASE = 5.0  # seconds between two looks at the log when nobody seems to write
LATER = timedelta(minutes=10)  # a clock that cannot be settled is tried again then

NEWS = {
    "message.received",
    "message.added",
    "message.edited",
    "message.removed",
    "message.understood",
    "message.corrected",
    "message.delivery_failed",
    "message.resent",
    "message.withdrawn",
    "conversation.status_changed",
    "conversation.reopened",
    "conversation.spam_marked",
    "conversation.merged",
    "conversation.unmerged",
    "conversation.split",
    "complaint.registered",
    "complaint.withdrawn",
}
ARRIVED = {"message.delivered", "message.read"}  # news only where somebody still waits: it had failed before
CUSTOMERS = {"customer.changed"}  # news where it is about the group, which decides what was promised
CHANGED = {"policy.changed", "calendar.changed"}  # every clock that runs is looked at again


def run(stop: threading.Event) -> None:
    """Keep promises until `stop`; a database that is away for a while is waited for.

    Intake has promised already: while much comes in this thread gives way to it, and rests as long as it worked.
    """
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # Linux: of this thread alone
    news, next_at = _News(), _Next()
    _until_well(stop, ensure_cursors)
    while not stop.is_set():
        try:
            begun = time.monotonic()
            read = news.read()
            is_due = next_at.is_due()
            done = take_due() + ring() if is_due else 0
            if read or is_due:
                next_at.forget()  # also when another process did it
            if read >= TAKE:
                stop.wait(min(time.monotonic() - begun, 1.0))
            if not read and not done and settle_old() == 0:
                stop.wait(min(PAUSE, next_at.seconds()))
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            news, next_at = _News(), _Next()
            stop.wait(0.5)
        except Exception:
            log.exception("promises could not be kept; trying again")
            news, next_at = _News(), _Next()
            stop.wait(1.0)
    connection.close()


def _until_well(stop: threading.Event, work: Callable[[], None]) -> None:
    while not stop.is_set():
        try:
            return work()
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            stop.wait(0.5)


class _News:
    """The log is looked at when somebody wrote, as long as the last look found something, and every few seconds in any case: another
    process may have died with what it took."""

    def __init__(self) -> None:
        self._pulse, self._is_more, self._looked = Pulse(), True, 0.0

    def read(self) -> int:
        """Follow the log by one look, if that is worth it; returns how many events there were."""
        moment = time.monotonic()
        if not (self._pulse.beats() or self._is_more or moment > self._looked + IN_ANY_CASE):
            return 0
        self._looked = moment
        self._is_more = True  # also when the look fails
        taken = read_next()
        self._is_more = taken > 0
        return taken


class _Next:
    """When the earliest clock or dated promise comes to its next moment; asked again only when something may have changed it."""

    def __init__(self) -> None:
        self._known, self._at = False, now()

    def forget(self) -> None:
        """Ask again before the next wait."""
        self._known = False

    def at(self) -> datetime:
        """The moment; far away when nothing runs."""
        if not self._known:
            found = SlaClock.objects.filter(next_at__isnull=False).aggregate(first=Min("next_at"))["first"]
            moments = [each for each in (found, next_promise_at()) if each is not None]
            self._known, self._at = True, min(moments, default=now() + timedelta(days=365))
        return self._at

    def is_due(self) -> bool:
        """Whether it has come."""
        return self.at() <= now()

    def seconds(self) -> float:
        """How long until then; never nothing, so that a clock that another process holds is not asked for all the time."""
        return max(0.01, (self.at() - now()).total_seconds())


def catch_up() -> int:
    """Settle everything that the log holds and that is due, now, in this thread; returns how many events were looked at."""
    if not Cursor.objects.filter(name=CURSOR).exists():
        move_cursor(CURSOR, Position(0, 0))
    total = 0
    while taken := read_next():
        total += taken
    while take_due() + ring():
        pass
    while taken := read_next():  # what was done about clocks is in the log as well
        total += taken
    return total


def read_next() -> int:
    """Look at the next events and settle the conversations they name; returns how many events there were."""
    cursor = Cursor.objects.get(name=CURSOR)
    events = read_after(Position(cursor.xid, cursor.event_id), TAKE)
    if not events:
        return 0
    done = 0
    for portion in _portions(events):
        if not _take(cursor, portion):
            return 0
        done += len(portion)
    return done


def _portions(events: Sequence[Event]) -> Iterable[Sequence[Event]]:
    """The events in runs that name at most PORTION conversations."""
    begin, named = 0, set[int | None]()
    for place, event in enumerate(events):
        named.add(event.conversation_id)
        if len(named) > PORTION:
            yield events[begin:place]
            begin, named = place, {event.conversation_id}
    yield events[begin:]


def _take(cursor: Cursor, events: Sequence[Event]) -> bool:
    """Settle what the events name; one that cannot be settled is passed over, so that it holds up nobody. False: another process did it."""
    last = events[-1]
    try:
        taken = _settle(cursor, events)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(events) > 1:
            return all(_take(cursor, [event]) for event in events)
        log.exception("a conversation cannot be settled; it is passed over", extra={"event": last.pk})
        taken = _move(cursor, last)
    cursor.xid, cursor.event_id = last.xid, last.pk
    return taken


@transaction.atomic
def _settle(cursor: Cursor, events: Sequence[Event]) -> bool:
    if not _move(cursor, events[-1]):
        return False
    if any(event.type in CHANGED for event in events):
        SlaClock.objects.filter(stopped_at=None).update(next_at=now())
    if named := _named(events):
        settle(named)
    return True


def _named(events: Sequence[Event]) -> set[int]:
    named = {event.conversation_id for event in events if event.type in NEWS}
    arrived = {event.conversation_id for event in events if event.type in ARRIVED} - named
    if arrived:
        waiting = SlaClock.objects.filter(conversation__in=arrived, stopped_at=None, kind__in=RESPONSES)
        named |= set(waiting.values_list("conversation_id", flat=True))
    customers = {event.customer_id for event in events if event.type in CUSTOMERS and _is_about_group(event)}
    if customers:
        running = SlaClock.objects.filter(conversation__customer__in=customers, stopped_at=None)
        named |= set(running.values_list("conversation_id", flat=True))
    return {pk for pk in named if pk is not None}


def _is_about_group(event: Event) -> bool:
    return "group" in (event.data.get("fields") or ())


@transaction.atomic
def _move(cursor: Cursor, last: Event) -> bool:
    """Move the cursor, unless another process did so since it was read."""
    row = Cursor.objects.select_for_update().get(name=CURSOR)
    if (row.xid, row.event_id) != (cursor.xid, cursor.event_id):
        return False
    move_cursor(CURSOR, Position(last.xid, last.pk))
    return True


def take_due() -> int:
    """Settle the conversations whose clocks have come to a moment, the earliest first; returns how many there were."""
    moment = now()
    rows = SlaClock.objects.filter(next_at__lte=moment).order_by("next_at")
    due = list(dict.fromkeys(rows.values_list("conversation_id", flat=True)[:PORTION]))
    if due:
        _settle_each(due)
        _put_off(due, moment)
    return len(due)


def _put_off(conversations: Sequence[int], moment: datetime) -> None:
    """A clock that is due still after it was settled would be settled for ever: a fault of ours, tried again later."""
    left = SlaClock.objects.filter(conversation__in=conversations, next_at__lt=moment)
    if left.update(next_at=moment + LATER):
        log.error("clocks stay due after they were settled", extra={"conversations": list(conversations)})


def _settle_each(conversations: Sequence[int]) -> None:
    """Settle these together, or each by itself where that fails; one that fails by itself is tried again later."""
    try:
        settle(conversations)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(conversations) > 1:
            for one in conversations:
                _settle_each([one])
            return
        log.exception("a clock cannot be settled; later again", extra={"conversation": conversations[0]})
        rows = SlaClock.objects.filter(conversation__in=conversations, next_at__lte=now())
        rows.update(next_at=now() + LATER)


def settle_old() -> int:
    """Settle a few conversations from before this part ran, the newest first; returns how many were looked at."""
    mark = Cursor.objects.get(name=PAST)
    if mark.event_id == 0:
        return 0
    waiting = Q(waiting_since__isnull=False) | ~Q(status=Status.RESOLVED)
    rows = Conversation.objects.filter(waiting, pk__lt=mark.event_id).order_by("-pk")
    ids = list(rows.values_list("pk", flat=True)[:OLD])
    with transaction.atomic():
        known = set(SlaClock.objects.filter(conversation__in=ids).values_list("conversation_id", flat=True))
        settle([pk for pk in ids if pk not in known], quietly=True)
        move_cursor(PAST, Position(0, ids[-1] if ids else 0))
    return len(ids)


def ensure_cursors() -> None:
    """A new installation of this part begins with what is new; the past is settled when there is time."""
    if not Cursor.objects.filter(name=PAST).exists():
        newest = Conversation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        move_cursor(PAST, Position(0, newest + 1))
    if not Cursor.objects.filter(name=CURSOR).exists():
        move_cursor(CURSOR, latest_position())
