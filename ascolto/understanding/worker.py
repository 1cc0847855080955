"""The understanding part: follows the log in a process of its own and reads each message in about two milliseconds.

Intake never waits for it: a message is there at once and its reading a moment later. The cursor moves in the transaction that stores the
readings, so a kill repeats what was not committed and nothing else. When nothing is new, messages that were never read (from before an
upgrade, or while this part was off) are read, the newest first.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from ascolto.conversations.models import Direction, Message, Visibility
from ascolto.events.log import Position, latest_position, move_cursor, read_after
from ascolto.events.models import Cursor, Event
from ascolto.events.pulse import Pulse, Rest
from ascolto.kit.clock import now
from ascolto.understanding.actions.store import Understood, store_readings
from ascolto.understanding.engine.meaning import Context
from ascolto.understanding.engine.reader import Asked, Reader
from ascolto.understanding.models import MessageVector, Reading
from ascolto.understanding.serving import Serving
from ascolto.understanding.training.nightly import Nightly
from ascolto.understanding.written import written_text

log = logging.getLogger(__name__)
CURSOR = "understanding"
PAST = "understanding-past"  # the message down to which the past was looked at
TAKE = 200  # events looked at in one go
PORTION = 32  # messages read in one transaction: keeps the write lock of SQLite short
SMALL_PORTION = 8  # while nothing queues up: the bot waits for what was understood
PAUSE = 0.03  # seconds between two looks when nothing waits
SHORT_PAUSE = 0.005  # while messages come in
OLD = 20  # old messages looked at in one go when nothing is new
BEGINNING = timedelta(minutes=1)  # of a conversation: who greets later does not wait to be greeted
# after a correction too: one that was taken back leaves the model its whole word, with its strength and its doubts
_NEWS = {"message.received", "message.added", "message.edited", "message.amended", "message.corrected"}


def run(stop: threading.Event) -> None:
    """Read messages until `stop`; a database that is away for a while is waited for."""
    serving, pulse, nightly, rest = Serving(), Pulse(), Nightly(), Rest(SHORT_PAUSE, PAUSE)
    _until_well(stop, ensure_cursors)
    while not stop.is_set():
        try:
            total = 0
            while (pulse.beats() or total) and (taken := read_next(serving.reader())) and not stop.is_set():
                total += taken
            nightly.look(now())
            if read_old(serving.reader()) == 0:
                stop.wait(rest.after(total))
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            pulse = Pulse()
            stop.wait(0.5)
        except Exception:
            log.exception("messages could not be read; trying again")
            pulse = Pulse()
            stop.wait(1.0)
    nightly.stop()
    connection.close()


def _until_well(stop: threading.Event, work: Callable[[], None]) -> None:
    while not stop.is_set():
        try:
            return work()
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            stop.wait(0.5)


def read_waiting(reader: Reader) -> int:
    """Read everything that the log holds, now, in this thread; returns how many events were looked at."""
    if not Cursor.objects.filter(name=CURSOR).exists():
        move_cursor(CURSOR, Position(0, 0))
    total = 0
    while taken := read_next(reader):
        total += taken
    return total


def read_next(reader: Reader) -> int:
    """Look at the next events and read the messages they name; returns how many events there were."""
    cursor = Cursor.objects.get(name=CURSOR)
    events = read_after(Position(cursor.xid, cursor.event_id), TAKE)
    if not events:
        return 0
    done = 0
    for portion in _portions(events, PORTION if len(events) == TAKE else SMALL_PORTION):
        if not _take(reader, cursor, portion):
            return 0
        done += len(portion)
    return done


def _take(reader: Reader, cursor: Cursor, events: Sequence[Event]) -> bool:
    """Read what the events name; one that cannot be read is passed over, so that it holds up nobody. False: another process did it."""
    last = events[-1]
    try:
        taken = _read(reader, cursor, events)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(events) > 1:
            return all(_take(reader, cursor, [event]) for event in events)
        log.exception("a message cannot be read; it is passed over", extra={"event": events[0].pk})
        taken = _move(cursor, last)
    cursor.xid, cursor.event_id = last.xid, last.pk
    return taken


def _read(reader: Reader, cursor: Cursor, events: Sequence[Event]) -> bool:
    messages = _messages({event.data["message"] for event in events if event.type in _NEWS})
    understood = _understand(reader, messages)  # before the transaction: nobody waits for the lock meanwhile
    with transaction.atomic():
        if not _move(cursor, events[-1]):
            return False
        _forget({event.data["message"] for event in events if event.type == "message.removed"})
        store_readings(understood, encoder=reader.encoder.name)
    return True


@transaction.atomic
def _move(cursor: Cursor, last: Event) -> bool:
    """Move the cursor, unless another process did so since it was read: of two processes one reads a message."""
    row = Cursor.objects.select_for_update().get(name=CURSOR)
    if (row.xid, row.event_id) != (cursor.xid, cursor.event_id):
        return False
    move_cursor(CURSOR, Position(last.xid, last.pk))
    return True


def _portions(events: Sequence[Event], size: int) -> Iterable[Sequence[Event]]:
    """The events in runs with at most `size` messages to read."""
    begin, count = 0, 0
    for place, event in enumerate(events):
        count += event.type in _NEWS
        if count == size:
            yield events[begin : place + 1]
            begin, count = place + 1, 0
    if begin < len(events):
        yield events[begin:]


def _messages(ids: Iterable[int]) -> list[Message]:
    rows = Message.objects.filter(pk__in=set(ids), removed_at=None).exclude(visibility=Visibility.NOTE)
    rows = (
        rows.exclude(author_kind__in=["system", "bot"]).select_related("conversation__customer").defer("html")
    )
    return list(rows.order_by("pk"))


def _understand(reader: Reader, messages: Sequence[Message]) -> list[Understood]:
    if not messages:
        return []
    asked = [
        Asked(_text(message), _context(message), message.direction == Direction.OUT) for message in messages
    ]
    return [
        Understood(message, meaning)
        for message, meaning in zip(messages, reader.read_all(asked), strict=True)
    ]


def _forget(removed: set[int]) -> None:
    """What an author took back is not kept as a meaning either."""
    if removed:
        Reading.objects.filter(message__in=removed).delete()
        MessageVector.objects.filter(message__in=removed).delete()


def _text(message: Message) -> str:
    is_answer = message.in_reply_to_id is not None
    return written_text(message.text, message.subject, message.extra, is_answer=is_answer)


def _context(message: Message) -> Context:
    waiting = message.conversation.waiting_since
    repeats = 0
    if waiting is not None and message.occurred_at > waiting:
        repeats = (
            Message.objects.filter(conversation=message.conversation_id, direction=Direction.IN)
            .filter(occurred_at__gte=waiting, occurred_at__lt=message.occurred_at)
            .count()
        )
    return Context(
        language_hint=message.conversation.customer.language or "",
        unanswered=repeats,
        is_public=message.visibility == Visibility.PUBLIC,
        is_follow_up=message.created_at - message.conversation.created_at > BEGINNING,
        is_automatic=message.is_automatic,
    )


def read_old(reader: Reader) -> int:
    """Read a few of the messages from before this part began, the newest first; returns how many were looked at."""
    mark = Cursor.objects.get(name=PAST)
    ids = list(
        Message.objects.filter(pk__lt=mark.event_id).order_by("-pk").values_list("pk", flat=True)[:OLD]
    )
    if not ids:
        return 0
    understood = _understand(reader, _messages(ids))
    with transaction.atomic():
        known = set(Reading.objects.filter(message__in=ids).values_list("message_id", flat=True))
        store_readings([u for u in understood if u.message.pk not in known], encoder=reader.encoder.name)
        move_cursor(PAST, Position(0, ids[-1]))
    return len(ids)


def read_again(reader: Reader, ids: Iterable[int]) -> int:
    """Read messages again with the models as they are now; what people corrected stays. Returns how many were read."""
    understood = _understand(reader, _messages(ids))
    with transaction.atomic():
        store_readings(understood, encoder=reader.encoder.name)
    return len(understood)


def ensure_cursors() -> None:
    """A new installation of this part begins with what is new; the past is read when there is time."""
    if not Cursor.objects.filter(name=PAST).exists():
        newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        move_cursor(PAST, Position(0, newest + 1))
    if not Cursor.objects.filter(name=CURSOR).exists():
        move_cursor(CURSOR, latest_position())
