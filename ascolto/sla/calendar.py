"""Arithmetic with opening hours, exact to the microsecond. Pure.

A moment is open exactly when its local wall-clock time lies in a span of its local date, in the calendar in force at that moment. So an
hour that the clocks skip does not count, and one that they repeat counts twice if it is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ascolto.sla.opening import ALL_DAY, Calendar, Span, SpecialDay, Timetable
from ascolto.sla.stretches import MICROSECOND, moment_of, number_of, open_stretches
from ascolto.sla.written import CalendarRefused, calendar_content, read_calendar

__all__ = [
    "ALL_DAY",
    "Calendar",
    "CalendarRefused",
    "Span",
    "SpecialDay",
    "Timetable",
    "add_open_time",
    "calendar_content",
    "end_of_day_after",
    "is_open",
    "next_opening",
    "open_periods",
    "open_time",
    "read_calendar",
]

HORIZON = timedelta(days=3 * 366)  # after so long without enough open time, a deadline never comes


def is_open(timetable: Timetable, at: datetime) -> bool:
    """Whether the company is open at this moment."""
    calendar = timetable.calendar_at(at)
    local = at.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute  # a span ends at a full minute, so seconds never matter
    return any(span.start <= minute < span.end for span in calendar.spans(local.date()))


def next_opening(timetable: Timetable, at: datetime) -> datetime | None:
    """The first open moment from `at` on: `at` itself when it is open; None when it does not open within three years."""
    start = number_of(at)
    for opened, _ in open_stretches(timetable, start, start + HORIZON // MICROSECOND):
        return moment_of(opened)
    return None


def open_periods(timetable: Timetable, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches between two moments, in order, those that touch made one."""
    last: tuple[int, int] | None = None
    for opened, closed in open_stretches(timetable, number_of(start), number_of(end)):
        if last is not None and last[1] == opened:
            last = (last[0], closed)
            continue
        if last is not None:
            yield moment_of(last[0]), moment_of(last[1])
        last = (opened, closed)
    if last is not None:
        yield moment_of(last[0]), moment_of(last[1])


def open_time(timetable: Timetable, start: datetime, end: datetime) -> timedelta:
    """How much open time lies between two moments; nothing when `end` is before `start`."""
    stretches = open_stretches(timetable, number_of(start), number_of(end))
    return timedelta(microseconds=sum(closed - opened for opened, closed in stretches))


def add_open_time(timetable: Timetable, start: datetime, amount: timedelta) -> datetime | None:
    """The first moment at which so much open time has passed since `start`; None when that takes more than three years.

    A time that ends with the opening hours is due at their end, not at the next opening; none at all is due at once."""
    left, begun = amount // MICROSECOND, number_of(start)
    if left <= 0:
        return start.astimezone(UTC)
    for opened, closed in open_stretches(timetable, begun, begun + HORIZON // MICROSECOND):
        if closed - opened >= left:
            return moment_of(opened + left)
        left -= closed - opened
    return None


def end_of_day_after(
    calendar: Calendar, start: datetime, days: int, *, working: bool = False
) -> datetime | None:
    """The local end of the n-th day (or working day) after the day of `start`, which is not counted.

    A working day has opening hours and is no holiday, even when the company opens on that holiday. None when there are
    not so many within three years and the days asked for."""
    day = start.astimezone(calendar.zone).date()
    last = day + HORIZON + timedelta(days=days)
    while days > 0:
        day += timedelta(days=1)
        if day > last:
            return None
        days -= not working or (bool(calendar.spans(day)) and not calendar.is_holiday(day))
    return _end_of(calendar, day)


def _end_of(calendar: Calendar, day: date) -> datetime:
    """The first moment after which this local date does not come back: clocks set back just after midnight repeat its end."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.zone) + timedelta(days=1)
    moments = [midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    ends = [each for each in moments if (each - MICROSECOND).astimezone(calendar.zone).date() <= day]
    return max(ends, default=moments[0])
