"""Who has a conversation: its assignee and team, and who follows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ascolto.accounts.models import Agent, Team
from ascolto.accounts.selectors import all_teams, assignable_agents
from ascolto.conversations.fields import Asker, Choice, Field, Referred, Words, YesNo
from ascolto.conversations.models import Follower
from ascolto.views.fields.state import MOST_OFFERED, negated

GROUP: Words = _("People")


def _assignee(operator: str, value: tuple[int | str, ...], asker: Asker) -> Q:
    ids = [one for one in value if isinstance(one, int)]
    if "me" in value and asker.agent is not None:
        ids.append(asker.agent.pk)
    found = Q(assignee_id__in=ids)
    if "nobody" in value:
        found |= Q(assignee__isnull=True)
    return negated(found, operator)


def _people_offered(agent: Agent | None) -> Iterable[Choice]:
    yield Choice("me", _("Me"), pgettext_lazy("held by", "me"))
    yield Choice("nobody", _("Nobody"))
    if agent is not None:
        for pk, name in assignable_agents().values_list("pk", "name")[:MOST_OFFERED]:
            yield Choice(pk, name)


def _people_names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Agent.objects.filter(pk__in=ids).values_list("pk", "name"))


def _team(operator: str, value: tuple[int | str, ...], asker: Asker) -> Q:
    found = Q(team_id__in=[one for one in value if isinstance(one, int)])
    if "mine" in value and asker.agent is not None:
        found |= Q(team_id__in=asker.agent.teams.order_by().values("pk"))
    if "none" in value:
        found |= Q(team__isnull=True)
    return negated(found, operator)


def _teams_offered(agent: Agent | None) -> Iterable[Choice]:
    yield Choice("mine", _("My teams"))
    yield Choice("none", _("No team"))
    if agent is not None:
        for team in all_teams()[:MOST_OFFERED]:
            yield Choice(team.pk, team.name)


def _team_names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))


def _followed(operator: str, value: None, asker: Asker) -> Q:
    me = asker.agent.pk if asker.agent is not None else 0
    return negated(Q(Exists(Follower.objects.filter(conversation=OuterRef("pk"), agent_id=me))), operator)


FIELDS = (
    Field(
        "assignee",
        _("Assignee"),
        Referred(("me", "nobody")),
        {"is": _("are held by %(values)s"), "is_not": _("are not held by %(values)s")},
        _assignee,
        GROUP,
        _people_offered,
        _people_names,
        {
            ("is", "nobody"): _("are held by nobody"),
            ("is_not", "nobody"): _("are held by somebody"),
        },
        frozenset({"me"}),
        is_quoted=False,
    ),
    Field(
        "team",
        _("Team"),
        Referred(("mine", "none")),
        {"is": _("belong to the team %(values)s"), "is_not": _("do not belong to the team %(values)s")},
        _team,
        GROUP,
        _teams_offered,
        _team_names,
        {
            ("is", "mine"): _("belong to one of my teams"),
            ("is_not", "mine"): _("do not belong to my teams"),
            ("is", "none"): _("belong to no team"),
            ("is_not", "none"): _("belong to a team"),
        },
        frozenset({"mine"}),
        is_quoted=False,
    ),
    Field(
        "followed",
        _("Followed by me"),
        YesNo(),
        {"yes": _("are followed by me"), "no": _("are not followed by me")},
        _followed,
        GROUP,
        is_personal=True,
    ),
)
