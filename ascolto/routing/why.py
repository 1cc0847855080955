"""What a conversation that nobody has waits for: the board is asked as it would be now."""

from __future__ import annotations

from typing import Any

from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.routing.cases import Case, all_that_matter, cases, cases_of
from ascolto.routing.crew import Crew
from ascolto.routing.matching import Board, load_of
from ascolto.routing.needs import group_names, look_at, need_of


def why_waiting(conversation: Conversation) -> list[dict[str, Any]]:
    """The reasons, as stored ones are; none where nobody has to act, or where somebody will have it in a moment."""
    at, crew = now(), Crew()
    case = next(iter(cases_of([conversation.pk])), None)
    if case is None or case.assignee is not None or not case.is_waiting(at) or not crew.rules.is_on:
        return []
    board = Board(crew.as_rules(group_names()))
    loads: dict[int, list[int]] = {}
    for one in _held(crew, at):
        loads.setdefault(one.assignee or 0, []).append(crew.weight(one.channel))
    for member in crew.members.values():
        board.person(member.as_person(load_of(loads.get(member.id, ()), member.capacity), at))
    board.put(need_of(case, look_at([case.id], [case])[case.id], crew, at).waiting)
    board.decide(at)
    reason = board.why_waiting(case.id, at)
    return [reason.as_json()] if reason else []


def _held(crew: Crew, at: Any) -> list[Case]:
    held = cases(all_that_matter(at).filter(assignee__in=list(crew.members)))
    return [case for case in held if case.is_in_hand(at)]
