"""Spread what waits evenly over those who are there: by the same board that gives out single conversations, but asked about everything
at once. Decides; writes nothing.

Nobody is taken away from a customer they have answered already, as long as they are there: that would be a bounce. What is being talked
about on a live channel stays as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ascolto.accounts.models import Team
from ascolto.conversations.models import Conversation, Direction, Message, Visibility
from ascolto.routing.cases import Case, all_that_matter, cases
from ascolto.routing.crew import Crew
from ascolto.routing.matching import WHOLE, Board, Waiting, load_of
from ascolto.routing.needs import group_names, look_at, need_of, only_waiting
from ascolto.routing.weights import talk_of

_SLACK = 120  # hundredths of the even share that a person may keep or get


@dataclass(frozen=True, slots=True)
class Move:
    """A conversation that somebody else should have. `since`: when they began to wait, `was`: None where nobody had it."""

    conversation: int
    was: int | None
    to: int
    due_at: datetime
    why: list[dict[str, object]]


def spread(team: Team | None, at: datetime) -> list[Move]:
    """What would have to be moved now, the promise due first."""
    crew = Crew()
    rows = all_that_matter(at) if team is None else all_that_matter(at).filter(team=team)
    waiting = [case for case in cases(only_waiting(rows)) if case.is_waiting(at)]
    known = look_at(only_waiting(rows).values("pk"), waiting)
    needs = {case.id: need_of(case, known[case.id], crew, at).waiting for case in waiting}
    weights = _weights(crew, at)
    loose = _loose(waiting, needs, weights, crew, at)
    board = Board(replace(crew.as_rules(group_names()), whole_kept=0))
    for member in crew.members.values():
        board.person(member.as_person(load_of(weights.get(member.id, {}).values(), member.capacity), at))
    for case in loose:
        board.put(replace(needs[case.id], preferred=()))
    found = {case.id: case for case in loose}
    moves = [
        Move(
            one.conversation,
            found[one.conversation].assignee,
            one.person,
            needs[one.conversation].due_at,
            [{"code": "rebalanced"}, *(reason.as_json() for reason in one.reasons)],
        )
        for one in board.decide(at)
        if one.person != found[one.conversation].assignee
    ]
    return sorted(moves, key=lambda move: (move.due_at, move.conversation))


def _weights(crew: Crew, at: datetime) -> dict[int, dict[int, int]]:
    """What everybody has in hand, by person and conversation."""
    found: dict[int, dict[int, int]] = {}
    for case in cases(all_that_matter(at).filter(assignee__isnull=False)):
        if case.assignee is not None and case.is_in_hand(at):
            found.setdefault(case.assignee, {})[case.id] = crew.weight(case.channel)
    return found


def _loose(
    waiting: Collection[Case],
    needs: dict[int, Waiting],
    weights: dict[int, dict[int, int]],
    crew: Crew,
    at: datetime,
) -> list[Case]:
    """What may move: what nobody has, what is with people who are not there, and what is beyond an even share; takes the latter
    off their weights."""
    share = _even_share(waiting, weights, crew, at)
    answered = _answered(case for case in waiting if case.assignee is not None)
    loose: list[Case] = []
    for case in sorted(waiting, key=lambda one: needs[one.id].due_at, reverse=True):
        if case.assignee is None:
            loose.append(case)
            continue
        member, mine = crew.members.get(case.assignee), weights.get(case.assignee, {})
        if member is None or member.why_gone(at):
            mine.pop(case.id, None)
            loose.append(case)
            continue
        keeps = (case.id, case.assignee) in answered or talk_of(case.channel) is not None
        most = max(member.capacity * share // 100, 1)
        if not keeps and sum(mine.values()) > most:
            mine.pop(case.id, None)
            loose.append(case)
    return loose


def _even_share(waiting: Iterable[Case], weights: dict[int, dict[int, int]], crew: Crew, at: datetime) -> int:
    """How much of their capacity everybody would have in hand if all had equally much, with some slack; at most all of it."""
    here = sum(member.capacity for member in crew.members.values() if member.is_here(at))
    held = sum(
        sum(weights.get(member.id, {}).values()) for member in crew.members.values() if member.is_here(at)
    )
    free = sum(crew.weight(case.channel) for case in waiting if case.assignee is None)
    return min(WHOLE, (held + free) * _SLACK // here) if here else 0


def _answered(held: Iterable[Case]) -> set[tuple[int, int]]:
    """Which owners have answered their customers here already: conversation and owner."""
    owners = {case.id: case.assignee for case in held}
    rows = Message.objects.filter(
        conversation__in=Conversation.objects.filter(pk__in=list(owners)[:30_000]),
        direction=Direction.OUT,
        agent__isnull=False,
    ).exclude(visibility=Visibility.NOTE)
    return {
        (pk, agent)
        for pk, agent in rows.values_list("conversation_id", "agent_id")
        if agent is not None and owners.get(pk) == agent
    }
