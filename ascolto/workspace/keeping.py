"""The promise of the first set-up: one number for everybody, and whether the people at hand can keep it."""

from __future__ import annotations

from datetime import timedelta

from ascolto.accounts.models import Agent
from ascolto.insights.erlang import Impossible
from ascolto.insights.staffing import Kept, can_keep
from ascolto.sla.actions.policies import Terms, ensure_everybodys, set_policy
from ascolto.sla.models import SlaPolicy
from ascolto.workspace.forms import PromiseForm

AT_ONCE = 3  # conversations in writing that a person holds at once
SHARE = 0.95  # of the answers that have to be in time before a promise counts as kept


def promised_minutes() -> str:
    """What everybody is promised now, in minutes."""
    return str(int(ensure_everybodys().first_response.total_seconds()) // 60)


def promise_minutes(*, by: Agent, minutes: int) -> SlaPolicy:
    """Promise every answer within so many minutes, on the calendar that is in force. Raises ValidationError."""
    live, promised = ensure_everybodys(), timedelta(minutes=minutes)
    terms = Terms(
        first_response=promised, next_response=promised, resolution=live.resolution, calendar=live.calendar
    )
    return set_policy(by=by, terms=terms, name=live.name)


def keeping(form: PromiseForm) -> Kept | None:
    """What Erlang C makes of a valid form's figures; None where one is missing or they make no sense."""
    given = form.cleaned_data
    if not (given["volume"] and given["people"] and given["handling"]):
        return None
    try:
        return can_keep(
            given["volume"],
            given["handling"],
            given["people"],
            AT_ONCE,
            within=timedelta(minutes=int(given["minutes"])),
            share=SHARE,
        )
    except Impossible:
        return None
