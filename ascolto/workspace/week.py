"""The last seven days of an inbox as columns: what came in above the line, what left below it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ascolto.channels.hours import Hour

DAYS, PARTS = 7, 6  # parts of four hours
HIGH = 40.0  # units above, and below, the line


@dataclass(frozen=True, slots=True)
class Column:
    """Four hours, in units of the drawing; `x` is a percentage."""

    x: float
    above: float
    below: float
    at: datetime
    received: int
    sent: int

    @property
    def top(self) -> float:
        """Where the upper column begins, from above."""
        return round(HIGH - self.above, 2)


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the table."""

    day: date
    received: int
    sent: int

    @property
    def label(self) -> str:
        """`Mon 16`, small in Italian."""
        words = formats.date_format(self.day, "D j")
        return words.lower() if (get_language() or "").startswith("it") else words


@dataclass(frozen=True, slots=True)
class Week:
    """The drawing, its table, and the sentence that says the same."""

    columns: tuple[Column, ...]
    days: tuple[Day, ...]
    sentence: str
    width: float

    @property
    def is_empty(self) -> bool:
        return not any(day.received or day.sent for day in self.days)


def week_of(hours: Iterable[Hour], now: datetime) -> Week:
    """Seven days until today, in the reader's time zone."""
    first = timezone.localtime(now).date() - timedelta(days=DAYS - 1)
    counts: dict[tuple[date, int], list[int]] = {}
    for hour in hours:
        local = timezone.localtime(hour.hour)
        if local.date() >= first:
            pair = counts.setdefault((local.date(), local.hour * PARTS // 24), [0, 0])
            pair[0] += hour.received
            pair[1] += hour.sent
    days = tuple(_day(first + timedelta(days=n), counts) for n in range(DAYS))
    received, sent = sum(day.received for day in days), sum(day.sent for day in days)
    sentence = _("In the last seven days %(received)s came in and %(sent)s left.") % {
        "received": formats.number_format(received, force_grouping=True),
        "sent": formats.number_format(sent, force_grouping=True),
    }
    return Week(tuple(_columns(first, counts)), days, sentence, round(100 / (DAYS * PARTS) * 0.7, 3))


def _day(day: date, counts: dict[tuple[date, int], list[int]]) -> Day:
    pairs = [counts.get((day, part), [0, 0]) for part in range(PARTS)]
    return Day(day, sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))


def _columns(first: date, counts: dict[tuple[date, int], list[int]]) -> list[Column]:
    highest = max((max(pair) for pair in counts.values()), default=0) or 1
    found = []
    for place in range(DAYS * PARTS):
        day, part = first + timedelta(days=place // PARTS), place % PARTS
        received, sent = counts.get((day, part), [0, 0])
        begins = timezone.make_aware(datetime(day.year, day.month, day.day, part * 24 // PARTS))
        x = round(100 * place / (DAYS * PARTS), 3)
        found.append(Column(x, _height(received, highest), _height(sent, highest), begins, received, sent))
    return found


def _height(count: int, highest: int) -> float:
    """Scales begin at zero; what is not nothing can be seen."""
    return round(max(1.5, HIGH * count / highest), 2) if count else 0.0
