"""What the clock of a promise shows: pure, so that the page and its script agree to the second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ascolto.kit.clock import now

SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Clock:
    """`state`: ok, soon (under 15 minutes) or late. `ring`: what is left, in hundredths."""

    state: str
    due_at: datetime
    total: int
    ring: int
    text: str
    words: str


def clock(due_at: datetime | None, since: datetime | None = None, at: datetime | None = None) -> Clock | None:
    """The clock of a promise due at `due_at` that began to run at `since`; None when nothing was promised."""
    if due_at is None:
        return None
    left = int((due_at - (at or now())).total_seconds())
    total = (
        max(1, int((due_at - since).total_seconds()))
        if since and since < due_at
        else max(1, int(abs(left) * 1.6))
    )
    minutes = abs(left) // 60
    if left < 0:
        words = _("%(minutes)s minutes late") % {"minutes": minutes}
        return Clock("late", due_at, total, 100, f"+{span(-left)}", words)
    words = _("promise due in %(minutes)s minutes") % {"minutes": minutes}
    state = "soon" if left < SOON.total_seconds() else "ok"
    return Clock(state, due_at, total, min(100, round(100 * left / total)), span(left), words)


def span(seconds: int) -> str:
    """`06:12` under an hour, `2 h 10` under two days, then `3 d`."""
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes:02d}:{rest:02d}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d}" if hours < 48 else _("%(days)s d") % {"days": hours // 24}
