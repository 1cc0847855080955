"""Trials on past messages are asked for and stopped; a rival that does worse is stopped by itself."""

from __future__ import annotations

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.bot.actions.flows import check_may
from ascolto.bot.models import FlowVersion, TrialRun
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now

DAYS = (7, 30, 90)
KEEP = 20  # trials of a flow
_OPEN = (TrialRun.State.WAITING, TrialRun.State.RUNNING)


@transaction.atomic
def start_trial(*, by: Agent | None, version: FlowVersion, days: int = 30) -> TrialRun:
    """Ask for one; what this version was being tried on before is stopped. Raises Refused."""
    check_may(by)
    of_flow = TrialRun.objects.filter(version__flow=version.flow_id)
    of_flow.filter(version=version, state__in=_OPEN).update(state=TrialRun.State.STOPPED, ended_at=now())
    row = TrialRun.objects.create(version=version, days=days if days in DAYS else 30, by=by)
    of_flow.filter(pk__in=list(of_flow.order_by("-pk").values_list("pk", flat=True)[KEEP:])).delete()
    _tell("trial.started", by, row)
    return row


@transaction.atomic
def stop_trial(*, by: Agent | None, trial: TrialRun) -> bool:
    """Stop it where it is; what was found stays. Whether that changed anything. Raises Refused."""
    check_may(by)
    stopped = TrialRun.objects.filter(pk=trial.pk, state__in=_OPEN).update(
        state=TrialRun.State.STOPPED, ended_at=now()
    )
    if stopped:
        _tell("trial.stopped", by, trial)
    return bool(stopped)


def _tell(event: str, by: Agent | None, row: TrialRun) -> None:
    version = row.version
    emit(
        event,
        actor=actor_of(by),
        flow=version.flow_id,
        name=str(version.flow),
        version=version.number,
        days=row.days,
    )
