"""Spans of time as the Charter writes them, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from ascolto.ui.jinja import long_date


def span_of(wait: timedelta | None) -> str:
    """`40 s`, `4 min`, `1 h 05`, `3 d`."""
    if wait is None:
        return "–"
    seconds = int(wait.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    return gettext("%(days)s d") % {"days": minutes // (24 * 60)}


def late_by(wait: timedelta) -> str:
    """`+48 min`."""
    return f"+{span_of(wait)}"


def long(wait: timedelta) -> str:
    """`15 minutes`, `2 hours`, `1 day`."""
    minutes = round(wait.total_seconds() / 60)
    if minutes % (24 * 60) == 0 and minutes:
        days = minutes // (24 * 60)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes % 60 == 0 and minutes:
        hours = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def day_words(day: date) -> str:
    """`11 June 2026`."""
    return long_date(datetime.combine(day, time(12), timezone.get_current_timezone()))
