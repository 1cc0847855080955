"""Somebody leaves: what they still have goes to whom one chooses, then their account is closed."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from ascolto.accounts.actions import deactivate_agent
from ascolto.accounts.models import Agent, Team
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation, Status
from ascolto.gates import Refused

MOST = 2_000  # in one go; routing gives what is beyond back to the queue by itself


@dataclass(slots=True)
class Left:
    """How many conversations went to the one chosen, and how many to the queue instead."""

    handed: int = 0
    queued: int = field(default=0)


def open_of(agent: Agent) -> QuerySet[Conversation]:
    """What somebody still has to finish."""
    return Conversation.objects.filter(assignee=agent).exclude(status=Status.RESOLVED).order_by("pk")


def let_go(*, by: Agent, agent: Agent, to: Agent | None = None, team: Team | None = None) -> Left:
    """Hand over what is open to a colleague, a team, or (neither) the queue, and close the account, in one transaction.

    What a guarantee does not let the colleague have goes to the queue. Raises ValidationError when the account cannot be closed.
    """
    left = Left()
    with transaction.atomic():
        deactivate_agent(by=by, agent=agent)  # first: who may not close it moves nothing
        for conversation in open_of(agent)[:MOST]:
            if _gives(by, conversation, to, team):
                left.handed += 1
            else:
                left.queued += 1
    return left


def _gives(by: Agent, conversation: Conversation, to: Agent | None, team: Team | None) -> bool:
    """Whether it went to the one chosen; otherwise nobody has it now."""
    try:
        with transaction.atomic():
            if to is not None:
                return assign(agent=by, conversation=conversation, assignee=to, how="returned")
            if team is not None:
                return assign(agent=by, conversation=conversation, assignee=None, team=team, how="returned")
    except Refused:
        pass
    assign(agent=None, conversation=conversation, assignee=None, how="returned")
    return False
