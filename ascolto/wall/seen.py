"""The board as a lead sees it: figures, queues, people, and the conversations whose promises are due first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ascolto.accounts.models import Agent
from ascolto.channels.looks import Look, look_of
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import list_conversations
from ascolto.customers.models import Identity
from ascolto.kit.ids import reference_number
from ascolto.routing.models import RoutingRules
from ascolto.routing.selectors import Person, Queue, crew, queues
from ascolto.routing.spreading import Move
from ascolto.routing.words import in_words
from ascolto.ui import promise

SHOWN = 60  # conversations, those due first
STATES = {
    "available": gettext_lazy("Available"),
    "busy": gettext_lazy("Busy"),
    "away": gettext_lazy("Away"),
    "offline": gettext_lazy("Not here"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation that waits."""

    id: int
    number: str
    name: str
    text: str
    clock: promise.Clock | None
    looks: Sequence[Look]
    assignee_id: int | None
    assignee: str
    team: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue with its channel and the clocks of its oldest and next."""

    queue: Queue
    look: Look
    oldest: str  # how long the first has waited
    due: promise.Clock | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the crew in words. `tone`: ok, warn or empty."""

    person: Person
    state: str
    tone: str
    longest: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the wall shows at a moment."""

    at: datetime
    waiting: int
    free: int
    late: int
    in_danger: int
    longest: str
    here: int
    crew: Sequence[PersonRow]
    queues: Sequence[QueueRow]
    due: Sequence[Due]
    is_on: bool  # whether conversations are given out by themselves


def board(agent: Agent, at: datetime) -> Board:
    """What a lead sees now: a constant number of queries."""
    waits, people = queues(at), crew(at)
    oldest = min((queue.oldest for queue in waits if queue.oldest), default=None)
    rows = list_conversations(agent, view="to_answer", limit=SHOWN).rows
    handles = _handles({row["customer_id"] for row in rows if not row["customer__name"]})
    return Board(
        at=at,
        waiting=sum(queue.waiting for queue in waits),
        free=sum(queue.free for queue in waits),
        late=sum(queue.late for queue in waits),
        in_danger=sum(queue.in_danger for queue in waits),
        longest=_ago(oldest, at),
        here=sum(person.is_here for person in people),
        crew=[_person(person, at) for person in people],
        queues=[_queue(queue, at) for queue in sorted(waits, key=_urgency)],
        due=[_due(row, handles, at) for row in rows],
        is_on=RoutingRules.current().is_on,
    )


def _urgency(queue: Queue) -> tuple[int, int, str]:
    return -queue.late, -queue.in_danger, queue.team_name.casefold()


def _ago(since: datetime | None, at: datetime) -> str:
    return promise.span(max(0, int((at - since).total_seconds()))) if since else ""


def _queue(queue: Queue, at: datetime) -> QueueRow:
    return QueueRow(
        queue,
        look_of(queue.channel),
        _ago(queue.oldest, at),
        promise.clock(queue.due_first, queue.oldest, at),
    )


def _person(person: Person, at: datetime) -> PersonRow:
    gone = {"absent": _("Absent"), "off_shift": _("Not on shift"), "offline": _("Not here")}.get(
        person.why_gone
    )
    words = gone or str(STATES.get(person.state, STATES["offline"]))
    tone = "ok" if person.is_here else "warn" if person.state in {"busy", "away"} and not gone else ""
    waiting = (
        ngettext("%(n)s waits", "%(n)s wait", person.waiting) % {"n": person.waiting}
        if person.waiting
        else ""
    )
    return PersonRow(person, words, tone, _ago(person.waiting_since, at), waiting)


def _handles(customers: set[int]) -> dict[int, str]:
    """What nameless customers write with."""
    rows = (
        Identity.objects.filter(customer_id__in=customers).order_by("-id")
        if customers
        else Identity.objects.none()
    )
    return {pk: shown or value for pk, shown, value in rows.values_list("customer_id", "shown", "value")}


def _due(row: dict[str, Any], handles: dict[int, str], at: datetime) -> Due:
    return Due(
        id=row["id"],
        number=row["number"],
        name=row["customer__name"] or handles.get(row["customer_id"]) or row["number"],
        text=row["preview"] or row["subject"],
        clock=promise.clock(row["due_at"], row["waiting_since"], at),
        looks=[look_of(kind) for kind in row["channels"][:2]],
        assignee_id=row["assignee_id"],
        assignee=row["assignee__name"] or "",
        team=row["team__name"] or "",
        is_public=row["has_public"],
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """A move that has not happened yet."""

    id: int
    name: str
    was: str  # empty: nobody's
    to: str
    why: Sequence[str]


def planned(moves: Sequence[Move]) -> list[Planned]:
    """Moves with the names of who is concerned, and their reasons in words."""
    people = dict(Agent.objects.values_list("pk", "name"))
    rows = Conversation.objects.filter(pk__in=[move.conversation for move in moves])
    customers = dict(rows.values_list("pk", "customer__name"))
    return [
        Planned(
            id=move.conversation,
            name=customers.get(move.conversation) or reference_number(move.conversation),
            was=people.get(move.was or 0, ""),
            to=people.get(move.to, ""),
            why=in_words(move.why),
        )
        for move in moves
    ]
