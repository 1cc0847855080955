"""Invitations: what of a calendar file a person wants to see beside the mail. The file itself is always kept."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from typing import Any, Final

from ascolto.kit.text import clean

MAX_SIZE: Final = 500_000  # bytes; a larger calendar is a file and nothing more
_TYPES: Final = {"text/calendar", "application/ics"}


def is_calendar(kind: str, name: str) -> bool:
    """Whether a file is a calendar."""
    return kind in _TYPES or (kind == "application/octet-stream" and name.lower().endswith(".ics"))


def read_event(content: bytes) -> dict[str, Any]:
    """The first event in a calendar; empty when there is none that can be read."""
    if len(content) > MAX_SIZE:
        return {}
    from icalendar import Calendar  # few mails bring one, and it takes 3 MB of every process

    with contextlib.suppress(Exception):  # a foreign parser of what strangers write: the file is kept anyhow
        calendar = Calendar.from_ical(content)
        for event in calendar.walk("VEVENT"):
            return _described(event, str(calendar.get("METHOD", "")))
    return {}


def _described(event: Any, method: str) -> dict[str, Any]:
    starts, ends = _moment(event, "DTSTART"), _moment(event, "DTEND")
    told: dict[str, Any] = {
        "title": _text(event, "SUMMARY", 300),
        "place": _text(event, "LOCATION", 300),
        "starts_at": starts.isoformat() if starts else "",
        "ends_at": ends.isoformat() if ends else "",
        "zone": clean(str(getattr(starts, "tzinfo", None) or ""), 60),
        "organizer": _text(event, "ORGANIZER", 200).removeprefix("mailto:").removeprefix("MAILTO:"),
        "description": _text(event, "DESCRIPTION", 2_000),
        "method": clean(method, 20).lower(),
        "status": _text(event, "STATUS", 20).lower(),
    }
    told = {name: value for name, value in told.items() if value}
    if starts is not None and not isinstance(starts, datetime):
        told["all_day"] = True
    if event.get("RRULE") is not None:
        told["repeats"] = True
    return told


def _text(event: Any, name: str, limit: int) -> str:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return clean(str(value), limit).strip() if value is not None else ""


def _moment(event: Any, name: str) -> date | None:
    value = getattr(event.get(name), "dt", None)
    return value if isinstance(value, date) else None


def as_text(event: dict[str, Any]) -> str:
    """The event as the text of a mail that has none."""
    when = " – ".join(
        str(event[name]).replace("T", " ")[:16] for name in ("starts_at", "ends_at") if event.get(name)
    )
    lines = [event.get("title", ""), when, event.get("place", ""), "", event.get("description", "")]
    return "\n".join(line for place, line in enumerate(lines) if line or place == 3).strip()


def in_a_line(event: dict[str, Any]) -> str:
    """The event in one line, for the head of the message."""
    when = str(event.get("starts_at", "")).replace("T", " ")[:16]
    return " · ".join(text for text in (event.get("title", ""), when, event.get("place", "")) if text)[:300]
