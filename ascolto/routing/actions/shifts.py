"""When people work: their weekly shifts and their absences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.routing.actions.rules import check_lead
from ascolto.routing.models import Absence, Shift

MOST_SHIFTS, MOST_ABSENCES = 42, 200  # of one person; six a day
_DAY_END = 24 * 60


@transaction.atomic
def change_shifts(*, by: Agent, agent: Agent, shifts: Sequence[tuple[int, time, time]]) -> bool:
    """These are the person's shifts: weekday (0 is Monday), from, until (00:00: the end of the day; earlier than the start: on the next
    day). None: they work always. Whether anything changed. Raises ValidationError, Refused.
    """
    check_lead(by)
    wanted = sorted(shifts)
    if len(wanted) > MOST_SHIFTS:
        raise ValidationError(_("Write at most %(limit)s shifts.") % {"limit": MOST_SHIFTS})
    if any(not 0 <= weekday <= 6 for weekday, _starts, _ends in wanted):
        raise ValidationError(_("There are seven days in a week."))
    if any(starts == ends and starts != time(0) for _weekday, starts, ends in wanted):
        raise ValidationError(_("A shift ends at another time than it starts."))
    if _overlap(wanted):
        raise ValidationError(_("Two shifts lie over each other."))
    before = list(Shift.objects.select_for_update().filter(agent=agent).order_by("weekday", "starts"))
    if [(row.weekday, row.starts, row.ends) for row in before] == wanted:
        return False
    Shift.objects.filter(agent=agent).delete()
    Shift.objects.bulk_create(
        Shift(agent=agent, weekday=weekday, starts=starts, ends=ends) for weekday, starts, ends in wanted
    )
    told = [_told(row.weekday, row.starts, row.ends) for row in before], [_told(*shift) for shift in wanted]
    changes = changes_between({"shifts": told[0]}, {"shifts": told[1]})
    emit("routing.changed", actor=actor_of(by), fields=["shifts"], agent=agent.pk, changes=changes)
    return True


def _told(weekday: int, starts: time, ends: time) -> str:
    """A shift as the log says it: the day of the week (1 is Monday) and its hours."""
    return f"{weekday + 1} {starts:%H:%M}-{ends:%H:%M}"


def _overlap(shifts: Sequence[tuple[int, time, time]]) -> bool:
    """Whether two of a week's shifts share a minute; the week is a circle."""
    week = 7 * _DAY_END
    spans = sorted(
        (day * _DAY_END + _minutes(starts), (_minutes(ends) - _minutes(starts) - 1) % _DAY_END + 1)
        for day, starts, ends in shifts
    )
    following = [*spans[1:], (spans[0][0] + week, 0)] if spans else []
    return any(start + length > later for (start, length), (later, _) in zip(spans, following, strict=True))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


@transaction.atomic
def add_absence(*, by: Agent, agent: Agent, starts_at: datetime, ends_at: datetime, why: str = "") -> Absence:
    """Somebody will not be there, whatever their shifts say. Raises ValidationError by field, Refused."""
    check_lead(by)
    if ends_at <= max(starts_at, now()):
        raise ValidationError({"ends_at": _("It ends after it starts, and not in the past.")})
    if Absence.objects.filter(agent=agent, ends_at__gt=now()).count() >= MOST_ABSENCES:
        raise ValidationError(_("Remove some of the absences first."))
    made = Absence.objects.create(
        agent=agent, starts_at=starts_at, ends_at=ends_at, why=" ".join(clean(why, 240).split())[:120]
    )
    changes = changes_between({}, {"absences": [_span(made)]})
    emit("routing.changed", actor=actor_of(by), fields=["absences"], agent=agent.pk, changes=changes)
    return made


@transaction.atomic
def remove_absence(*, by: Agent, absence: Absence) -> None:
    """They will be there after all. Raises Refused."""
    check_lead(by)
    agent = absence.agent_id
    changes = changes_between({"absences": [_span(absence)]}, {})
    absence.delete()
    emit("routing.changed", actor=actor_of(by), fields=["absences"], agent=agent, changes=changes)


def _span(absence: Absence) -> str:
    """From when until when; why somebody is away is nobody's business in the log."""
    return f"{absence.starts_at.isoformat()}/{absence.ends_at.isoformat()}"
