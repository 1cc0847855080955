"""When people work: weekly shifts in the company's time zone, and absences. Pure.

A time of day that the clocks leave out counts as if they had not been changed; of one that comes twice the first counts. A shift whose
end is not after its start ends on the next day, so 00:00 is the end of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_DAY = timedelta(days=1)
_AHEAD = 8  # days in which every weekly boundary comes round


@dataclass(frozen=True, slots=True)
class Hours:
    """A shift: from `starts` to `ends` on a weekday (0 is Monday)."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Leave:
    """A time in which somebody is not there."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """When one person works. Without shifts: always, but for absences."""

    zone: ZoneInfo
    shifts: Sequence[Hours] = ()
    leaves: Sequence[Leave] = ()

    def works_at(self, moment: datetime) -> bool:
        """Whether the person works at an aware moment. Boundaries: the start belongs to it, the end does not."""
        if self.leave_at(moment) is not None:
            return False
        return not self.shifts or any(start <= moment < end for start, end in self._spans(moment))

    def leave_at(self, moment: datetime) -> Leave | None:
        """The absence in which the moment lies; of several the one that ends last."""
        found = [leave for leave in self.leaves if leave.starts_at <= moment < leave.ends_at]
        return max(found, key=lambda leave: leave.ends_at, default=None)

    def next_change(self, moment: datetime) -> datetime | None:
        """The next moment after this one at which it may be otherwise; None: it stays as it is."""
        boundaries = [at for leave in self.leaves for at in (leave.starts_at, leave.ends_at)]
        boundaries += [at for span in self._spans(moment) for at in span]
        return min((at for at in boundaries if at > moment), default=None)

    def back_at(self, moment: datetime) -> datetime | None:
        """When somebody who does not work at this moment works again; None: not within a week after their absences."""
        at: datetime | None = moment
        for _ in range(2 * (len(self.shifts) * _AHEAD + len(self.leaves)) + 2):
            if at is None or self.works_at(at):
                return at
            at = self.next_change(at)
        return None

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The shifts from the day before the moment to a week after it."""
        today = moment.astimezone(self.zone).date()
        for offset in range(-1, _AHEAD + 1):
            day = today + offset * _A_DAY
            for shift in self.shifts:
                if shift.weekday == day.weekday():
                    last = day if shift.ends > shift.starts else day + _A_DAY
                    yield self._at(day, shift.starts), self._at(last, shift.ends)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock.replace(tzinfo=None), self.zone).astimezone(UTC)
