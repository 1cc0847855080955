"""Times as feeds write them: RFC 822 with its many dialects, ISO 8601 and parts of it, seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ascolto.kit.clock import from_epoch

# Months in the languages of feeds whose writers did not know that the standard is English: by their first letters.
_MONTHS = {
    "Jan": ("gen", "jän", "ene", "janv"),
    "Feb": ("febb", "fév", "fev"),
    "Mar": ("mär", "mars", "marz"),
    "Apr": ("avr", "abr"),
    "May": ("mag", "mai", "mayo"),
    "Jun": ("giu", "juin", "juni"),
    "Jul": ("lug", "juil", "juli"),
    "Aug": ("ago", "aoû", "aou"),
    "Sep": ("set", "sept"),
    "Oct": ("ott", "okt"),
    "Dec": ("dic", "dez", "déc"),
}
_WORDS = {word: month for month, words in _MONTHS.items() for word in words}
_WORD = re.compile(r"[^\W\d_]{3,12}")
_ZONES = {"CET": "+0100", "CEST": "+0200", "BST": "+0100", "WET": "+0000", "WEST": "+0100", "EET": "+0200"}
_PARTS = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def moment_of(text: str) -> datetime | None:
    """The moment a text names, in UTC (which it is taken to mean when it names no zone); None when it names none."""
    text = " ".join(text[:80].split())
    if not text:
        return None
    for read in (_epoch, _iso, _mail, _parts):
        try:
            found = read(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def past(text: str, received_at: datetime) -> datetime | None:
    """`moment_of`, unless it lies in the future or before there were feeds."""
    found = moment_of(text)
    if found is None or found.year < 1995 or found > received_at + timedelta(days=1):
        return None
    return found


def _epoch(text: str) -> datetime | None:
    return from_epoch(text) if re.fullmatch(r"\d{9,14}(\.\d{1,9})?", text) else None


def _iso(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if re.match(r"\d{4}-?\d{2}-?\d{2}", text) else None


def _mail(text: str) -> datetime | None:
    if not re.search(r"[^\W\d_]{3}", text):
        return None
    words = text.split()
    if words and words[-1] in _ZONES:
        words[-1] = _ZONES[words[-1]]
    if words and words[0].rstrip(",.").isalpha():  # the name of the day, in whatever language
        del words[0]
    told = _WORD.sub(_month, " ".join(words))
    return parsedate_to_datetime(told if ":" in told else f"{told} 00:00:00")


def _month(found: re.Match[str]) -> str:
    word = found[0].lower()
    for length in (4, 3):
        if english := _WORDS.get(word[:length]):
            return english
    return found[0][:3] if word[:3].capitalize() in _ENGLISH else found[0]


_ENGLISH = {*_MONTHS, "Nov"}


def _parts(text: str) -> datetime | None:
    found = _PARTS.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    return datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
