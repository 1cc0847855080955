"""Do what is due about clocks: bring snoozed conversations back, climb the ladder, tell the customer. In the transaction that noted it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ascolto.accounts.models import Team
from ascolto.conversations.actions import assign, change_priority, snooze
from ascolto.conversations.models import Conversation, Priority
from ascolto.events.log import emit
from ascolto.gates import Refused
from ascolto.sla.actions.keeping import Kept
from ascolto.sla.actions.notices import tell_customer
from ascolto.sla.ladder import Rung
from ascolto.sla.models import EscalationStep

Action = EscalationStep.Action


def tend(conversation: Conversation, kept: Sequence[Kept], moment: datetime) -> None:
    """What the clocks of one conversation ask for now."""
    for each in kept:
        if (each.warns or each.breaches) and each.is_running:
            _wake(conversation, moment)
        for rung in each.rungs:
            _climb(conversation, each, rung)
        if each.notice:
            tell_customer(conversation, each.row, moment)


def _wake(conversation: Conversation, moment: datetime) -> None:
    if conversation.snoozed_until is not None and conversation.snoozed_until > moment:
        snooze(agent=None, conversation=conversation, until=None)


def _climb(conversation: Conversation, each: Kept, rung: Rung) -> None:
    """Take one step. One that a guarantee refuses is not tried again; the log says why."""
    told: dict[str, Any] = {"to": None}
    try:
        told["to"] = _take(conversation, rung)
    except Refused as refused:
        told["refused"] = refused.code
    emit(
        "sla.escalated",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        clock=each.row.pk,
        kind=each.row.kind,
        step=rung.key,
        action=rung.action,
        **told,
    )


def _take(conversation: Conversation, rung: Rung) -> int | None:
    """Do what the step says; returns who or what it went to: a person, a priority, a team."""
    match rung.action:
        case Action.TELL_OWNER:
            return conversation.assignee_id
        case Action.RAISE_PRIORITY:
            higher = min((p for p in Priority.values if p > conversation.priority), default=None)
            if higher is not None:
                change_priority(agent=None, conversation=conversation, priority=higher)
            return conversation.priority
        case Action.TO_TEAM:
            team = Team.objects.get(pk=rung.team or 0)
            assign(agent=None, conversation=conversation, assignee=None, team=team, how="escalated")
            return team.pk
        case Action.FREE:
            assign(agent=None, conversation=conversation, assignee=None, how="escalated")
    return None
