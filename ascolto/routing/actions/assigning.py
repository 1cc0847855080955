"""Write what was decided: each decision is checked against the database again, for it was made of what was in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from ascolto.accounts.models import Agent, Team
from ascolto.accounts.selectors import assignable_agents
from ascolto.conversations.access import Sight, sights_of
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.cases import Case, cases_of, in_hand
from ascolto.routing.crew import Crew
from ascolto.routing.matching import Decision, load_of, room_for
from ascolto.routing.models import Presence

AT_ONCE = 25  # decisions in one transaction: more would keep SQLite's other writers waiting


@dataclass(slots=True)
class Outcome:
    """What became of decisions: given, not needed any more (or the person has no room), and refused by a guarantee."""

    given: list[Decision] = field(default_factory=list)
    void: list[Decision] = field(default_factory=list)
    refused: list[Decision] = field(default_factory=list)


@transaction.atomic
def give(decisions: Sequence[Decision], crew: Crew, teams: Mapping[int, int]) -> Outcome:
    """Give each conversation to the person decided on; `teams`: the team by a rule, of conversations that have none."""
    moment, outcome = now(), Outcome()
    rows = {row.pk: row for row in _locked([one.conversation for one in decisions])}
    found = {case.id: case for case in cases_of(rows)}
    people = _People([one.person for one in decisions], crew, moment)
    names = Team.objects.in_bulk(set(teams.values()))
    for one in decisions:
        case, agent = found.get(one.conversation), people.agents.get(one.person)
        if case is None or agent is None or not people.can_take(agent, case, teams.get(one.conversation)):
            outcome.void.append(one)
            continue
        team = names.get(teams.get(one.conversation, 0)) if case.team is None else None
        try:
            _assign(rows[case.id], agent, team, one)
        except Refused:
            outcome.refused.append(one)
            continue
        people.note(agent, case)
        outcome.given.append(one)
    Presence.objects.filter(agent__in=[one.person for one in outcome.given]).update(last_given_at=moment)
    return outcome


def _assign(row: Conversation, agent: Agent, team: Team | None, decision: Decision) -> None:
    why = [reason.as_json() for reason in decision.reasons]
    team = team or row.team
    assign(agent=None, conversation=row, assignee=agent, team=team, how="routed", why=why)


@transaction.atomic
def give_to_teams(wanted: Mapping[int, tuple[int, str, str]]) -> None:
    """Rules say that these come to teams, although nobody has them yet: by conversation the team, the rule, and what it asks for."""
    teams = Team.objects.in_bulk({team for team, _, _ in wanted.values()})
    for row in _locked(list(wanted)):
        pk, rule, value = wanted[row.pk]
        if row.team_id is not None or pk not in teams:
            continue
        why = [{"code": "queue_rule", "rule": rule, "value": value, "team": pk}]
        try:
            assign(agent=None, conversation=row, team=teams[pk], how="routed", why=why)
        except Refused:
            continue


def _locked(conversations: Sequence[int]) -> list[Conversation]:
    return list(
        Conversation.objects.select_for_update(of=("self",)).filter(pk__in=conversations).order_by("pk")
    )


class _People:
    """Those who are about to be given something, as the database knows them now."""

    def __init__(self, ids: Sequence[int], crew: Crew, moment: datetime) -> None:
        self._crew, self._at = crew, moment
        here = Presence.objects.select_for_update().filter(
            agent__in=ids, state=Presence.State.AVAILABLE, agent__is_active=True
        )
        there = set(here.order_by("agent_id").values_list("agent_id", flat=True))
        rows = assignable_agents().filter(pk__in=there)
        self.agents = {agent.pk: agent for agent in rows if agent.pk in crew.members}
        self._sights: dict[int, Sight] = sights_of(self.agents.values())
        self._weights = {
            agent: [crew.weight(case.channel) for case in cases]
            for agent, cases in in_hand(self.agents, moment).items()
        }

    def can_take(self, agent: Agent, case: Case, team: int | None) -> bool:
        """Whether the conversation still needs somebody, and this person is here, may see it and has room."""
        if case.assignee is not None or not case.is_waiting(self._at):
            return False
        sees = self._sights[agent.pk].allows(
            conversation=case.id, account=case.account, assignee=None, team=case.team or team
        )
        member = self._crew.members[agent.pk]
        load = load_of(self._weights.get(agent.pk, ()), member.capacity)
        has_room = room_for(self._crew.weight(case.channel), load, member.capacity) is not None
        return sees and has_room and member.plan.works_at(self._at)

    def note(self, agent: Agent, case: Case) -> None:
        """They have this one now as well."""
        self._weights.setdefault(agent.pk, []).append(self._crew.weight(case.channel))
