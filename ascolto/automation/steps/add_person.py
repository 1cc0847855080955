"""Let a colleague follow the conversation, or ask one into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from ascolto.accounts.models import Agent
from ascolto.automation.steps.assign import ME, people_choices
from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.collaboration.actions.following import follow, unfollow
from ascolto.conversations.actions import add_participant, remove_participants
from ascolto.conversations.models import Follower, Participant
from ascolto.gates import Refused
from ascolto.ui.forms import PlainForm, choices_of


def asked_choices() -> list[tuple[str, str]]:
    """Everybody, also guests of departments."""
    return [("", "—"), *choices_of(list(Agent.objects.filter(is_active=True)))]


class FollowerForm(PlainForm):
    person = forms.ChoiceField(label=gettext_lazy("Person"), choices=people_choices)


class ParticipantForm(PlainForm):
    person = forms.ChoiceField(label=gettext_lazy("Person"), choices=asked_choices)


def _person(scene: Scene, values: Values) -> Agent:
    if values["person"] == ME and scene.agent is not None:
        return scene.agent
    found = Agent.objects.filter(pk=int(values["person"]), is_active=True).first()
    if found is None:
        raise Refused("cannot_hold", gettext_noop("This person is not here any more."))
    return found


class Adding(Step):
    """Both put a row beside the conversation and can take it away."""

    icon = "user-round-plus"
    rows: Any

    def preview(self, scene: Scene, values: Values) -> Effect:
        try:
            person = _person(scene, values)
        except Refused as refused:
            return Effect(self.sentence(values, scene.known), refused=refused)
        known = self.rows.objects.filter(conversation=scene.conversation, agent=person).exists()
        return Effect(self.sentence(values, scene.known), changes=not known)


class AddFollower(Adding):
    kind = "add_follower"
    label = gettext_lazy("Let somebody follow it")
    icon = "eye"
    Form = FollowerForm
    rows = Follower

    def wrong_for_rules(self, values: Values) -> str:
        return _("A rule has no “me”: choose a person.") if values["person"] == ME else ""

    def sentence(self, values: Values, known: Known) -> str:
        if values["person"] == ME:
            return _("let me follow it")
        return _("let %(name)s follow it") % {"name": known.agents.get(int(values["person"]), "?")}

    def apply(self, scene: Scene, values: Values) -> Outcome:
        person = _person(scene, values)
        made = follow(agent=scene.agent, conversation=scene.conversation, person=person)
        return Outcome(made, {"person": person.pk})

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        person = Agent.objects.filter(pk=kept["person"]).first()
        if person is None:
            return False
        return unfollow(agent=scene.agent, conversation=scene.conversation, person=person)


class AddParticipant(Adding):
    kind = "add_participant"
    label = gettext_lazy("Ask somebody in")
    Form = ParticipantForm
    rows = Participant

    def sentence(self, values: Values, known: Known) -> str:
        return _("ask %(name)s in") % {"name": known.agents.get(int(values["person"]), "?")}

    def apply(self, scene: Scene, values: Values) -> Outcome:
        person = _person(scene, values)
        made = add_participant(agent=scene.agent, conversation=scene.conversation, person=person)
        return Outcome(made, {"person": person.pk})

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        people = Agent.objects.filter(pk=kept["person"])
        return bool(remove_participants(agent=scene.agent, conversation=scene.conversation, people=people))
