"""When somebody means who writes "tomorrow 9", "lunedì alle 15", "in 2 ore", "fine mese", "after Easter". Pure; Italian and English.

Every word must be understood: what is left over makes it nothing, since a wrong time is worse than none. What can be meant in two
ways says so. The result is never in the past.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ascolto.conversations.when_said import (
    FEAST,
    FILLER,
    MONTH,
    MONTHS,
    NUMBER,
    PART,
    PARTS,
    TODAY_PARTS,
    UNIT,
    UNITS,
    VAGUE_NUMBERS,
    WEEKDAY,
    WEEKDAYS,
    feast,
    months_later,
    number,
    periods,
)

READ_AT_MOST = 120  # characters: a time is short
AT_MOST = timedelta(days=3 * 366)  # ahead
MORNING = time(9)
Opening = Callable[[date], time | None]  # when the office opens that day; None: it is closed


@dataclass(frozen=True, slots=True)
class When:
    """A moment that was understood (UTC). `has_time`: whether its hour was said, else it is when the office opens.

    `other`: what could be meant as well, None when nothing. `is_closed`: nobody works on the day that was asked for.
    """

    at: datetime
    has_time: bool
    other: datetime | None = None
    is_closed: bool = False


def read_when(
    text: str, *, now: datetime, zone: str | ZoneInfo, language: str = "en", opening: Opening | None = None
) -> When | None:
    """The moment that `text` names, None when it names none, one that has passed, or one too far away (see AT_MOST).

    `language` decides what "3/4" is and what "next Friday" means; both languages are understood always.
    """
    here = ZoneInfo(zone) if isinstance(zone, str) else zone
    said = _plain(text)
    if not said.strip():
        return None
    reading = _Reading(said, now.astimezone(here), language[:2], opening)
    try:
        return reading.result()
    except (OverflowError, ValueError):
        return None  # the 31st of February, the year 99999


def _plain(text: str) -> str:
    if len(text) > READ_AT_MOST:
        return ""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'").replace("‘", "'"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))[: READ_AT_MOST * 2]
    plain = re.sub(r"\bun'\s*", "un ", plain)
    return f" {' '.join(plain.split())} "


@dataclass(slots=True)
class _Reading:
    """One text: every rule takes its words out; what remains must be filler."""

    text: str
    now: datetime  # in the zone of the person
    language: str
    opening: Opening | None
    exact: timedelta = field(default_factory=timedelta)  # from now on
    days: list[date] = field(default_factory=list)  # the day meant, then what else it could be
    clock: list[time] = field(default_factory=list)  # the hour meant, then what else it could be
    weekday: int | None = None
    is_vague: bool = False  # the day was not named: a closed one may become the next open one
    rolls: str = ""  # what may be added to a moment that has passed: day, week, year
    half: str = ""  # am, pm, night

    @property
    def today(self) -> date:
        return self.now.date()

    def take(self, pattern: str) -> re.Match[str] | None:
        """The words of the first match, which are gone from the text then."""
        found = re.search(rf"(?<![\w'/:.])(?:{pattern})(?![\w/:])", self.text)
        if found:
            self.text = f"{self.text[: found.start()]} {self.text[found.end() :]}"
        return found

    def result(self) -> When | None:
        self._durations()
        for rule in (self._feasts, self._dates, self._relative_days, self._named_days, self._periods):
            if not self.days:
                rule()
        self._parts()
        self._hours()
        left = re.sub(r"([,.;!-])", r" \1 ", re.sub(r"'", "' ", self.text)).split()
        if any(word not in FILLER and word != "'" for word in left):
            return None
        if self.exact:
            return self._told(self.now.astimezone(UTC) + self.exact) if not self.days + self.clock else None
        return self._settle() if self.days or self.clock else None

    # What is said

    def _durations(self) -> None:
        lead = r"(?:in|tra|fra|dopo|after|for|per|entro)?\s*"
        if self.take(lead + r"(?:mezz'\s*ora|mezzora|mezza ora|half an hour|half hour)"):
            self.exact += timedelta(minutes=30)
        if found := self.take(
            lead + r"(?:(?P<n>tre|three) )?(?:un |a )?(?:quarto|quarti|quarters?) (?:d'\s*ora|of an hour)"
        ):
            self.exact += timedelta(minutes=45 if found["n"] else 15)
        if found := self.take(
            lead + rf"(?P<n>{NUMBER})\s*(?:hours?|hrs?|or[ae]|h)"
            rf"(?:\s*(?:(?:e|and)\s+)?(?:(?P<half>mezz[ao]|a half)|(?P<m>{NUMBER})\s*(?:min(?:ut[ieo]|utes?|s)?)?))?"
        ):
            minutes = 30 if found["half"] else number(found["m"]) if found["m"] else 0
            self.exact += timedelta(hours=number(found["n"]), minutes=minutes)
        if found := self.take(lead + rf"(?P<n>{NUMBER})\s*(?:min(?:ut[ieo]|utes?|s)?)"):
            self.exact += timedelta(minutes=number(found["n"]))
        if not self.exact and (
            found := self.take(
                rf"(?:in|tra|fra|dopo|after|for|per|entro)?\s*(?P<n>{NUMBER})\s*(?P<w>working |business )?(?P<u>{UNIT})"
                r"(?P<l> lavorativ[oi])?(?: (?:from now|from today|da oggi|da adesso|da ora|later|dopo))?"
            )
        ):
            self._in_days(number(found["n"]), UNITS[found["u"]], bool(found["w"] or found["l"]))
            if found["n"] in VAGUE_NUMBERS:
                self.is_vague = True

    def _in_days(self, count: int, unit: str, working: bool) -> None:
        day = self.today
        if unit == "days" and working:
            for _ in range(min(count, 1000)):
                day = self._next_open(day + timedelta(days=1))
        elif unit in {"days", "weeks"}:
            day += timedelta(days=count * (7 if unit == "weeks" else 1))
        else:
            day = months_later(day, count * (12 if unit == "years" else 1))
        if unit == "weeks" and (found := self.take(WEEKDAY)):  # "Monday in two weeks"
            day += timedelta(days=WEEKDAYS[found[0].strip()] - day.weekday())
        self.is_vague = unit in {"months", "years"}
        self.days = [day]

    def _feasts(self) -> None:
        found = self.take(rf"(?:(?P<w>dopo|after|prima di|before|entro|by)\s+)?(?:l'|the )?(?P<f>{FEAST})")
        if not found:
            return
        for year in (self.today.year, self.today.year + 1):
            first, last = feast(found["f"], year)
            word = found["w"] or ""
            day = last + timedelta(days=1) if word in {"dopo", "after"} else first
            if word in {"prima di", "before", "entro", "by"}:
                day = first - timedelta(days=1)
            if word in {"dopo", "after"}:
                day = self._next_open(day)
            if day > self.today:
                self.days = [day]
                return

    def _dates(self) -> None:
        if found := self.take(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"):
            self.days = [date(int(found["y"]), int(found["m"]), int(found["d"]))]
        elif found := self.take(r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})(?:[/.-](?P<y>\d{4}|\d{2}))"):
            self._numeric(int(found["a"]), int(found["b"]), found["y"])
        elif found := self.take(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})"):
            self._numeric(int(found["a"]), int(found["b"]), None)
        elif found := self.take(
            rf"(?:il |the |l')?(?P<d>\d{{1,2}}|primo)(?:st|nd|rd|th|°|º)?(?: of| di)? (?P<m>{MONTH})\b\.?(?: (?:del )?(?P<y>\d{{4}}))?"
        ) or self.take(rf"(?P<m>{MONTH}) (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?"):
            day = 1 if found["d"] == "primo" else int(found["d"])
            self._on(MONTHS[found["m"]], day, found["y"])
        elif found := self.take(
            r"(?:(?:il |the )(?:giorno )?(?P<d>\d{1,2})(?:st|nd|rd|th)?|(?P<e>\d{1,2})(?:st|nd|rd|th))"
        ):
            self._day_of_month(int(found["d"] or found["e"]))
        if (
            self.days
            and (found := self.take(WEEKDAY))
            and self.days[0].weekday() != WEEKDAYS[found[0].strip()]
        ):
            raise ValueError("the day of the week is another")

    def _numeric(self, first: int, second: int, year: str | None) -> None:
        """Day before month, as in Europe; where that is no date, or in English, also the other way round."""
        try:
            self._on(second, first, year)
        except ValueError:
            self._on(first, second, year)
            return
        if self.language == "en" and first != second and first <= 12:
            self.days.append(self._dated(first, second, year))

    def _on(self, month: int, day: int, year: str | None) -> None:
        self.days = [self._dated(month, day, year)]
        self.rolls = "" if year else "year"

    def _dated(self, month: int, day: int, year: str | None) -> date:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        for ahead in range(9):  # the 29th of February comes once in eight years at worst
            try:
                found = date(self.today.year + ahead, month, day)
            except ValueError:
                continue
            if found >= self.today:
                return found
        raise ValueError("no such day")

    def _day_of_month(self, day: int) -> None:
        year, month = self.today.year, self.today.month
        for _ in range(12):
            if 1 <= day <= monthrange(year, month)[1] and date(year, month, day) >= self.today:
                self.days = [date(year, month, day)]
                return
            year, month = year + month // 12, month % 12 + 1
        raise ValueError("no such day")

    def _relative_days(self) -> None:
        if self.take("dopodomani|dopo domani|(?:the )?day after tomorrow"):
            self.days = [self.today + timedelta(days=2)]
        elif found := self.take("domattina|domani|tomorrow|tmrw|tmw|tomo"):
            self.days = [self.today + timedelta(days=1)]
            self.half = "am" if found[0] == "domattina" else ""
            self.clock = []
        elif self.take("oggi|today"):
            self.days = [self.today]

    def _named_days(self) -> None:
        after = r"(?: (?P<b>prossim[oa]|next|seguente))?(?: (?P<n>\d{1,2})(?!\s?[ap]\.?m)(?![\w:/.]))?"
        found = self.take(rf"(?:(?P<a>prossim[oa]|next|this|quest[oa]) )?(?P<d>{WEEKDAY}){after}")
        if not found:
            return
        ahead = (WEEKDAYS[found["d"]] - self.today.weekday()) % 7
        coming = self.today + timedelta(days=ahead)
        if found["n"] and (named := self._weekday_number(WEEKDAYS[found["d"]], int(found["n"]))):
            self.days = [named]
            return
        self.text += f"{found['n']} " if found["n"] else ""  # it was the hour
        later = coming + timedelta(days=7)
        is_next = (found["a"] or found["b"] or "").startswith(("next", "prossim", "seguente"))
        self.rolls = "week"
        if is_next and ahead == 0:
            self.days = [later]
        elif is_next and self.language == "en" and "next" in (found["a"], found["b"]):
            this_week = self.today.weekday() < WEEKDAYS[found["d"]]  # then Friday itself is "this Friday"
            self.days = [later, coming] if this_week else [coming, later]
        elif is_next:
            self.days = [coming, later]
        else:
            self.days = [coming]

    def _weekday_number(self, weekday: int, day_of_month: int) -> date | None:
        """ "Monday 12": the next 12th, when that is a Monday."""
        for ahead in range(1, 32):
            day = self.today + timedelta(days=ahead)
            if day.day == day_of_month:
                return day if day.weekday() == weekday else None
        return None

    def _periods(self) -> None:
        for pattern, day, is_vague in periods(self.today):
            if self.take(pattern):
                self.days, self.is_vague = [day], is_vague
                return

    def _parts(self) -> None:
        if not (
            found := self.take(
                rf"(?:(?:nel|nella|in|di|del|della|this|the|quest[oa]|al|alla|la|a|at) ?)*(?P<p>{PART})"
            )
        ):
            return
        name = found["p"]
        hour, self.half = PARTS[name]
        if not self.days and (name in TODAY_PARTS or "quest" in found[0] or "this" in found[0]):
            self.days = [self.today]
        self.clock = [time(hour)]

    def _hours(self) -> None:
        if self.take("(?:a )?mezzogiorno|noon|midday"):
            self.clock = [time(12)]
        elif self.take("(?:a )?mezzanotte|midnight"):
            self.clock = [time(0)]
        elif found := self.take(
            r"(?P<w>half past|quarter past|(?:a )?quarter to) (?P<n>\d{1,2}|" + NUMBER + ")"
        ):
            hour = number(found["n"])
            past, minute = (
                (hour, 30) if "half" in found["w"] else (hour, 15) if "past" in found["w"] else (hour - 1, 45)
            )
            self._clock(past, minute, "")
        elif found := self.take(
            r"(?:(?:alle|all'|at|le|ore|h|per le|dalle|verso le|@) ?)*(?:ore )?(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))?"
            r"(?: (?:e (?P<e>mezz[ao]|un quarto)|meno (?P<l>un quarto)))?\s?(?P<x>a\.?m\.?|p\.?m\.?|o'clock|in punto)?"
        ) or self.take(
            rf"(?:alle|all'|at) ?(?P<h>{NUMBER})(?P<m>)(?: (?:e (?P<e>mezz[ao]|un quarto)|meno (?P<l>un quarto)))?(?P<x>)"
        ):
            minute = int(found["m"] or 0) + {"m": 30, "u": 15}.get((found["e"] or " ")[0], 0)
            self._clock(
                number(found["h"]) - bool(found["l"]), 45 if found["l"] else minute, (found["x"] or "")[:1]
            )

    def _clock(self, hour: int, minute: int, half: str) -> None:
        half = half if half in {"a", "p"} else ""
        if hour == 24 and minute == 0:
            hour = 0
        if half and not 1 <= hour <= 12:
            raise ValueError("no such hour")
        if half or self.half:
            afternoon = half == "p" or (
                not half and (self.half == "pm" or (self.half == "night" and hour >= 6))
            )
            if hour <= 12:
                hour = hour % 12 + (12 if afternoon else 0) if hour != 12 or half or afternoon else 12
            self.clock = [time(hour, minute)]
            return
        said = time(hour, minute)
        if 1 <= hour <= 6:
            self.clock = [time(hour + 12, minute), said]  # nobody is reminded at four in the night
        elif 7 <= hour <= 11:
            self.clock = [said, time(hour + 12, minute)]
        else:
            self.clock = [said]

    # What is meant

    def _settle(self) -> When | None:
        if not self.days:
            return self._only_hour()
        named = self.days[0]
        day = self._next_open(named) if self.is_vague else named
        hours = self.clock or [self._opens(day)]
        found = [self._moment(day, hours[0])]
        found += [self._moment(other, hours[0]) for other in self.days[1:]]
        found += [self._moment(day, other) for other in hours[1:]]
        if found[0] <= self.now and self.rolls:
            day = day + timedelta(days=7) if self.rolls == "week" else day.replace(year=day.year + 1)
            found = [self._moment(day, hours[0]), *found]
        coming = [moment for moment in found if moment > self.now]
        if not coming:
            return None
        is_surprising = len(self.days) > 1 or (hours[0].hour in {7, 8, *range(13, 19)} and len(hours) > 1)
        other = coming[1] if len(coming) > 1 and is_surprising else None
        return self._told(coming[0], other=other, day=coming[0].astimezone(self.now.tzinfo).date())

    def _only_hour(self) -> When | None:
        """The next time it is that late; an hour of the morning that has passed is tomorrow's, or this evening's."""
        tomorrow = self.today + timedelta(days=1)
        found = [self._moment(self.today, hour) for hour in self.clock]
        coming = [moment for moment in found if moment > self.now]
        if found[0] <= self.now:
            coming = [self._moment(tomorrow, self.clock[0]), *coming]
        return self._told(coming[0], other=coming[1] if len(coming) > 1 else None)

    def _opens(self, day: date) -> time:
        return (self.opening(day) if self.opening else None) or MORNING

    def _next_open(self, day: date) -> date:
        for ahead in range(31):
            later = day + timedelta(days=ahead)
            if self.opening(later) is not None if self.opening else later.weekday() < 5:
                return later
        return day

    def _moment(self, day: date, hour: time) -> datetime:
        """In UTC; an hour that the clocks skip is the one after."""
        return datetime.combine(day, hour, self.now.tzinfo).astimezone(UTC)

    def _told(self, at: datetime, other: datetime | None = None, day: date | None = None) -> When | None:
        if not self.now < at <= self.now + AT_MOST:
            return None
        closed = day is not None and self.opening is not None and self.opening(day) is None
        return When(at.astimezone(UTC), bool(self.clock or self.exact), other, closed)
