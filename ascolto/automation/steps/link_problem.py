"""Say that the conversation is about a problem that many customers have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from ascolto.automation.steps.step import Effect, Known, Outcome, Scene, Step, Values
from ascolto.collaboration.actions.problems import link, unlink
from ascolto.collaboration.models import Problem, ProblemLink
from ascolto.gates import Refused
from ascolto.ui.forms import PlainForm

MOST = 200


def problem_choices() -> list[tuple[str, str]]:
    """Those that are not solved, the last one first."""
    rows = Problem.objects.exclude(state=Problem.State.SOLVED).order_by("-pk")[:MOST]
    return [("", "—"), *((str(row.pk), row.title) for row in rows)]


class ProblemForm(PlainForm):
    problem = forms.ChoiceField(label=gettext_lazy("Problem"), choices=problem_choices)


class LinkProblem(Step):
    kind = "link_problem"
    label = gettext_lazy("Link a problem")
    icon = "link-2"
    Form = ProblemForm
    for_rules = False

    def sentence(self, values: Values, known: Known) -> str:
        name = known.problems.get(int(values["problem"]), "?")
        return _("link it to the problem “%(title)s”") % {"title": name}

    def _problem(self, values: Values) -> Problem:
        found = Problem.objects.filter(pk=int(values["problem"])).first()
        if found is None or found.is_solved:
            raise Refused("solved", gettext_noop("This problem is solved."))
        return found

    def preview(self, scene: Scene, values: Values) -> Effect:
        words = self.sentence(values, scene.known)
        try:
            problem = self._problem(values)
        except Refused as refused:
            return Effect(words, refused=refused)
        there = ProblemLink.objects.filter(problem=problem, conversation=scene.conversation).exists()
        return Effect(words, changes=not there)

    def apply(self, scene: Scene, values: Values) -> Outcome:
        assert scene.agent is not None
        problem = self._problem(values)
        made = link(agent=scene.agent, problem=problem, conversation=scene.conversation)
        return Outcome(made, {"problem": problem.pk})

    def undo(self, scene: Scene, kept: Mapping[str, Any], after: Any) -> bool:
        problem = Problem.objects.filter(pk=kept["problem"]).first()
        if problem is None or scene.agent is None:
            return False
        return unlink(agent=scene.agent, problem=problem, conversation=scene.conversation)
