"""Ask a department about the conversation. Whoever runs the macro asks: a department answers people."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.automation.steps.texts import LONGEST, check_places, filled_for
from ascolto.collaboration.actions.requests import ask
from ascolto.collaboration.models import Department
from ascolto.gates import Refused
from ascolto.kit.text import clean, excerpt
from ascolto.ui.forms import PlainForm, choices_of


def department_choices() -> list[tuple[str, str]]:
    return [("", "—"), *choices_of(list(Department.objects.filter(is_archived=False)))]


class AskForm(PlainForm):
    department = forms.ChoiceField(label=gettext_lazy("Department"), choices=department_choices)
    question = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("{customer}, {agent} and {number} are filled in."),
    )
    hold = forms.BooleanField(label=gettext_lazy("The conversation waits for it"), required=False)

    def clean_question(self) -> str:
        text = clean(self.cleaned_data["question"]).strip()
        if not text:
            raise ValidationError(_("Write something."))
        check_places(text)
        return text


class AskDepartment(Step):
    kind = "ask_department"
    label = gettext_lazy("Ask a department")
    icon = "split"
    Form = AskForm
    for_rules = False

    def sentence(self, values: Values, known: Known) -> str:
        name = known.departments.get(int(values["department"]), "?")
        words = _("ask %(name)s “%(question)s”")
        return words % {"name": name, "question": excerpt(values["question"], 60)}

    def _department(self, values: Values) -> Department:
        found = Department.objects.filter(pk=int(values["department"]), is_archived=False).first()
        if found is None:
            raise Refused("archived", gettext_noop("This department is not asked any more."))
        return found

    def preview(self, scene: Scene, values: Values) -> Effect:
        words = self.sentence({**values, "question": filled_for(values["question"], scene)}, scene.known)
        try:
            self._department(values)
        except Refused as refused:
            return Effect(words, refused=refused)
        if scene.agent is None or not scene.agent.may("departments.ask"):
            return Effect(words, refused=Refused("not_allowed", gettext_noop("You may not ask departments.")))
        return Effect(words)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        assert scene.agent is not None
        ask(
            agent=scene.agent,
            conversation=scene.conversation,
            department=self._department(values),
            question=filled_for(values["question"], scene),
            hold=values["hold"],
            client_key=f"{scene.key}-ask" if scene.key else None,
        )
        return Outcome(True)
