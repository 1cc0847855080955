"""Lengths of time as people write them in a form: `15 min`, `2 h 30`, `1 d`, `-15 min`. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST_TEXT = 40
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "mins": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
    "minuto": timedelta(minutes=1),
    "minuti": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "ora": timedelta(hours=1),
    "ore": timedelta(hours=1),
    "d": timedelta(days=1),
    "g": timedelta(days=1),
    "gg": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "giorno": timedelta(days=1),
    "giorni": timedelta(days=1),
}
_WHOLE = re.compile(r"(?P<sign>[+\-−]?)\s*(?P<parts>(?:\d{1,6}\s*[a-z]*\s*)+)", re.ASCII)
_PART = re.compile(r"(\d{1,6})\s*([a-z]*)", re.ASCII)


def read_duration(text: str) -> timedelta | None:
    """The length that is written; a number alone means minutes, one after hours too. None where it is not one."""
    found = _WHOLE.fullmatch(text[: LONGEST_TEXT + 1].strip().lower())
    if found is None or len(text) > LONGEST_TEXT:
        return None
    total = timedelta()
    for number, unit in _PART.findall(found["parts"]):
        if unit and unit not in _UNITS:
            return None
        total += int(number) * _UNITS[unit or "min"]
    return total if found["sign"] in {"", "+"} else -total


def duration_text(length: timedelta | None) -> str:
    """As `read_duration` reads it back: `15 min`, `2 h 30 min`, `3 d`."""
    if length is None:
        return ""
    minutes = int(abs(length).total_seconds()) // 60
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (left, "min")) if number]
    return ("-" if length < timedelta() else "") + (" ".join(parts) or "0 min")
