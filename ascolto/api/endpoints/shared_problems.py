"""Problems that many customers share: open, change, link conversations, tell everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from ascolto.accounts.models import Agent
from ascolto.api import collaboration_documents as cd
from ascolto.api import documents
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.endpoints.departments import after
from ascolto.api.endpoints.people_around import id_of, reference
from ascolto.api.problems import Problem as Trouble
from ascolto.api.problems import invalid
from ascolto.api.routing import BASE, Answer, Call
from ascolto.collaboration.actions import problems as actions
from ascolto.collaboration.actions.announcing import announce
from ascolto.collaboration.models import Announcement, Problem, Told
from ascolto.collaboration.selectors.problems import counted
from ascolto.conversations.access import access_conversation
from ascolto.conversations.models import Conversation
from ascolto.kit.ids import new_token

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=5_000)]
Language = Annotated[str, Meta(max_length=8)]


class NewProblem(Struct, frozen=True, forbid_unknown_fields=True):
    """`known` is for colleagues, `public_text` what customers may be told."""

    title: Title
    known: Text = ""
    public_text: Text = ""
    next_update_at: datetime | None = None


class ProblemChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What is given changes; `version` as it was read makes sure that nobody else changed it meanwhile. `owner`: an agent's id."""

    version: int | None = None
    title: Title | UnsetType = UNSET
    state: cd.ProblemState | UnsetType = UNSET
    owner: Id | UnsetType | None = UNSET
    known: Text | UnsetType = UNSET
    public_text: Text | UnsetType = UNSET
    next_update_at: datetime | UnsetType | None = UNSET


class AffectedConversation(Struct, frozen=True, forbid_unknown_fields=True):
    """The id of a conversation that you may change."""

    conversation: Id


class NewAnnouncement(Struct, frozen=True, forbid_unknown_fields=True):
    """`texts` by language, "" for all others. `resolve`: conversations are resolved with it."""

    texts: Annotated[dict[Language, Text], Meta(min_length=1, max_length=20)]
    resolve: bool = False


class ProblemQuery(Struct, frozen=True, forbid_unknown_fields=True):
    state: cd.ProblemState | None = None
    limit: Limit = 50
    cursor: Cursor = ""


def list_problems(call: Call) -> Answer:
    """Problems, the newest first."""
    _colleague(call)
    query: ProblemQuery = call.query
    rows = counted(Problem.objects.select_related("owner")).order_by("-pk")
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.cursor:
        rows = rows.filter(pk__lt=after(query.cursor))
    found = list(rows[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    return Answer(
        cd.SharedProblemList([_document(one) for one in found[: query.limit]], documents.Meta(more))
    )


def open_problem(call: Call) -> Answer:
    """Open a problem; you own it."""
    body: NewProblem = call.body
    made = actions.open_problem(
        agent=call.agent,
        title=body.title,
        known=body.known,
        public_text=body.public_text,
        next_update_at=body.next_update_at,
    )
    return _answer(made.pk, {"Location": f"{BASE}/problems/{made.pk}"})


def get_problem(call: Call) -> Answer:
    """One problem."""
    _colleague(call)
    return _answer(id_of(call))


def change_problem(call: Call) -> Answer:
    """Say what is known now, who owns it, or that it is solved."""
    body: ProblemChange = call.body
    names = ("title", "state", "known", "public_text", "next_update_at")
    wanted: dict[str, Any] = {name: value for name in names if (value := getattr(body, name)) is not UNSET}
    if body.owner is not UNSET:
        wanted["owner"] = _owner(body.owner)
    actions.change_problem(agent=call.agent, problem=_find(call), version=body.version, **wanted)
    return _answer(id_of(call))


def link_problem(call: Call) -> Answer:
    """This conversation is about the problem: its customer is told when it is solved, and nothing is sold to them meanwhile."""
    actions.link(agent=call.agent, problem=_find(call), conversation=_conversation(call))
    return _answer(id_of(call))


def unlink_problem(call: Call) -> Answer:
    """It is about something else after all."""
    actions.unlink(agent=call.agent, problem=_find(call), conversation=_conversation(call))
    return _answer(id_of(call))


def announce_problem(call: Call) -> Answer:
    """Write to every affected customer whom you may see, once each, on the channel they used last. Each goes through the same gates as
    an answer; what cannot leave is counted as refused."""
    body: NewAnnouncement = call.body
    made = announce(
        agent=call.agent, problem=_find(call), texts=body.texts, client_key=new_token(), resolves=body.resolve
    )
    return Answer(_announcement(made))


def _colleague(call: Call) -> None:
    if call.agent.is_guest:
        raise Trouble("not-found")


def _find(call: Call) -> Problem:
    _colleague(call)
    return Problem.objects.get(pk=id_of(call))


def _conversation(call: Call) -> Conversation:
    return access_conversation(call.agent, call.body.conversation, to="manage")


def _owner(pk: int | None) -> Agent | None:
    found = Agent.objects.filter(pk=pk).first() if pk is not None else None
    if pk is not None and found is None:
        raise invalid("owner", f"there is no agent with the id {pk}.")
    return found


def _answer(pk: int, headers: dict[str, str] | None = None) -> Answer:
    return Answer(
        _document(counted(Problem.objects.select_related("owner").filter(pk=pk)).get()), headers or {}
    )


def _document(one: Problem) -> cd.SharedProblem:
    return cd.SharedProblem(
        id=one.pk,
        number=one.number,
        title=one.title,
        state=one.state,  # type: ignore[arg-type]
        owner=reference(one.owner),
        known=one.known,
        public_text=one.public_text,
        next_update_at=one.next_update_at,
        opened_at=one.opened_at,
        solved_at=one.solved_at,
        customers=one.customers,  # type: ignore[attr-defined]
        version=one.version,
    )


def _announcement(one: Announcement) -> cd.Announcement:
    states = list(Told.objects.filter(announcement=one).values_list("state", flat=True))
    counts = {state: states.count(state) for state in ("sent", "waiting", "refused")}
    return cd.Announcement(
        id=one.pk, problem_id=one.problem_id, made_at=one.at, done_at=one.done_at, **counts
    )
