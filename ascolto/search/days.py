"""Days as people write them in a search box. Pure: today is passed in."""

from __future__ import annotations

import re
from datetime import date, timedelta

_NAMED = {"today": 0, "oggi": 0, "yesterday": 1, "ieri": 1}
_AGO = re.compile(r"(\d{1,4})([dgwsmya])")  # giorni, settimane and anni as well
_DAYS_IN = {"d": 1, "g": 1, "w": 7, "s": 7, "m": 30, "y": 365, "a": 365}
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_ITALIAN = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
_MONTH = re.compile(r"(\d{1,2})[/.](\d{4})")
_ANY_DAY = date(2024, 6, 15)

Span = tuple[date, date]


def is_day(text: str) -> bool:
    """Whether a text names a day, a month or a year."""
    return days_of(text, _ANY_DAY) is not None


def days_of(text: str, today: date) -> Span | None:
    """The first day that is meant and the first after it, or None.

    `2026-03-05`, `2026-03`, `2026`, `05/03/2026` (day first), `05/03` (the latest), `today`, `ieri`, `3d` (three days ago; w, m, y).
    """
    text = text.strip().lower()
    try:
        return _relative(text, today) or _italian(text, today) or _iso(text)
    except (ValueError, OverflowError):  # the 31st of April; before the year 1
        return None


def _relative(text: str, today: date) -> Span | None:
    if text in _NAMED:
        return _day(today - timedelta(days=_NAMED[text]))
    match = _AGO.fullmatch(text)
    if match is None:
        return None
    return _day(today - timedelta(days=int(match[1]) * _DAYS_IN[match[2]]))


def _iso(text: str) -> Span | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year = int(match[1])
    if match[2] is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    month = int(match[2])
    return _month(year, month) if match[3] is None else _day(date(year, month, int(match[3])))


def _italian(text: str, today: date) -> Span | None:
    if match := _MONTH.fullmatch(text):
        return _month(int(match[2]), int(match[1]))
    match = _ITALIAN.fullmatch(text)
    if match is None:
        return None
    day, month = int(match[1]), int(match[2])
    if match[3] is None:
        latest = date(today.year, month, day)
        return _day(latest if latest <= today else latest.replace(year=today.year - 1))
    year = int(match[3])
    return _day(date(year + 2000 if year < 100 else year, month, day))


def _day(day: date) -> Span:
    return day, day + timedelta(days=1)


def _month(year: int, month: int) -> Span:
    first = date(year, month, 1)
    return first, date(year + month // 12, month % 12 + 1, 1)
