"""The escalation ladder: what is done before and after a promise is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent, Team
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.sla.actions.stamping import change_stamp
from ascolto.sla.models import ClockKind, EscalationStep

MOST_STEPS = 20
FURTHEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step as people write it. `offset` from the due time, negative before it; without `kinds` the response clocks."""

    offset: timedelta
    action: str
    team: Team | None = None
    kinds: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[timedelta, str, int | None, tuple[str, ...]]:
        """What makes it the same step as another one."""
        return self.offset, self.action, self.team.pk if self.team else None, tuple(sorted(self.kinds))


@transaction.atomic
def set_steps(*, by: Agent | None, steps: Sequence[NewStep]) -> bool:
    """Make these the ladder; without any the product's own two steps count. A step that stays is not taken again. Whether it changed.

    Raises ValidationError.
    """
    wanted = {step.key: _checked(step) for step in steps}
    if len(wanted) > MOST_STEPS:
        raise ValidationError(_("At most %(limit)s steps.") % {"limit": MOST_STEPS})
    known = {_key(row): row for row in EscalationStep.objects.select_for_update()}
    before = {"steps": [_told(*key) for key in known]}
    gone = [row.pk for key, row in known.items() if key not in wanted]
    new = [step for key, step in wanted.items() if key not in known]
    if not gone and not new:
        return False
    EscalationStep.objects.filter(pk__in=gone).delete()
    for step in new:
        EscalationStep.objects.create(
            offset=step.offset, action=step.action, team=step.team, kinds=sorted(step.kinds)
        )
    change_stamp()
    changes = changes_between(before, {"steps": [_told(*key) for key in wanted]})
    emit("policy.changed", actor=actor_of(by), name="escalation", fields=["steps"], changes=changes)
    return True


def _told(offset: timedelta, action: str, team: int | None, kinds: tuple[str, ...]) -> str:
    """A step as the log says it: minutes after the deadline, what is done, by whom, for which clocks."""
    return f"{round(offset.total_seconds() / 60):+d} min {action} {f'#{team}' if team else ''} {' '.join(kinds)}".strip()


def _key(row: EscalationStep) -> tuple[timedelta, str, int | None, tuple[str, ...]]:
    return row.offset, str(row.action), row.team_id, tuple(sorted(row.kinds))


def _checked(step: NewStep) -> NewStep:
    if step.action not in EscalationStep.Action.values:
        raise ValidationError({"action": _("There is no such step.")})
    if not -FURTHEST <= step.offset <= FURTHEST:
        raise ValidationError({"offset": _("Choose a time within 30 days of the promise.")})
    if (step.action == EscalationStep.Action.TO_TEAM) != (step.team is not None):
        raise ValidationError({"team": _("Choose the team that gets it.")})
    if set(step.kinds) - set(ClockKind.values):
        raise ValidationError({"kinds": _("There is no such promise.")})
    return step
