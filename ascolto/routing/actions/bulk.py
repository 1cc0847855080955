"""Move many conversations at once: to somebody, or spread over everybody. A lead does it, sees before what it would be, and can undo
all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from ascolto.accounts.models import Agent, Team
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.models import Redistribution
from ascolto.routing.spreading import Move, spread

MOST = 500  # conversations at once
_KEEP: Any = object()


@dataclass(frozen=True, slots=True)
class NotMoved:
    """A conversation that stays, and why: a Refused, as plain text of ours."""

    conversation: int
    code: str
    message: str
    fix: str = ""


@dataclass(slots=True)
class Result:
    """What was moved (`batch` undoes it; None: nothing was) and what was not."""

    batch: Redistribution | None = None
    moved: list[int] = field(default_factory=list)
    not_moved: list[NotMoved] = field(default_factory=list)


def assign_many(
    *,
    by: Agent,
    conversations: Sequence[int],
    assignee: Agent | None = _KEEP,
    team: Team | None = _KEEP,
    overrides: Mapping[str, str] | None = None,
) -> Result:
    """Give each of these to a person, to a team, or (None) to nobody; what is left out stays. Each is done or told why not.

    Raises Refused when `by` does not lead, or for more than MOST.
    """
    _check(by, len(conversations))
    wanted = {name: value for name, value in (("assignee", assignee), ("team", team)) if value is not _KEEP}
    return _move(by, conversations, lambda _: wanted, "assigned", overrides)


def preview(*, by: Agent, team: Team | None = None) -> list[Move]:
    """What `rebalance` would move now, each with its reasons: of a team, or (None) of everybody. Raises Refused."""
    _check(by)
    return spread(team, now())


def rebalance(*, by: Agent, team: Team | None = None, only: Iterable[int] | None = None) -> Result:
    """Spread what waits over those who are there; `only`: of the moves that were seen before. Raises Refused."""
    chosen = set(only) if only is not None else None
    moves = {
        move.conversation: move
        for move in preview(by=by, team=team)
        if chosen is None or move.conversation in chosen
    }
    people = Agent.objects.in_bulk({move.to for move in moves.values()})
    some = list(moves)[:MOST]
    return _move(by, some, lambda pk: {"assignee": people[moves[pk].to], "why": moves[pk].why}, "assigned")


def undo(*, by: Agent, batch: Redistribution) -> Result:
    """Give everything back as it was; what somebody moved on since stays. Raises Refused when it was undone already."""
    _check(by)
    with transaction.atomic():
        current = Redistribution.objects.select_for_update().get(pk=batch.pk)
        if current.undone_at is not None:
            raise Refused("undone_already", gettext_noop("This was undone already."))
        current.undone_at = now()
        current.save(update_fields=["undone_at"])
    before = {move["conversation"]: move for move in current.moves}
    people = Agent.objects.in_bulk({move["was_assignee"] for move in current.moves if move["was_assignee"]})
    teams = Team.objects.in_bulk({move["was_team"] for move in current.moves if move["was_team"]})

    def back(pk: int) -> dict[str, Any]:
        move = before[pk]
        held = Conversation.objects.values_list("assignee_id", "team_id").get(pk=pk)
        if held != (move["assignee"], move["team"]):
            raise Refused("moved_on", gettext_noop("Somebody moved this conversation since."))
        return {"assignee": people.get(move["was_assignee"]), "team": teams.get(move["was_team"])}

    return _move(by, list(before), back, "returned")


def _check(by: Agent, count: int = 0) -> None:
    if not (by.is_lead and by.is_active):
        raise Refused("leads_only", gettext_noop("Only leads move the conversations of others."))
    if count > MOST:
        raise Refused("too_many", gettext_noop("Choose at most 500 conversations at once."))


def _move(
    by: Agent,
    conversations: Sequence[int],
    wanted: Callable[[int], Mapping[str, Any]],
    how: str,
    overrides: Mapping[str, str] | None = None,
) -> Result:
    """One transaction for all, a savepoint for each."""
    result, moves = Result(), []
    with transaction.atomic():
        among = visible_conversations(by)
        for pk in dict.fromkeys(conversations):
            try:
                with transaction.atomic():
                    row = access_conversation(by, pk, to="manage", among=among)
                    was = {"was_assignee": row.assignee_id, "was_team": row.team_id}
                    done = assign(
                        agent=by, conversation=row, how=how, overrides=overrides or {}, **dict(wanted(pk))
                    )
            except Conversation.DoesNotExist:
                result.not_moved.append(NotMoved(pk, "not_found", gettext_noop("It is not there.")))
                continue
            except Refused as refused:
                result.not_moved.append(NotMoved(pk, refused.code, refused.message, refused.fix))
                continue
            if done:
                result.moved.append(pk)
                now_held = {"assignee": row.assignee_id, "team": row.team_id}
                moves.append({"conversation": pk, **was, **now_held})
        if moves:
            result.batch = Redistribution.objects.create(by=by, moves=moves)
    return result
