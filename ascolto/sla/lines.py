"""A calendar as people write it in a form, and back: hours of a day in one line, closed and special days one a line. Pure.

09:00-13:00, 14:00-18:00
2026-08-10 2026-08-21 Summer holidays
2026-12-08 10:00-16:00 Christmas market
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_SPAN = re.compile(r"(\d{1,2})[:.]?(\d{2})?\s*[-–]\s*(\d{1,2})[:.]?(\d{2})?", re.ASCII)
_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOSURE = re.compile(rf"({_DATE})(?:\s+(?:[-–]\s+)?({_DATE}))?(?:\s+(.*))?", re.ASCII)
_OPENING = re.compile(rf"({_DATE})\s+([\d:.,;\s–-]+?)(?:\s+([^\d\s].*))?", re.ASCII)
_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)


class NotALine(ValueError):
    """A line that cannot be read; its text is in `args[0]`."""


def read_spans(text: str) -> list[list[str]]:
    """`09:00-13:00, 14-18` as pairs of times. Raises NotALine."""
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    return [_span(part) for part in parts]


def spans_text(spans: Iterable[Sequence[str]]) -> str:
    """As `read_spans` reads it."""
    return ", ".join(f"{start}-{end}" for start, end in spans)


def _span(text: str) -> list[str]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise NotALine(text)
    return [f"{int(found[1]):02d}:{found[2] or '00'}", f"{int(found[3]):02d}:{found[4] or '00'}"]


def read_closures(text: str) -> list[dict[str, str]]:
    """One a line: the first day, the last one where there are more, a name. Raises NotALine."""
    found = [(line, _CLOSURE.fullmatch(line)) for line in _lines(text)]
    return [
        {"from": match[1], "to": match[2] or match[1], "name": (match[3] or "").strip()}
        for line, match in ((line, _needed(line, match)) for line, match in found)
    ]


def closures_text(closures: Iterable[Mapping[str, Any]]) -> str:
    """As `read_closures` reads it."""
    return "\n".join(
        " ".join(
            part
            for part in (one["from"], one["to"] if one["to"] != one["from"] else "", one.get("name", ""))
            if part
        )
        for one in closures
    )


def read_openings(text: str) -> list[dict[str, Any]]:
    """One a line: the day, its hours, a name. Raises NotALine."""
    matches = (_needed(line, _OPENING.fullmatch(line)) for line in _lines(text))
    return [{"date": m[1], "spans": read_spans(m[2]), "name": (m[3] or "").strip()} for m in matches]


def openings_text(openings: Iterable[Mapping[str, Any]]) -> str:
    """As `read_openings` reads it."""
    return "\n".join(
        f"{one['date']} {spans_text(one['spans'])} {one.get('name', '')}".strip() for one in openings
    )


def read_days(text: str) -> list[str]:
    """Yearly days of one's own, month and day: `12-07`. Raises NotALine."""
    return [_needed(word, _DAY.fullmatch(word))[0] for word in re.split(r"[\s,;]+", text.strip()) if word]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _needed(line: str, match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise NotALine(line)
    return match
