"""When a person is left alone, and when their digest is due. Pure: `at` is in the person's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when until when nothing rings (`start` after `end` means over midnight), and whether weekends are free."""

    start: time
    end: time
    at_night: bool
    on_weekends: bool

    def covers(self, at: datetime) -> bool:
        """Whether nothing may ring at this moment."""
        if self.on_weekends and at.weekday() >= SATURDAY:
            return True
        if not self.at_night or self.start == self.end:
            return False
        clock = at.time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def ends_after(self, at: datetime) -> datetime:
        """The first moment from `at` on at which something may ring again."""
        while self.covers(at):
            at = self._next_border(at)
        return at

    def _next_border(self, at: datetime) -> datetime:
        midnight = _at(at + timedelta(days=1), time(0))
        morning = _at(at, self.end)
        return morning if at < morning < midnight else midnight


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0, fold=0)


def next_digest(at: datetime, *, hourly: bool, daily_at: time, quiet: Quiet) -> datetime:
    """When the next digest is due after `at`: at the next full hour, or daily at a time, but not while it is quiet."""
    if hourly:
        due = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        due = _at(at, daily_at)
        if due <= at:
            due = _at(at + timedelta(days=1), daily_at)
    return quiet.ends_after(due)
