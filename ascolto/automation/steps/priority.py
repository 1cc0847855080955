"""Say how urgent the conversation is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.conversations.actions import change_priority
from ascolto.conversations.models import Priority
from ascolto.ui.forms import PlainForm

NAMES = {
    Priority.URGENT.value: gettext_lazy("Urgent"),
    Priority.HIGH.value: gettext_lazy("High"),
    Priority.NORMAL.value: gettext_lazy("Normal"),
    Priority.LOW.value: gettext_lazy("Low"),
}


class PriorityForm(PlainForm):
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), coerce=int, choices=lambda: list(NAMES.items())
    )


class SetPriority(Step):
    kind = "priority"
    label = gettext_lazy("Set the priority")
    icon = "arrow-up"
    Form = PriorityForm

    def sentence(self, values: Values, known: Known) -> str:
        return _("set the priority to %(name)s") % {"name": str(NAMES[values["priority"]]).lower()}

    def preview(self, scene: Scene, values: Values) -> Effect:
        changes = scene.conversation.priority != values["priority"]
        return Effect(self.sentence(values, scene.known), changes=changes)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        before = scene.conversation.priority
        changed = change_priority(
            agent=scene.agent, conversation=scene.conversation, priority=values["priority"]
        )
        return Outcome(changed, {"priority": before}, values["priority"])

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        if scene.conversation.priority != after:
            return False
        return change_priority(agent=scene.agent, conversation=scene.conversation, priority=kept["priority"])
