"""Everybody who can answer, and the company's rules, as they are in memory while conversations are given out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.accounts.models import Agent, Company
from ascolto.accounts.selectors import assignable_agents
from ascolto.conversations.access import Sight, sights_of
from ascolto.kit.clock import now
from ascolto.routing.matching import Person, Rules
from ascolto.routing.models import Absence, AgentSkills, Presence, RoutingRules, Shift, TeamQueue
from ascolto.routing.roster import Hours, Leave, Plan
from ascolto.routing.weights import weight_of

State = Presence.State


@dataclass(frozen=True, slots=True)
class Member:
    """A person who can answer, with what they may see and what they can do. None among the skills means everything."""

    id: int
    name: str
    sight: Sight
    teams: frozenset[int]
    plan: Plan
    topics: frozenset[int] | None
    languages: frozenset[str] | None
    channels: frozenset[str] | None
    capacity: int
    state: str  # of Presence; empty: no screen of theirs was ever seen
    since: datetime | None
    seen_at: datetime | None
    last_given_at: datetime | None

    def is_here(self, at: datetime) -> bool:
        """Whether they can be given something."""
        return self.state == State.AVAILABLE and self.plan.works_at(at)

    def why_gone(self, at: datetime) -> str:
        """Why what waits for them cannot stay with them: absent, off_shift, offline; empty while they are there or on a break."""
        if self.plan.leave_at(at) is not None:
            return "absent"
        if not self.plan.works_at(at):
            return "off_shift"
        return "offline" if self.state == State.OFFLINE else ""

    def is_back_by(self, limit: datetime, at: datetime) -> bool:
        """Whether they are here, or it can be expected that they will be until `limit`."""
        if self.why_gone(at) == "offline" or not self.state:
            return False
        back = self.plan.back_at(at)
        return back is not None and back <= limit

    def as_person(self, load: int, at: datetime) -> Person:
        """As the board knows people."""
        return Person(
            id=self.id,
            teams=self.teams,
            topics=self.topics,
            languages=self.languages,
            channels=self.channels,
            capacity=self.capacity,
            is_here=self.is_here(at),
            load=load,
            idle_since=self.last_given_at,
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """What comes to a team first."""

    team: int
    topics: frozenset[int]
    languages: frozenset[str]
    channels: frozenset[str]
    overflow: int | None


class Crew:
    """The people by id, the rules, and who may not see what. Read from the database in a constant number of queries."""

    def __init__(self, only: Collection[int] | None = None) -> None:
        """`only`: nobody but these people."""
        self.rules = RoutingRules.current()
        self.company = Company.current()
        self.queues = _queues()
        self.members: dict[int, Member] = members(self.company.time_zone, only)
        self._blind: dict[tuple[int, int | None], frozenset[int]] = {}

    def meet(self, agents: Collection[int]) -> None:
        """Look at some of the people again."""
        fresh = members(self.company.time_zone, agents)
        for agent in agents:
            self.members.pop(agent, None)
        self.members |= fresh
        self._blind.clear()

    def note_given(self, agent: int, at: datetime) -> None:
        """They were given something just now."""
        self.members[agent] = replace(self.members[agent], last_given_at=at)

    def anybody_here(self, at: datetime) -> bool:
        """Whether there is anybody to give anything to."""
        return any(member.is_here(at) and member.capacity for member in self.members.values())

    def blind(self, account: int, team: int | None) -> frozenset[int]:
        """Who may not see a conversation that began in this inbox and belongs to this team."""
        key = (account, team)
        if key not in self._blind:
            self._blind[key] = frozenset(
                member.id
                for member in self.members.values()
                if not member.sight.allows(conversation=0, account=account, assignee=None, team=team)
            )
        return self._blind[key]

    def weight(self, channel: str) -> int:
        """What a conversation on this kind of channel takes of a person."""
        return weight_of(channel, self.rules.weights)

    def queue_for(self, *, topic: int | None, language: str | None, channel: str) -> tuple[Queue, str] | None:
        """The team to which this comes first, and by which rule: topic, then language, then channel."""
        for rule in self.queues:
            if topic is not None and topic in rule.topics:
                return rule, "topic"
        for rule in self.queues:
            if language and language in rule.languages:
                return rule, "language"
        for rule in self.queues:
            if channel in rule.channels:
                return rule, "channel"
        return None

    def as_rules(self, groups: Mapping[str, str]) -> Rules:
        """As the board knows the rules; `groups`: names by id, as text."""
        rules = self.rules
        return Rules(
            continuity=timedelta(minutes=rules.continuity_minutes),
            widen_at=rules.widen_at,
            overflow_at=rules.overflow_at,
            overflow={queue.team: queue.overflow for queue in self.queues if queue.overflow},
            group_shift={
                groups[pk]: timedelta(minutes=minutes)
                for pk, minutes in rules.group_minutes.items()
                if pk in groups
            },
        )


def members(time_zone: str, agents: Collection[int] | None = None) -> dict[int, Member]:
    """Everybody who can answer (or those of `agents`), by id."""
    rows = assignable_agents()
    people = list(rows if agents is None else rows.filter(pk__in=agents))
    ids = [agent.pk for agent in people]
    sights, teams = (
        sights_of(people),
        _grouped(Agent.teams.through.objects.filter(agent__in=ids).values_list("agent_id", "team_id")),
    )
    skills = {row.agent_id: row for row in AgentSkills.objects.filter(agent__in=ids)}
    topics = _grouped(
        AgentSkills.topics.through.objects.filter(agentskills__agent__in=ids).values_list(
            "agentskills__agent_id", "topic_id"
        )
    )
    presences = {row.agent_id: row for row in Presence.objects.filter(agent__in=ids)}
    plans = plans_of(ids, time_zone)
    return {
        agent.pk: _member(
            agent,
            sights[agent.pk],
            plans[agent.pk],
            teams.get(agent.pk, ()),
            skills.get(agent.pk),
            topics.get(agent.pk, ()),
            presences.get(agent.pk),
        )
        for agent in people
    }


def _member(
    agent: Agent,
    sight: Sight,
    plan: Plan,
    teams: Iterable[int],
    skills: AgentSkills | None,
    topics: Iterable[int],
    presence: Presence | None,
) -> Member:
    return Member(
        id=agent.pk,
        name=agent.name,
        sight=sight,
        teams=frozenset(teams),
        plan=plan,
        topics=frozenset(topics) or None,
        languages=_some(skills.languages) if skills else None,
        channels=_some(skills.channels) if skills else None,
        capacity=skills.capacity if skills else usual_capacity(agent),
        state=presence.state if presence else "",
        since=presence.since if presence else None,
        seen_at=presence.seen_at if presence else None,
        last_given_at=presence.last_given_at if presence else None,
    )


def usual_capacity(agent: Agent) -> int:
    """Without a word about it: all of an agent; nothing of who leads, for they look at the desk without being there to answer."""
    return 0 if agent.is_lead else 100


def plans_of(agents: Collection[int], time_zone: str) -> dict[int, Plan]:
    """When these people work, in two queries."""
    zone, shifts, leaves = ZoneInfo(time_zone), {}, {}  # type: ignore[var-annotated]
    for row in Shift.objects.filter(agent__in=agents):
        shifts.setdefault(row.agent_id, []).append(Hours(row.weekday, row.starts, row.ends))
    for absence in Absence.objects.filter(agent__in=agents, ends_at__gt=now()):
        leaves.setdefault(absence.agent_id, []).append(Leave(absence.starts_at, absence.ends_at))
    return {agent: Plan(zone, tuple(shifts.get(agent, ())), tuple(leaves.get(agent, ()))) for agent in agents}


def _queues() -> list[Queue]:
    rows = TeamQueue.objects.order_by("team__name", "pk")
    topics = _grouped(TeamQueue.topics.through.objects.values_list("teamqueue_id", "topic_id"))
    return [
        Queue(
            row.team_id,
            frozenset(topics.get(row.pk, ())),
            frozenset(row.languages),
            frozenset(row.channels),
            row.overflow_id,
        )
        for row in rows
    ]


def _some(values: Iterable[str]) -> frozenset[str] | None:
    return frozenset(values) or None


def _grouped(pairs: Iterable[tuple[Any, ...]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for owner, value in pairs:
        found.setdefault(owner, []).append(value)
    return found
