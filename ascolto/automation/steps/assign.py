"""Give the conversation to a person, to a team, or to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from ascolto.accounts.models import Agent, Team
from ascolto.accounts.selectors import assignable_agents
from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values, refused_or_none
from ascolto.conversations.actions import Handing, assign
from ascolto.conversations.models import Conversation
from ascolto.gates import Gate, Refused, pass_gate
from ascolto.ui.forms import PlainForm, choices_of

ME = "me"
_GONE = gettext_noop("Who should have it is not here any more.")


def people_choices() -> list[tuple[str, str]]:
    """Who can answer; whoever runs a macro comes first."""
    return [("", "—"), (ME, _("Me (who runs the macro)")), *choices_of(list(assignable_agents()))]


def team_choices() -> list[tuple[str, str]]:
    return [("", "—"), *choices_of(list(Team.objects.all()))]


class PersonForm(PlainForm):
    person = forms.ChoiceField(label=gettext_lazy("Person"), choices=people_choices)


class TeamForm(PlainForm):
    team = forms.ChoiceField(label=gettext_lazy("Team"), choices=team_choices)


def held(conversation: Conversation) -> dict[str, Any]:
    """Who has it, as plain values."""
    return {"assignee": conversation.assignee_id, "team": conversation.team_id}


class Assigning(Step):
    """What the three have in common: a wish, a gate, and the way back."""

    icon = "user-round-plus"

    def wish(self, scene: Scene, values: Values) -> dict[str, Any]:
        """What `assign` is asked for. Raises Refused when somebody is gone."""
        raise NotImplementedError

    def preview(self, scene: Scene, values: Values) -> Effect:
        words = self.sentence(values, scene.known)
        try:
            wish = self.wish(scene, values)
        except Refused as refused:
            return Effect(words, refused=refused)
        conversation = scene.conversation
        assignee = wish.get("assignee", conversation.assignee)
        team = wish.get("team", conversation.team)
        if (conversation.assignee, conversation.team) == (assignee, team):
            return Effect(words, changes=False)
        handing = Handing(
            conversation=conversation, agent=scene.agent, assignee=assignee, team=team, how="assigned"
        )
        return Effect(words, refused=refused_or_none(lambda: pass_gate(Gate.ASSIGN, handing)))

    def apply(self, scene: Scene, values: Values) -> Outcome:
        before = held(scene.conversation)
        changed = assign(agent=scene.agent, conversation=scene.conversation, **self.wish(scene, values))
        return Outcome(changed, before, held(scene.conversation))

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        if held(scene.conversation) != after:
            return False
        return assign(
            agent=scene.agent,
            conversation=scene.conversation,
            assignee=Agent.objects.filter(pk=kept["assignee"] or 0).first(),
            team=Team.objects.filter(pk=kept["team"] or 0).first(),
        )

    def waits_for(self, values: Values) -> Sequence[tuple[str, Any]]:
        return [("assigned", None)]


class AssignPerson(Assigning):
    kind = "assign_person"
    label = gettext_lazy("Assign to a person")
    Form = PersonForm

    def wrong_for_rules(self, values: Values) -> str:
        return _("A rule has no “me”: choose a person.") if values["person"] == ME else ""

    def sentence(self, values: Values, known: Known) -> str:
        if values["person"] == ME:
            return _("assign it to me")
        return _("assign it to %(name)s") % {"name": known.agents.get(int(values["person"]), "?")}

    def wish(self, scene: Scene, values: Values) -> dict[str, Any]:
        if values["person"] == ME:
            return {"assignee": scene.agent}
        person = assignable_agents().filter(pk=int(values["person"])).first()
        if person is None:
            raise Refused("cannot_hold", _GONE)
        return {"assignee": person}


class AssignTeam(Assigning):
    kind = "assign_team"
    label = gettext_lazy("Assign to a team")
    icon = "users"
    Form = TeamForm

    def sentence(self, values: Values, known: Known) -> str:
        return _("assign it to the team %(name)s") % {"name": known.teams.get(int(values["team"]), "?")}

    def wish(self, scene: Scene, values: Values) -> dict[str, Any]:
        team = Team.objects.filter(pk=int(values["team"])).first()
        if team is None:
            raise Refused("cannot_hold", _GONE)
        return {"team": team}


class Unassign(Assigning):
    kind = "unassign"
    label = gettext_lazy("Give it back to nobody")
    icon = "user-round-x"

    def sentence(self, values: Values, known: Known) -> str:
        return _("give it back to nobody")

    def wish(self, scene: Scene, values: Values) -> dict[str, Any]:
        return {"assignee": None}
