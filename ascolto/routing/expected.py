"""The expected wait of conversations, from what the tables say now: who stands before them, how fast answers went, who is there.

Somebody stands in the line of their team; a conversation that has none yet stands behind everybody. What counts as served is a person's
answer, since that is what a customer waits for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from ascolto.conversations.models import Conversation, Status
from ascolto.routing.models import Presence, WaitTold
from ascolto.routing.waiting import WINDOW, Estimate, Served, estimate, until_opening
from ascolto.sla.at_hand import at_hand
from ascolto.sla.calendar import is_open, next_opening
from ascolto.sla.ladder import RESPONSES
from ascolto.sla.models import SlaClock

MOST_ANSWERS = 2000  # of the last half hour
BEGAN_WITHIN = timedelta(hours=13)  # whoever waited longer says nothing about now


@dataclass(frozen=True, slots=True)
class Wait:
    """A place in line (1 is next), and the wait; None where it cannot be estimated. `opens_at`: the company is closed until then."""

    position: int
    estimate: Estimate | None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """How true the waits were that customers were told: how many were answered since, how many of these in time, and the error."""

    told: int
    answered: int
    kept: int
    median_error: timedelta | None  # distance of the told wait from the real one


class Lines:
    """How lines go at one moment: three queries, however many conversations are asked about, and one more for each place."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._served = _served(at)
        self._here = _here()
        timetable = at_hand().everybodys.timetable
        self.opens_at = None if is_open(timetable, at) else next_opening(timetable, at)

    def wait_of(self, conversation: Conversation) -> Wait | None:
        """None when nobody waits for an answer there."""
        if conversation.waiting_since is None or conversation.status == Status.RESOLVED:
            return None
        position = _position(conversation)
        if self.opens_at is not None:
            return Wait(position, until_opening(self.opens_at, self.at), self.opens_at)
        team = conversation.team_id
        people = self._here.get(team, set()) if team else {p for found in self._here.values() for p in found}
        served = self._served.get(team, []) if team else [s for found in self._served.values() for s in found]
        return Wait(position, estimate(position=position, served=served, here=len(people), at=self.at))


def truth_of(told_since: datetime, told_until: datetime) -> Truth:
    """What customers were told, beside what became of it."""
    rows = WaitTold.objects.filter(told_at__gte=told_since, told_at__lt=told_until, seconds__isnull=False)
    told = {(row.conversation_id, row.asked_at): row for row in rows}
    clocks = SlaClock.objects.filter(
        conversation__in=rows.values("conversation_id"), kind__in=RESPONSES, answered_by__isnull=False
    ).values_list("conversation_id", "started_at", "stopped_at")
    missed = []
    for conversation, started_at, stopped_at in clocks:
        row = told.get((conversation, started_at))
        if row is not None and stopped_at is not None:
            missed.append((stopped_at - row.asked_at) - timedelta(seconds=row.seconds or 0))
    errors = sorted(abs(each) for each in missed)
    kept = sum(each <= timedelta(0) for each in missed)
    return Truth(len(told), len(missed), kept, errors[len(errors) // 2] if errors else None)


def _position(conversation: Conversation) -> int:
    """Who is due before stands before; who is due at the same time in the order of waiting."""
    since, due = conversation.waiting_since, conversation.due_at
    rows = Conversation.objects.filter(waiting_since__isnull=False, is_spam=False, snoozed_until__isnull=True)
    rows = rows.exclude(status=Status.RESOLVED).exclude(pk=conversation.pk)
    if conversation.team_id:
        rows = rows.filter(team=conversation.team_id)
    sooner = Q(waiting_since__lt=since) | Q(waiting_since=since, pk__lt=conversation.pk)
    if due is None:
        return rows.filter(Q(due_at__isnull=False) | sooner).count() + 1
    return rows.filter(Q(due_at__lt=due) | (Q(due_at=due) & sooner)).count() + 1


def _served(at: datetime) -> dict[int | None, list[Served]]:
    rows = SlaClock.objects.filter(
        kind__in=RESPONSES,
        started_at__gte=at - BEGAN_WITHIN,
        stopped_at__gte=at - WINDOW,
        stopped_at__lte=at,
        answered_by__isnull=False,
    )
    found: dict[int | None, list[Served]] = defaultdict(list)
    told = rows.order_by("-stopped_at").values_list("conversation__team_id", "started_at", "stopped_at")
    for team, started_at, stopped_at in told[:MOST_ANSWERS]:
        if stopped_at is not None:
            found[team].append(Served(stopped_at, stopped_at - started_at))
    return found


def _here() -> dict[int | None, set[int]]:
    """Who is there to answer, by team; people without a team answer those without one."""
    rows = Presence.objects.filter(
        state__in=[Presence.State.AVAILABLE, Presence.State.BUSY], agent__is_active=True
    )
    found: dict[int | None, set[int]] = defaultdict(set)
    for agent, team in rows.annotate(team=F("agent__teams")).values_list("agent_id", "team"):
        found[team].add(agent)
    return found
