"""By when a department owes an answer: its minutes of open time, in its own calendar or the company's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.collaboration.models import Department
from ascolto.sla.at_hand import at_hand
from ascolto.sla.calendar import Timetable, add_open_time

WARN_AFTER = 0.75  # of the time: then whoever is asked is reminded


@dataclass(frozen=True, slots=True)
class Due:
    """The end of the promise and the warning before it; None where the calendar never opens long enough."""

    at: datetime | None
    warn_at: datetime | None


def timetable_of(department: Department) -> Timetable:
    """Its own opening hours, or those of the promise for everybody."""
    known = at_hand()
    own = known.timetables.get(department.calendar_id) if department.calendar_id else None
    return own or known.everybodys.timetable


def due_of(department: Department, at: datetime) -> Due:
    """When a question of this moment must be answered."""
    timetable, amount = timetable_of(department), timedelta(minutes=department.minutes)
    return Due(add_open_time(timetable, at, amount), add_open_time(timetable, at, amount * WARN_AFTER))
