"""Calendars as they are kept and edited: the JSON of `CalendarVersion.content`, read with errors that name the field. Pure.

    {"time_zone": "Europe/Rome",
     "weekly": {"0": [["09:00", "13:00"], ["14:00", "18:00"]], …, "6": []},     Monday is 0; an absent day is closed
     "always": true,                                                           instead of `weekly`: day and night
     "holidays": {"country": "IT", "subdivision": "", "own": ["12-07"]},
     "closures": [{"from": "2026-08-10", "to": "2026-08-21", "name": "Summer"}],
     "openings": [{"date": "2026-12-08", "spans": [["10:00", "16:00"]], "name": "Christmas market"}]}

An opening goes before a closure of the same day, both before holidays, and these before the week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.sla.holidays_of import FIRST_YEAR, LAST_YEAR, UnknownCountry, check_country
from ascolto.sla.opening import ALL_DAY, DAY_MINUTES, Calendar, Span

MOST_ENTRIES = 1000
MOST_CLOSED_DAYS = 3660  # of all closures together: ten years
MOST_SPANS = 24
MOST_NAME = 120
CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}")
COUNTRY = re.compile(r"[A-Z]{2}")
FIELDS = frozenset({"time_zone", "weekly", "always", "holidays", "closures", "openings"})


class CalendarRefused(ValueError):
    """A calendar that cannot be. `field` says where, as in `weekly.0` or `closures.3.to`; `code` what is wrong."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.code, self.message = field, code, message


def read_calendar(content: Mapping[str, Any]) -> Calendar:
    """The calendar that the JSON describes. `CalendarRefused` names the first field that is wrong."""
    if not isinstance(content, Mapping):
        raise CalendarRefused("calendar", "shape", "must be an object.")
    for name in content:
        if name not in FIELDS:
            raise CalendarRefused(str(name)[:40], "unknown", "is not part of a calendar.")
    special, names = _special_days(content)
    country, subdivision, own = _holidays(content.get("holidays"))
    weekly = _week(content)
    if not any(weekly) and not any(special.values()):
        raise CalendarRefused("weekly", "never_open", "must open at least once a week.")
    return Calendar(_zone(content.get("time_zone")), weekly, special, names, country, subdivision, own)


def calendar_content(calendar: Calendar) -> dict[str, Any]:
    """A calendar as JSON that `read_calendar` reads back as an equal one."""
    content: dict[str, Any] = {"time_zone": calendar.time_zone}
    if all(spans == ALL_DAY for spans in calendar.weekly):
        content["always"] = True
    else:
        content["weekly"] = {str(day): _told(spans) for day, spans in enumerate(calendar.weekly)}
    if calendar.country or calendar.own:
        content["holidays"] = {
            "country": calendar.country,
            "subdivision": calendar.subdivision,
            "own": [f"{month:02}-{day:02}" for month, day in sorted(calendar.own)],
        }
    content["closures"] = list(_closures_of(calendar))
    content["openings"] = [
        {"date": day.isoformat(), "spans": _told(spans), "name": calendar.names.get(day, "")}
        for day, spans in sorted(calendar.special.items())
        if spans
    ]
    return content


def _zone(value: Any) -> str:
    if not isinstance(value, str) or not ZONE.fullmatch(value):
        raise CalendarRefused("time_zone", "zone", "must be the name of a time zone, as Europe/Rome.")
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        raise CalendarRefused("time_zone", "zone", "is not known.") from None


def _week(content: Mapping[str, Any]) -> tuple[tuple[Span, ...], ...]:
    always = content.get("always", False)
    if not isinstance(always, bool):
        raise CalendarRefused("always", "shape", "must be true or false.")
    if always:
        return (ALL_DAY,) * 7
    week = content.get("weekly", {})
    if not isinstance(week, Mapping) or not set(week) <= set("0123456"):
        raise CalendarRefused("weekly", "shape", "must have days from “0” (Monday) to “6”.")
    return tuple(_spans(f"weekly.{day}", week.get(str(day), [])) for day in range(7))


def _spans(field: str, value: Any) -> tuple[Span, ...]:
    """Opening hours of a day, in order."""
    spans = sorted(
        _span(f"{field}.{index}", each) for index, each in enumerate(_list(field, value, MOST_SPANS))
    )
    for before, after in pairwise(spans):
        if after.start < before.end:
            raise CalendarRefused(field, "overlap", "has hours that overlap.")
    return tuple(spans)


def _span(field: str, value: Any) -> Span:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise CalendarRefused(field, "shape", "must be a start and an end.")
    start, end = (_minute(field, each) for each in value)
    if end <= start:
        raise CalendarRefused(field, "order", "must end after it starts.")
    return Span(start, end)


def _minute(field: str, value: Any) -> int:
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise CalendarRefused(field, "time", "must be a time from 00:00 to 24:00.")
    return minute


def _special_days(content: Mapping[str, Any]) -> tuple[dict[date, tuple[Span, ...]], dict[date, str]]:
    special: dict[date, tuple[Span, ...]] = {}
    names: dict[date, str] = {}
    for index, entry in enumerate(_list("closures", content.get("closures", []), MOST_ENTRIES)):
        field = f"closures.{index}"
        for day in _days(field, entry, room=MOST_CLOSED_DAYS - len(special)):
            special[day], names[day] = (), _name(field, entry)
    opened = set()
    for index, entry in enumerate(_list("openings", content.get("openings", []), MOST_ENTRIES)):
        field = f"openings.{index}"
        day = _date(f"{field}.date", _entry(field, entry).get("date"))
        spans = _spans(f"{field}.spans", entry.get("spans"))
        if not spans:
            raise CalendarRefused(f"{field}.spans", "empty", "must say when it opens.")
        if day in opened:
            raise CalendarRefused(f"{field}.date", "twice", "is there twice.")
        opened.add(day)
        special[day], names[day] = spans, _name(field, entry)
    return special, names


def _days(field: str, entry: Any, *, room: int) -> Iterator[date]:
    """The days of a closure, which may be no more than `room`."""
    first = _date(f"{field}.from", _entry(field, entry).get("from"))
    last = _date(f"{field}.to", entry.get("to"))
    if last < first:
        raise CalendarRefused(f"{field}.to", "order", "must not be before its start.")
    count = (last - first).days + 1
    if count > room:
        raise CalendarRefused(f"{field}.to", "too_many", f"closes more than {MOST_CLOSED_DAYS} days in all.")
    return (first + timedelta(days=index) for index in range(count))


def _holidays(value: Any) -> tuple[str, str, frozenset[tuple[int, int]]]:
    if value is None:
        return "", "", frozenset()
    entry = _entry("holidays", value)
    country, subdivision = entry.get("country", ""), entry.get("subdivision", "")
    if not isinstance(country, str) or (country and not COUNTRY.fullmatch(country)):
        raise CalendarRefused("holidays.country", "country", "must be a code of two capitals, as IT.")
    if not isinstance(subdivision, str) or len(subdivision) > 40 or (subdivision and not country):
        raise CalendarRefused("holidays.subdivision", "subdivision", "must be a part of the country.")
    if country:
        _check_country(country, subdivision)
    days = _list("holidays.own", entry.get("own", []), MOST_ENTRIES)
    return country, subdivision, frozenset(_month_day(f"holidays.own.{n}", day) for n, day in enumerate(days))


def _check_country(country: str, subdivision: str) -> None:
    for field, part in (("country", ""), ("subdivision", subdivision)):
        try:
            check_country(country, part)
        except UnknownCountry:
            raise CalendarRefused(f"holidays.{field}", field, "has no known public holidays.") from None


def _month_day(field: str, value: Any) -> tuple[int, int]:
    day = _date(field, f"2024-{value}" if isinstance(value, str) else None)  # a leap year: 02-29 is a day
    return day.month, day.day


def _date(field: str, value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalendarRefused(field, "date", f"must be a date from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _name(field: str, entry: Mapping[str, Any]) -> str:
    name = entry.get("name", "")
    if not isinstance(name, str) or len(name) > MOST_NAME:
        raise CalendarRefused(f"{field}.name", "name", f"must be a text of at most {MOST_NAME} characters.")
    return name


def _entry(field: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CalendarRefused(field, "shape", "must be an object.")
    return value


def _list(field: str, value: Any, most: int) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise CalendarRefused(field, "shape", "must be a list.")
    if len(value) > most:
        raise CalendarRefused(field, "too_many", f"has more than {most} entries.")
    return list(value)


def _told(spans: tuple[Span, ...]) -> list[list[str]]:
    return [[f"{m // 60:02}:{m % 60:02}" for m in (span.start, span.end)] for span in spans]


def _closures_of(calendar: Calendar) -> Iterator[dict[str, str]]:
    """Closed days, those of one name that follow each other as one closure."""
    first: date | None = None
    closed = sorted(day for day, spans in calendar.special.items() if not spans)
    for index, day in enumerate(closed):
        following = closed[index + 1] if index + 1 < len(closed) else None
        name = calendar.names.get(day, "")
        first = first or day
        if following != day + timedelta(days=1) or calendar.names.get(following, "") != name:
            yield {"from": first.isoformat(), "to": day.isoformat(), "name": name}
            first = None
