"""When a company is open: hours of local days, special days, and which calendar counts at which moment. Pure; no arithmetic yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ascolto.sla.holidays_of import names_of, public_holidays

DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `start` until before `end`: minutes of a local day, 0 to 1440."""

    start: int
    end: int


ALL_DAY = (Span(0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Why a day differs from its weekday. `kind`: holiday, own_holiday, closure, opening."""

    kind: str
    names: Mapping[str, str]  # by language; "" is the name as the company or the country writes it


@dataclass(frozen=True)
class Calendar:
    """Opening hours in one time zone. What is said of a date in `special` goes before holidays, and these before the week."""

    time_zone: str
    weekly: tuple[tuple[Span, ...], ...]  # Monday first, seven of them, in order, not overlapping
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    names: Mapping[date, str] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )  # of special days
    country: str = ""  # whose public holidays are closed days; empty: nobody's
    subdivision: str = ""
    own: frozenset[tuple[int, int]] = (
        frozenset()
    )  # (month, day) of yearly holidays of one's own, as a patron's
    _stretches: dict[int, tuple[tuple[int, int], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        is_always = not self.special and not self.country and not self.own
        is_always = is_always and all(spans == ALL_DAY for spans in self.weekly)
        object.__setattr__(self, "zone", ZoneInfo(self.time_zone))
        object.__setattr__(self, "is_always", is_always)

    zone: ZoneInfo = field(init=False, repr=False, compare=False)
    is_always: bool = field(init=False, repr=False, compare=False)  # open at every moment

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday or one of the company's own."""
        return (day.month, day.day) in self.own or (
            bool(self.country) and day in public_holidays(self.country, self.subdivision, day.year)
        )

    def spans(self, day: date) -> tuple[Span, ...]:
        """When it is open on a local date."""
        if day in self.special:
            return self.special[day]
        return () if self.is_holiday(day) else self.weekly[day.weekday()]

    def special_day(self, day: date) -> SpecialDay | None:
        """Why a date differs from its weekday, if it does."""
        if day in self.special:
            kind = "opening" if self.special[day] else "closure"
            return SpecialDay(kind, {"": self.names.get(day, "")})
        if self.country and day in (found := public_holidays(self.country, self.subdivision, day.year)):
            return SpecialDay("holiday", names_of(self.country, self.subdivision, day) or {"": found[day]})
        return SpecialDay("own_holiday", {}) if (day.month, day.day) in self.own else None


@dataclass(frozen=True)
class Timetable:
    """Which calendar counts when: from each exact moment (UTC) the calendar beside it, in order. The first counts before its moment too."""

    versions: tuple[tuple[datetime, Calendar], ...]

    def __post_init__(self) -> None:
        moments = [moment for moment, _ in self.versions]
        if not moments or moments != sorted(moments):
            raise ValueError("A timetable has at least one calendar, the earliest first.")

    def calendar_at(self, at: datetime) -> Calendar:
        """The calendar in force."""
        found = self.versions[0][1]
        for moment, calendar in self.versions[1:]:
            if moment > at:
                break
            found = calendar
        return found
