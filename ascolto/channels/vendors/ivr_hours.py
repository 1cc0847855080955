"""When somebody answers the telephone, and until when we call back. Pure: `now` is passed in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Windows = tuple[tuple[time, time], ...]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALSO = {"lun": 0, "mar": 1, "mer": 2, "gio": 3, "ven": 4, "sab": 5, "dom": 6}
_NUMBER = {**{name: place for place, name in enumerate(_DAYS)}, **_ALSO}
_PART = re.compile(
    r"(?P<first>[a-zì]+)(?:\s*-\s*(?P<last>[a-zì]+))?\s+(?P<times>\d{1,2}[:.]\d\d\s*-\s*\d{1,2}[:.]\d\d)",
    re.IGNORECASE,
)
_FURTHEST = 370  # days looked ahead
_STEP = timedelta(minutes=5)  # promises are spoken: 10:35, not 10:33


class Unreadable(ValueError):
    """Opening hours that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours by weekday (Monday is 0) in one time zone. Without any, somebody is always there."""

    zone: ZoneInfo
    windows: Mapping[int, Windows]

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there."""
        return not self.windows or any(start <= now < end for start, end in self._spans(now))

    def next_opening(self, now: datetime) -> datetime | None:
        """When somebody is there again; None when somebody is there now."""
        if self.is_open(now):
            return None
        return next((start for start, _ in self._spans(now) if start > now), None)

    def after(self, now: datetime, work: timedelta) -> datetime:
        """`work` of opening time after `now`, rounded up: never earlier than that, and never in the past."""
        if not self.windows:
            return _rounded(now + work)
        left = work
        for start, end in self._spans(now):
            begin = max(start, now)
            if end - begin >= left:
                return min(_rounded(begin + left), max(end, begin + left))
            left -= max(end - begin, timedelta())
        return _rounded(now + work)

    def local(self, moment: datetime) -> datetime:
        """The moment as the clock on the wall shows it."""
        return moment.astimezone(self.zone)

    def _spans(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every window that has not ended yet, in order, in UTC."""
        today = self.local(now).date()
        for ahead in range(-1, _FURTHEST):
            day = today + timedelta(days=ahead)
            for opens, closes in self.windows.get(day.weekday(), ()):
                start = datetime.combine(day, opens, self.zone).astimezone(UTC)
                last = day if closes > opens else day + timedelta(days=1)
                end = datetime.combine(last, closes, self.zone).astimezone(UTC)
                if end > now:
                    yield start, end


def _rounded(moment: datetime) -> datetime:
    """Up to the next five minutes."""
    over = (moment - datetime.min.replace(tzinfo=UTC)) % _STEP
    return moment + (_STEP - over) if over else moment


def read_hours(text: str, zone: str) -> Hours:
    """Hours as people write them: `mon-fri 09:00-18:00, sat 9:00-13:00` (Italian names of days too). Raises Unreadable."""
    try:
        place = ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise Unreadable(zone) from error
    found: dict[int, Windows] = {}
    for part in filter(None, (part.strip() for part in text.replace(";", ",").split(","))):
        days, window = _read_part(part)
        for day in days:
            found[day] = tuple(sorted((*found.get(day, ()), window)))
    return Hours(place, found)


def _read_part(part: str) -> tuple[list[int], tuple[time, time]]:
    read = _PART.fullmatch(part)
    if read is None:
        raise Unreadable(part)
    first, last = (_NUMBER.get(name.lower()[:3]) for name in (read["first"], read["last"] or read["first"]))
    if first is None or last is None:
        raise Unreadable(part)
    days = [(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)]
    opens, closes = (_clock(text) for text in read["times"].split("-"))
    return days, (opens, closes)


def _clock(text: str) -> time:
    hours, minutes = (int(number) for number in re.split(r"[:.]", text.strip()))
    if hours == 24 and minutes == 0:
        return time(0, 0)
    if hours > 23 or minutes > 59:
        raise Unreadable(text)
    return time(hours, minutes)
