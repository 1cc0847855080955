"""Reads: who is there, what waits, and who had a conversation why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q

from ascolto.accounts.models import Team
from ascolto.conversations.models import Conversation, Status
from ascolto.events.models import Event
from ascolto.routing.cases import Case, all_that_matter, cases
from ascolto.routing.crew import Crew, Member
from ascolto.routing.matching import load_of
from ascolto.routing.models import Assignment
from ascolto.sla.models import ClockKind, SlaClock


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can answer, as a lead sees them. `load` and `capacity` are hundredths of a person; `why_gone`: absent, off_shift,
    offline, or empty; `waiting_since`: of the customer who waits longest for them."""

    id: int
    name: str
    teams: tuple[str, ...]
    state: str
    since: datetime | None
    seen_at: datetime | None
    is_here: bool
    is_on_shift: bool
    why_gone: str
    back_at: datetime | None
    load: int
    capacity: int
    in_hand: int
    waiting: int
    waiting_since: datetime | None
    last_given_at: datetime | None

    @property
    def share(self) -> int:
        """Hundredths of the capacity that are taken."""
        return min(100, self.load * 100 // self.capacity) if self.capacity else 100 if self.load else 0


def crew(at: datetime) -> list[Person]:
    """Everybody who can answer: who is there first, then by name. A constant number of queries."""
    found = Crew()
    teams = dict(Team.objects.values_list("pk", "name"))
    held: dict[int, list[Case]] = {}
    for case in cases(all_that_matter(at).filter(assignee__isnull=False)):
        if case.assignee is not None and case.is_in_hand(at):
            held.setdefault(case.assignee, []).append(case)
    people = [_person(member, found, held.get(member.id, []), teams, at) for member in found.members.values()]
    return sorted(people, key=lambda person: (not person.is_here, person.name.casefold(), person.id))


def _person(member: Member, found: Crew, held: list[Case], teams: dict[int, str], at: datetime) -> Person:
    waits = [case.waiting_since for case in held if case.waiting_since is not None]
    why_gone = member.why_gone(at)
    return Person(
        id=member.id,
        name=member.name,
        teams=tuple(sorted(teams[pk] for pk in member.teams if pk in teams)),
        state=member.state or "offline",
        since=member.since,
        seen_at=member.seen_at,
        is_here=member.is_here(at),
        is_on_shift=member.plan.works_at(at),
        why_gone=why_gone,
        back_at=member.plan.back_at(at) if why_gone in {"absent", "off_shift"} else None,
        load=load_of((found.weight(case.channel) for case in held), member.capacity),
        capacity=member.capacity,
        in_hand=len(held),
        waiting=len(waits),
        waiting_since=min(waits, default=None),
        last_given_at=member.last_given_at,
    )


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one team on one kind of channel. `free`: nobody has it; `in_danger`: warned, not late yet."""

    team: int | None
    team_name: str
    channel: str
    waiting: int
    free: int
    in_danger: int
    late: int
    oldest: datetime | None
    due_next: datetime | None  # the next promise that is not late
    due_first: datetime | None  # the first one, late or not


def queues(at: datetime) -> list[Queue]:
    """What waits, by team (nobody's last) and channel; only where something does. Two queries."""
    clocks = SlaClock.objects.filter(
        conversation=OuterRef("pk"),
        stopped_at__isnull=True,
        warned_at__isnull=False,
        kind__in=[ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE],
    )
    waits = Conversation.objects.filter(
        Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at),
        waiting_since__isnull=False,
        status=Status.OPEN,
        is_spam=False,
    )
    rows = (
        waits.order_by()
        .values("team_id", "channels")
        .annotate(
            waiting=Count("pk"),
            free=Count("pk", filter=Q(assignee__isnull=True)),
            in_danger=Count("pk", filter=(Q(due_at__gt=at) | Q(due_at__isnull=True)) & Q(Exists(clocks))),
            late=Count("pk", filter=Q(due_at__lte=at)),
            oldest=Min("waiting_since"),
            due_next=Min("due_at", filter=Q(due_at__gt=at)),
            due_first=Min("due_at"),
        )
    )
    names = dict(Team.objects.values_list("pk", "name"))
    found: dict[tuple[int | None, str], Queue] = {}
    for row in rows:
        one = _queue(dict(row), names)
        key = (one.team, one.channel)
        found[key] = _sum(found[key], one) if key in found else one
    return sorted(found.values(), key=lambda q: (q.team is None, q.team_name.casefold(), q.channel))


def _queue(row: dict[str, Any], names: dict[int, str]) -> Queue:
    team, channels = row.pop("team_id"), row.pop("channels")
    return Queue(team=team, team_name=names.get(team, ""), channel=channels.split(",", 1)[0], **row)


def _sum(one: Queue, other: Queue) -> Queue:
    def first(name: str) -> datetime | None:
        return min((value for q in (one, other) if (value := getattr(q, name)) is not None), default=None)

    counts = {
        name: getattr(one, name) + getattr(other, name) for name in ("waiting", "free", "in_danger", "late")
    }
    return replace(
        one, **counts, oldest=first("oldest"), due_next=first("due_next"), due_first=first("due_first")
    )


@dataclass(frozen=True, slots=True)
class Held:
    """One time somebody had a conversation. `why`: reasons as stored, see routing/words.py."""

    agent: int
    name: str
    by: str
    how: str
    began_at: datetime
    ended_at: datetime | None
    why: list[dict[str, Any]] = field(default_factory=list)


def holders(conversation: Conversation) -> list[Held]:
    """Who had it, the last one first. What the reader of the log has not come to yet is taken from the log itself."""
    rows = Assignment.objects.filter(conversation=conversation).select_related("agent", "by")
    found = [
        Held(
            row.agent_id,
            row.agent.name,
            row.by.name if row.by else "",
            row.how,
            row.began_at,
            row.ended_at,
            row.why,
        )
        for row in rows.order_by("-began_at", "-pk")[:50]
    ]
    current = found[0] if found and found[0].ended_at is None else None
    if conversation.assignee is None or (current and current.agent == conversation.assignee_id):
        return found
    told = Event.objects.filter(conversation_id=conversation.pk, type="conversation.assigned").order_by("-id")
    event = next((one for one in told[:5] if one.data.get("assignee") == conversation.assignee_id), None)
    began = event.occurred_at if event else conversation.created_at
    how, why = (event.data.get("how", ""), event.data.get("why") or []) if event else ("", [])
    newest = Held(conversation.assignee.pk, conversation.assignee.name, "", how, began, None, why)
    return [newest, *(replace(one, ended_at=one.ended_at or began) for one in found)]
