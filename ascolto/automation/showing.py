"""What rules did and would do, in lines for screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ascolto.automation.guarding import AGAIN, TOO_DEEP, WROTE
from ascolto.automation.models import Rule, RuleRun
from ascolto.automation.saying import stored_rule
from ascolto.automation.steps import STEPS, Known
from ascolto.ui.reasons import in_own_language
from ascolto.views.conditions import names_of

Outcome = RuleRun.Outcome


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step in a log: its icon, words, and how it went (ok, warn, or nothing)."""

    icon: str
    words: str
    tone: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One time a rule was for an event."""

    run: RuleRun
    words: str
    tone: str
    steps: Sequence[StepLine]


def sentences_of(rules: Sequence[Rule]) -> list[str]:
    """What each rule says; the number of queries does not grow with the rules."""
    sayings = [stored_rule(rule.version.says) if rule.version else None for rule in rules]
    known, names = Known(), names_of([saying.query for saying in sayings if saying])
    return [saying.sentence(known, names) if saying else "" for saying in sayings]


def outcome_words(run: RuleRun) -> tuple[str, str]:
    """How a run went, and its tone."""
    match run.outcome:
        case Outcome.HELD:
            why = {
                TOO_DEEP: _("held back: three rules had started one another already"),
                AGAIN: _("held back: it acted on this conversation a moment ago"),
                WROTE: _("held back: it wrote to this customer less than an hour ago"),
            }
            return why.get(run.why, _("held back")), "warn"
        case Outcome.FAILED:
            return _("failed, nothing was done: %(why)s") % {"why": run.why}, "bad"
        case Outcome.REFUSED:
            return _("not everything was done"), "warn"
    return _("done"), "ok"


def run_lines(runs: Iterable[RuleRun]) -> list[RunLine]:
    """The log of a rule."""
    found = []
    for run in runs:
        words, tone = outcome_words(run)
        found.append(RunLine(run, words, tone, [_done(step) for step in run.steps]))
    return found


def _done(step: Mapping[str, Any]) -> StepLine:
    kind = STEPS.get(str(step.get("kind")))
    label, icon = (str(kind.label), kind.icon) if kind else (str(step.get("kind")), "circle-dashed")
    match step.get("outcome"):
        case "refused":
            return StepLine("circle-x", label, "warn", in_own_language(str(step.get("message", ""))))
        case "nothing":
            return StepLine(icon, label, "", _("nothing to change"))
    return StepLine(icon, label, "ok")


def step_lines(steps: Iterable[Mapping[str, Any]]) -> list[StepLine]:
    """What the steps of a dry run would do."""
    found = []
    for step in steps:
        kind = STEPS.get(str(step.get("kind")))
        icon = kind.icon if kind else "circle-dashed"
        if step.get("code"):
            found.append(StepLine("circle-x", str(step["words"]), "warn", str(step.get("message", ""))))
        else:
            detail = "" if step.get("changes") else _("nothing to change")
            found.append(StepLine(icon, str(step["words"]), "ok" if step.get("changes") else "", detail))
    return found
