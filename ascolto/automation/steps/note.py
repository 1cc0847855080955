"""Leave a note for colleagues, with the places of saved replies filled in."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.automation.steps.texts import LONGEST, check_places, filled_for
from ascolto.conversations.actions import add_note
from ascolto.kit.text import clean, excerpt
from ascolto.ui.forms import PlainForm


class NoteForm(PlainForm):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only colleagues read it. {customer}, {agent} and {number} are filled in."),
    )

    def clean_text(self) -> str:
        text = clean(self.cleaned_data["text"]).strip()
        if not text:
            raise ValidationError(_("Write something."))
        check_places(text)
        return text


class LeaveNote(Step):
    kind = "note"
    label = gettext_lazy("Leave a note")
    icon = "sticky-note"
    Form = NoteForm

    def sentence(self, values: Values, known: Known) -> str:
        return _("leave the note “%(text)s”") % {"text": excerpt(values["text"], 60)}

    def preview(self, scene: Scene, values: Values) -> Effect:
        text = filled_for(values["text"], scene)
        return Effect(_("leave the note “%(text)s”") % {"text": excerpt(text, 300)})

    def apply(self, scene: Scene, values: Values) -> Outcome:
        key = f"{scene.key}-note" if scene.key else None
        add_note(
            agent=scene.agent,
            conversation=scene.conversation,
            text=filled_for(values["text"], scene),
            client_key=key,
        )
        return Outcome(True)
