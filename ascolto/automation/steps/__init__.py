"""Everything that macros and rules can do, in the order in which it is offered. A new step is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ascolto.automation.steps.add_labels import AddLabels
from ascolto.automation.steps.add_person import AddFollower, AddParticipant
from ascolto.automation.steps.ask_department import AskDepartment
from ascolto.automation.steps.assign import AssignPerson, AssignTeam, Unassign
from ascolto.automation.steps.label_customer import LabelCustomer
from ascolto.automation.steps.link_problem import LinkProblem
from ascolto.automation.steps.mark_spam import MarkSpam
from ascolto.automation.steps.note import LeaveNote
from ascolto.automation.steps.priority import SetPriority
from ascolto.automation.steps.remove_labels import RemoveLabels
from ascolto.automation.steps.reply import Reply
from ascolto.automation.steps.snooze import Snooze
from ascolto.automation.steps.status import SetStatus
from ascolto.automation.steps.step import Effect, Known, Outcome, Planned, Scene, Step, Values

MOST = 12  # steps of one macro or rule
STEPS: dict[str, Step] = {
    step.kind: step
    for step in (
        Reply(),
        LeaveNote(),
        AssignPerson(),
        AssignTeam(),
        Unassign(),
        AddLabels(),
        RemoveLabels(),
        SetStatus(),
        SetPriority(),
        Snooze(),
        AddFollower(),
        AddParticipant(),
        AskDepartment(),
        LinkProblem(),
        LabelCustomer(),
        MarkSpam(),
    )
}


def steps_for(place: str) -> list[Step]:
    """What can be chosen in a "rule" or a "macro"."""
    return [step for step in STEPS.values() if (step.for_rules if place == "rule" else step.for_macros)]


def read_steps(data: Any, *, place: str) -> list[Planned]:
    """The steps of stored, posted or imported data, each checked by its form. Raises ValidationError with a line for each step."""
    if not isinstance(data, list) or len(data) > MOST:
        raise ValidationError(_("Choose at most %(n)s steps.") % {"n": MOST})
    found, wrong = [], []
    for number, given in enumerate(data, 1):
        try:
            found.append(_read(given, place))
        except ValidationError as refusal:
            wrong.append(_("Step %(n)s: %(why)s") % {"n": number, "why": " ".join(refusal.messages)})
    if wrong:
        raise ValidationError(wrong)
    return found


def _read(given: Any, place: str) -> Planned:
    step = STEPS.get(str(given.get("kind"))) if isinstance(given, Mapping) else None
    if step is None or step not in steps_for(place):
        raise ValidationError(_("There is no such step."))
    form = step.Form(step.initial({key: value for key, value in given.items() if key != "kind"}))
    if not form.is_valid():
        raise ValidationError([message for errors in form.errors.values() for message in errors])
    values = step.values(form.cleaned_data)
    if place == "rule" and (why := step.wrong_for_rules(values)):
        raise ValidationError(why)
    return Planned(step, values)


def stored_steps(data: Sequence[Mapping[str, Any]]) -> list[Planned]:
    """Steps that were checked when they were stored; those of a kind that is gone are left out."""
    return [
        Planned(step, {key: value for key, value in given.items() if key != "kind"})
        for given in data
        if (step := STEPS.get(str(given.get("kind"))))
    ]


__all__ = [
    "MOST",
    "STEPS",
    "Effect",
    "Known",
    "Outcome",
    "Planned",
    "Scene",
    "Step",
    "Values",
    "read_steps",
    "steps_for",
    "stored_steps",
]
