"""Set the status of the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.conversations.actions import change_status
from ascolto.conversations.models import Status
from ascolto.ui.forms import PlainForm

NAMES = {
    Status.OPEN.value: gettext_lazy("Open"),
    Status.PENDING.value: gettext_lazy("Waiting for the customer"),
    Status.ON_HOLD.value: gettext_lazy("Waiting for a department"),
    Status.RESOLVED.value: gettext_lazy("Resolved"),
}


class StatusForm(PlainForm):
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=lambda: list(NAMES.items()))


class SetStatus(Step):
    kind = "status"
    label = gettext_lazy("Set the status")
    icon = "check"
    Form = StatusForm

    def sentence(self, values: Values, known: Known) -> str:
        return {
            Status.OPEN.value: _("open it"),
            Status.PENDING.value: _("set it to waiting for the customer"),
            Status.ON_HOLD.value: _("set it to waiting for a department"),
            Status.RESOLVED.value: _("resolve it"),
        }[values["status"]]

    def preview(self, scene: Scene, values: Values) -> Effect:
        changes = scene.conversation.status != values["status"]
        return Effect(self.sentence(values, scene.known), changes=changes)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        before = scene.conversation.status
        changed = change_status(agent=scene.agent, conversation=scene.conversation, status=values["status"])
        return Outcome(changed, {"status": before}, values["status"])

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        if scene.conversation.status != after:
            return False
        return change_status(agent=scene.agent, conversation=scene.conversation, status=kept["status"])

    def waits_for(self, values: Values) -> Sequence[tuple[str, Any]]:
        return [("resolved", None)] if values["status"] == Status.RESOLVED else []
