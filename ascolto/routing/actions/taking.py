"""Take the next one: somebody asks for work instead of waiting until they are given some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation, Status
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.cases import Case, cases
from ascolto.routing.crew import Crew
from ascolto.routing.matching import WHOLE, Board, Decision
from ascolto.routing.needs import group_names, look_at, need_of

A_PAGE, PAGES = 200, 10  # so many are looked at before it is said that nothing fits


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody took, and why it was the next."""

    conversation: Conversation
    why: list[dict[str, object]]


def take_next(*, agent: Agent) -> Taken | None:
    """Give this person the conversation whose promise is due first, of those that they may see and can do; however much they have in
    hand, for they ask. None: nothing that fits is waiting. Raises Refused for who cannot answer customers.
    """
    if agent.is_guest or not agent.is_active:
        raise Refused("guest", gettext_noop("Guests may read and leave notes."))
    at = now()
    crew = Crew(only=[agent.pk])
    for page in _pages(agent, at):
        board = _board(agent, crew, page, at)
        while (decision := board.next_for(agent.pk, at)) is not None:
            taken = _take(agent, decision)
            if taken is not None:
                return taken
            board.person(replace(crew.members[agent.pk].as_person(0, at), capacity=WHOLE))
    return None


def _pages(agent: Agent, at: datetime) -> Iterator[list[Case]]:
    """What waits for somebody, the promise due first; what nothing was promised for comes last."""
    waits = visible_conversations(agent).filter(
        Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at),
        assignee__isnull=True,
        status=Status.OPEN,
        is_spam=False,
    )
    promised = waits.filter(due_at__isnull=False).order_by("due_at", "id")
    for rows in (promised, waits.filter(due_at__isnull=True, waiting_since__isnull=False).order_by("id")):
        for start in range(0, A_PAGE * PAGES, A_PAGE):
            chunk = list(rows.values_list("pk", flat=True)[start : start + A_PAGE])
            if not chunk:
                break
            yield [case for case in cases(Conversation.objects.filter(pk__in=chunk)) if case.is_waiting(at)]


def _board(agent: Agent, crew: Crew, page: list[Case], at: datetime) -> Board:
    """A board for one person, who has all the room they want."""
    board = Board(crew.as_rules(group_names()))
    board.person(replace(crew.members[agent.pk].as_person(0, at), capacity=WHOLE))
    known = look_at([case.id for case in page], page)
    for case in page:
        waiting = need_of(case, known[case.id], crew, at).waiting
        mine = tuple(one for one in waiting.preferred if one == agent.pk)
        board.put(replace(waiting, preferred=mine, refused=frozenset(known[case.id].refused)))
    return board


@transaction.atomic
def _take(agent: Agent, decision: Decision) -> Taken | None:
    """Nobody else was faster, and no guarantee refuses."""
    skip = connection.features.has_select_for_update_skip_locked
    rows: QuerySet[Any] = Conversation.objects.select_for_update(of=("self",), skip_locked=skip)
    row = rows.filter(pk=decision.conversation, assignee__isnull=True).first()
    if row is None:
        return None
    why = [reason.as_json() for reason in decision.reasons]
    try:
        assign(agent=agent, conversation=row, assignee=agent, how="taken", why=why)
    except Refused:
        return None
    return Taken(row, why)
