"""One fault that many customers have: open it, say what is known, link conversations, close it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.collaboration.models import Problem, ProblemLink, ProblemUpdate
from ascolto.collaboration.telling import tell
from ascolto.conversations.actions.change import StaleVersion
from ascolto.conversations.models import Conversation
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.understanding.models import Topic

TEXT_AT_MOST = 5_000
CHANGED = ("title", "state", "owner_id", "known", "public_text", "next_update_at")


class StaleProblem(StaleVersion):
    """Somebody changed the problem meanwhile. `current` is its version now."""

    def __init__(self, current: int) -> None:
        Refused.__init__(self, "stale_version", "Somebody changed this problem meanwhile.", fix="Look again.")
        self.current = current


@transaction.atomic
def open_problem(
    *,
    agent: Agent,
    title: str,
    known: str = "",
    public_text: str = "",
    next_update_at: datetime | None = None,
    topic: Topic | None = None,
    conversation: Conversation | None = None,
) -> Problem:
    """Open a problem, owned by who opens it; `conversation`: the first that has it. Raises Refused."""
    _check(agent)
    made = Problem.objects.create(
        title=_titled(title),
        known=clean(known, TEXT_AT_MOST).strip(),
        public_text=clean(public_text, TEXT_AT_MOST).strip(),
        next_update_at=next_update_at,
        owner=agent,
        opened_by=agent,
        topic=topic,
    )
    ProblemUpdate.objects.create(problem=made, state=made.state, text=made.known, by=agent)
    emit("problem.opened", actor=actor_of(agent), problem=made.pk, title=made.title)
    if conversation is not None:
        link(agent=agent, problem=made, conversation=conversation)
    return made


@transaction.atomic
def change_problem(*, agent: Agent, problem: Problem, version: int | None = None, **wanted: Any) -> Problem:
    """Say what is known now: any of title, state, owner, known, public_text, next_update_at. Raises Refused, StaleProblem."""
    _check(agent)
    current = Problem.objects.select_for_update().get(pk=problem.pk)
    if version is not None and version != current.version:
        raise StaleProblem(current.version)
    before = _state(current)
    _apply(current, wanted)
    after = _state(current)
    if before == after:
        return current
    current.version += 1
    if current.is_solved != (before["state"] == Problem.State.SOLVED):
        current.solved_at = now() if current.is_solved else None
    current.save()
    if before["state"] != after["state"] or before["known"] != after["known"]:
        ProblemUpdate.objects.create(problem=current, state=current.state, text=current.known, by=agent)
    _tell_changed(agent, current, before, after)
    return current


def _apply(current: Problem, wanted: Mapping[str, Any]) -> None:
    if "title" in wanted:
        current.title = _titled(wanted["title"])
    if "state" in wanted:
        if wanted["state"] not in Problem.State.values:
            raise Refused("unknown_state", "This is not a state.", fix="Choose open, watching or solved.")
        current.state = wanted["state"]
    if "owner" in wanted:
        owner = wanted["owner"]
        if owner is not None and (owner.is_guest or not owner.is_active):
            raise Refused("cannot_hold", f"{owner.name} cannot answer customers.", fix="Choose an agent.")
        current.owner = owner
    for name in ("known", "public_text"):
        if name in wanted:
            setattr(current, name, clean(wanted[name], TEXT_AT_MOST).strip())
    if "next_update_at" in wanted:
        current.next_update_at = wanted["next_update_at"]


def _titled(title: str) -> str:
    found = clean(" ".join(title.split()), 201)
    if not found or len(found) > 200:
        raise Refused("bad_title", "A problem has a title of at most 200 characters.", fix="Write one.")
    return found


def _check(agent: Agent) -> None:
    if not agent.may("problems.manage"):
        raise Refused("not_allowed", "You may not change problems.", fix="Ask a colleague.")


def _state(problem: Problem) -> dict[str, Any]:
    found = {name: getattr(problem, name) for name in CHANGED}
    found["next_update_at"] = problem.next_update_at.isoformat() if problem.next_update_at else None
    return found


def _tell_changed(agent: Agent, problem: Problem, before: dict[str, Any], after: dict[str, Any]) -> None:
    changes = changes_between(before, after)
    told = {"actor": actor_of(agent), "problem": problem.pk, "title": problem.title}
    emit(
        "problem.changed",
        **told,
        fields=sorted(changes),
        state=problem.state,
        previous=before["state"],
    )
    if problem.is_solved and before["state"] != problem.state:
        emit("problem.resolved", **told)


@transaction.atomic
def link(*, agent: Agent, problem: Problem, conversation: Conversation) -> bool:
    """This conversation is about the problem. Whether it was not linked yet. Raises Refused for a problem that is solved."""
    if agent.is_guest:
        raise Refused("guest", "Guests may read and leave notes.", fix="Write a note to the agent.")
    current = Problem.objects.select_for_update().get(pk=problem.pk)
    if current.is_solved:
        raise Refused("solved", f"{current.number} is solved.", fix="Open it again, or open a new one.")
    _, made = ProblemLink.objects.get_or_create(
        problem=current, conversation=conversation, defaults={"by": agent}
    )
    if made:
        tell("problem.linked", agent, conversation, problem=current.pk, title=current.title)
    return made


@transaction.atomic
def unlink(*, agent: Agent, problem: Problem, conversation: Conversation) -> bool:
    """It is about something else after all. Whether it was linked."""
    if agent.is_guest:
        raise Refused("guest", "Guests may read and leave notes.", fix="Write a note to the agent.")
    gone, _ = ProblemLink.objects.filter(problem=problem, conversation=conversation).delete()
    if gone:
        tell("problem.unlinked", agent, conversation, problem=problem.pk, title=problem.title)
    return gone > 0
