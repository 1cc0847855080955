"""What the steps about labels have in common: names in one line, with commas between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.step import Effect, Outcome, Scene, Step, Values
from ascolto.conversations.actions import set_labels
from ascolto.conversations.models import Conversation
from ascolto.kit.text import clean
from ascolto.ui.forms import PlainForm

MOST, LONGEST = 10, 60


class LabelsForm(PlainForm):
    labels = forms.CharField(
        label=gettext_lazy("Labels"),
        max_length=MOST * (LONGEST + 2),
        help_text=gettext_lazy("Several with commas between them."),
        widget=forms.TextInput(attrs={"list": "known-labels", "autocomplete": "off"}),
    )

    def clean_labels(self) -> list[str]:
        """The names, each once, in their order."""
        names = (clean(" ".join(name.split())) for name in self.cleaned_data["labels"].split(","))
        found = list(dict.fromkeys(name for name in names if name))
        if not found:
            raise ValidationError(_("Name at least one label."))
        if len(found) > MOST or any(len(name) > LONGEST for name in found):
            raise ValidationError(_("At most 10 labels, each with at most 60 characters."))
        return found


def labels_of(conversation: Conversation) -> list[str]:
    """The names of its labels, sorted. One query."""
    return sorted(conversation.labels.values_list("name", flat=True))


class Labelling(Step):
    """Add or remove labels of the conversation."""

    icon = "tag"
    Form = LabelsForm

    def initial(self, values: Values) -> dict[str, Any]:
        names = values.get("labels", "")
        return {"labels": ", ".join(map(str, names)) if isinstance(names, list) else names}

    def wanted(self, before: Sequence[str], names: Sequence[str]) -> list[str]:
        """The labels as they would be."""
        raise NotImplementedError

    def preview(self, scene: Scene, values: Values) -> Effect:
        before = labels_of(scene.conversation)
        changes = sorted(self.wanted(before, values["labels"])) != before
        return Effect(self.sentence(values, scene.known), changes=changes)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        before = labels_of(scene.conversation)
        wanted = self.wanted(before, values["labels"])
        changed = set_labels(agent=scene.agent, conversation=scene.conversation, names=wanted)
        kept = {"added": sorted(set(wanted) - set(before)), "taken": sorted(set(before) - set(wanted))}
        return Outcome(changed, kept)

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        """Only what this step added or took: labels that others gave since stay."""
        now = set(labels_of(scene.conversation))
        wanted = (now - set(kept["added"])) | set(kept["taken"])
        return set_labels(agent=scene.agent, conversation=scene.conversation, names=sorted(wanted))


def quoted(names: Sequence[str]) -> str:
    """“bill”, “refund”"""
    return ", ".join(f"“{name}”" for name in names)
