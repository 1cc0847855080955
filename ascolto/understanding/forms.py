"""Forms of the settings of understanding. What a topic may hold is the actions' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ascolto.conversations.models import Label
from ascolto.ui.forms import PlainForm, choices_of
from ascolto.understanding.models import Topic

_LINES = {"autocomplete": "off"}


class TopicForm(PlainForm):
    """A topic with what gives it away."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("As your people call it: Invoices, Delivery, Faults.")
    )
    description = forms.CharField(
        label=_("What belongs to it"),
        max_length=2_000,
        required=False,
        help_text=_("One sentence; it is read as an example too."),
    )
    hints = forms.CharField(
        label=_("Words that give it away"), max_length=20_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4, **_LINES}), help_text=_("A word or a phrase on each line."),
    )  # fmt: skip
    examples = forms.CharField(
        label=_("Examples"), max_length=250_000, required=False, widget=forms.Textarea(attrs={"rows": 8, **_LINES}),
        help_text=_("Messages as customers write them, one on each line. Five are a good start, twenty are better."),
    )  # fmt: skip
    label = forms.ChoiceField(
        label=_("Label that means the same"), required=False,
        help_text=_("Conversations that your people gave this label become examples."),
    )  # fmt: skip

    def __init__(self, *args: Any, topic: Topic | None = None, **kwargs: Any) -> None:
        if topic is not None:
            kwargs.setdefault("initial", _told(topic))
        super().__init__(*args, **kwargs)
        choices = [("", _("None")), *choices_of(list(Label.objects.all()))]
        self.fields["label"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The topic as the actions take it."""
        told = self.cleaned_data
        return {
            "name": told["name"],
            "description": told["description"],
            "hints": told["hints"].splitlines(),
            "examples": told["examples"].splitlines(),
            "label": Label.objects.filter(pk=told["label"]).first() if told["label"] else None,
        }


def _told(topic: Topic) -> dict[str, str]:
    return {
        "name": topic.name,
        "description": topic.description,
        "hints": topic.hints,
        "examples": "\n".join(topic.examples.values_list("text", flat=True)),
        "label": str(topic.label_id or ""),
    }
