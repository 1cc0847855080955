"""Open stretches on the line of UTC, by whole days computed once a calendar. Moments are integers here: microseconds since 1970.

A day of UTC is cut where the zone's offset changes (found by bisection to the second); in each piece the offset is constant, and the
spans of the local dates that it touches are laid over it. Days of UTC follow each other without overlap, which local dates do not: St.
John's used to set its clocks back at a minute past midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.sla.opening import Calendar, Timetable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY_SECONDS = 86_400
DAY = DAY_SECONDS * SECOND
KNOWN_DAYS = 4_000  # a calendar remembers so many days before it starts over
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def number_of(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def moment_of(number: int) -> datetime:
    """Back to a moment in UTC."""
    return EPOCH + timedelta(microseconds=number)


def open_stretches(timetable: Timetable, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is open between two moments, in order and apart; stretches that touch come as several."""
    versions = timetable.versions
    for index, (_, calendar) in enumerate(versions):
        until = end if index + 1 == len(versions) else min(end, number_of(versions[index + 1][0]))
        if until > start:
            yield from _of_calendar(calendar, start, until)
            start = until


def offset_changes(zone: ZoneInfo, start: int, end: int) -> list[tuple[int, int]]:
    """`(second, offset)` of every piece of constant offset between two seconds of UTC at most some days apart."""
    pieces = [(start, _offset(zone, start))]
    for low in range(start, end, DAY_SECONDS // 2):
        high = min(low + DAY_SECONDS // 2, end)
        before, after = _offset(zone, low), _offset(zone, high)
        if before != after:
            pieces.append((_change(zone, low, high), after))
    return pieces


def _of_calendar(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    if calendar.is_always:
        yield start, end
        return
    for day in range(start // DAY, (end - 1) // DAY + 1):
        for opened, closed in _of_day(calendar, day):
            if closed > start and opened < end:
                yield max(opened, start), min(closed, end)


def _of_day(calendar: Calendar, day: int) -> tuple[tuple[int, int], ...]:
    """The open stretches of one day of UTC, counted from 1970."""
    known = calendar._stretches
    if (found := known.get(day)) is None:
        if len(known) >= KNOWN_DAYS:
            known.clear()
        found = known[day] = tuple(_lay_over(calendar, day * DAY_SECONDS))
    return found


def _lay_over(calendar: Calendar, start: int) -> Iterator[tuple[int, int]]:
    end = start + DAY_SECONDS
    pieces = offset_changes(calendar.zone, start, end)
    for (begun, offset), (ended, _) in zip(pieces, [*pieces[1:], (end, 0)], strict=True):
        for local_day in range((begun + offset) // DAY_SECONDS, (ended - 1 + offset) // DAY_SECONDS + 1):
            midnight = local_day * DAY_SECONDS - offset
            for span in calendar.spans(date.fromordinal(EPOCH_ORDINAL + local_day)):
                opened, closed = max(begun, midnight + span.start * 60), min(ended, midnight + span.end * 60)
                if opened < closed:
                    yield opened * SECOND, closed * SECOND


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second with another offset than `low`'s."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high
