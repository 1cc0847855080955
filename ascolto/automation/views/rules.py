"""The settings screens of rules: the list, one rule, its versions, what it did, what it would have done."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.automation import actions
from ascolto.automation.building import (
    UNIT_NAMES,
    RuleDraft,
    draft_of,
    fields_by_group,
    posted_draft,
)
from ascolto.automation.examples import EXAMPLES, add_examples
from ascolto.automation.models import Rule, RuleVersion
from ascolto.automation.occasions import OCCASIONS
from ascolto.automation.paper import PaperError, read_paper, written_rules
from ascolto.automation.rehearsing import rehearse
from ascolto.automation.saying import read_rule, stored_rule
from ascolto.automation.selectors import list_rules, runs_of
from ascolto.automation.showing import run_lines, sentences_of, step_lines
from ascolto.automation.steps import MOST
from ascolto.automation.views.parts import known_labels, step_choices, wrong_by_part
from ascolto.gates import Refused

SECTION = "rules"
A_PAGE = 50


@require_safe
@permitted("rules.manage")
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule as a sentence, in the order in which they act."""
    archived = request.GET.get("archived") == "1"
    rows = list(list_rules(archived=archived))
    context = {
        "rules": list(zip(rows, sentences_of(rows), strict=True)),
        "archived": archived,
        "examples": bool(EXAMPLES),
        "undo": request.session.pop("rule_undo", None),
    }
    return render(request, "automation/rules.html", settings_context(request, SECTION, **context))


@permitted("rules.manage")
def new_rule(request: HttpRequest) -> HttpResponse:
    """Write one more."""
    return _edit(request, None)


@permitted("rules.manage")
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a rule and change it."""
    return _edit(request, get_object_or_404(Rule.objects.select_related("version"), pk=pk))


def _edit(request: HttpRequest, found: Rule | None) -> HttpResponse:
    wrong: dict[str, list[str]] = {}
    if request.method != "POST":
        says = found.version.says if found and found.version else {}
        draft = draft_of(found.name, says, found.most_per_hour) if found else RuleDraft()
    else:
        draft, do = posted_draft(request.POST), request.POST.get("do", "save")
        if do != "save":
            draft.act(do, request.POST)
        else:
            try:
                saved = _save(request, found, draft)
            except (ValidationError, Refused) as refusal:
                wrong = wrong_by_part(refusal)
            else:
                leave_notice(
                    request, _("Saved.") if found else _("The rule is there, switched off: try it first.")
                )
                return redirect("automation:rule", saved.pk)
    return render(
        request, "automation/rule.html", _form(request, found, draft, wrong), status=422 if wrong else 200
    )


def _save(request: HttpRequest, found: Rule | None, draft: RuleDraft) -> Rule:
    """Raises ValidationError by part, Refused."""
    brake = int(draft.most_per_hour) if draft.most_per_hour.isdecimal() else 0
    if found is None:
        return actions.create_rule(by=request.user, name=draft.name, says=draft.plain(), most_per_hour=brake)
    actions.change_rule(by=request.user, rule=found, name=draft.name, says=draft.plain(), most_per_hour=brake)
    return found


def _form(
    request: HttpRequest, found: Rule | None, draft: RuleDraft, wrong: dict[str, list[str]]
) -> dict[str, Any]:
    bound = bool(wrong)
    rows = [(row, row.form(place, bound=bound)) for place, row in enumerate(draft.rows.steps)]
    return settings_context(
        request,
        SECTION,
        rule=found,
        draft=draft,
        wrong=wrong,
        occasions=[(occasion.key, occasion.label) for occasion in OCCASIONS.values()],
        detail=draft.detail_form(bound=bound),
        conditions=[
            (row, row.choices(request.user) if row.shape == "choice" else ()) for row in draft.conditions
        ],
        fields=fields_by_group(),
        units=UNIT_NAMES.items(),
        rows=rows,
        may_add=len(rows) < MOST,
        kinds=step_choices("rule"),
        labels=known_labels(),
        sentence=_sentence(draft),
        tab="rule",
    )


def _sentence(draft: RuleDraft) -> tuple[str, list[str]]:
    """The rule as it is written now, or what is missing for it."""
    try:
        return read_rule(draft.plain()).sentence(), []
    except ValidationError as refusal:
        return "", refusal.messages


@require_POST
@permitted("rules.manage")
def sentence(request: HttpRequest) -> HttpResponse:
    """The sentence of the form as it stands."""
    said, missing = _sentence(posted_draft(request.POST))
    return render(request, "automation/sentence.html", {"said": said, "missing": missing})


@require_POST
@permitted("rules.manage")
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On, off, earlier, later, away, back again. The next page can undo it."""
    found, do = get_object_or_404(Rule, pk=pk), request.POST.get("do", "")
    verbs = {
        "on": (lambda: actions.switch_rule(by=request.user, rule=found, on=True), "off"),
        "off": (lambda: actions.switch_rule(by=request.user, rule=found, on=False), "on"),
        "up": (lambda: actions.move_rule(by=request.user, rule=found, places=-1), "down"),
        "down": (lambda: actions.move_rule(by=request.user, rule=found, places=1), "up"),
        "archive": (lambda: actions.archive_rule(by=request.user, rule=found), "restore"),
        "restore": (lambda: actions.restore_rule(by=request.user, rule=found), "archive"),
    }
    if do not in verbs:
        raise Http404
    act, back = verbs[do]
    try:
        if act():
            request.session["rule_undo"] = {"pk": pk, "do": back, "text": _said(do, found.name)}
    except Refused as refused:
        leave_notice(request, wrong_by_part(refused)[""][0], tone="bad")
    return redirect("automation:rules")


def _said(do: str, name: str) -> str:
    words = {
        "on": _("The rule “%(name)s” is on."),
        "off": _("The rule “%(name)s” is off."),
        "up": _("The rule “%(name)s” comes earlier."),
        "down": _("The rule “%(name)s” comes later."),
        "archive": _("The rule “%(name)s” is put away."),
        "restore": _("The rule “%(name)s” is there again, switched off."),
    }
    return words[do] % {"name": name}


@require_safe
@permitted("rules.manage")
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rule said before, and what each version changed."""
    found = get_object_or_404(Rule.objects.select_related("version"), pk=pk)
    rows = list(found.versions.select_related("by")[:A_PAGE])
    told = [(row, saying.sentence() if (saying := stored_rule(row.says)) else "") for row in rows]
    context = settings_context(request, SECTION, rule=found, versions=told, tab="versions")
    return render(request, "automation/versions.html", context)


@require_POST
@permitted("rules.manage")
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Let it say again what it said then."""
    found = get_object_or_404(Rule, pk=pk)
    try:
        actions.restore_version(by=request.user, rule=found, number=number)
        leave_notice(request, _("The rule says again what version %(number)s said.") % {"number": number})
    except RuleVersion.DoesNotExist:
        raise Http404 from None
    except (ValidationError, Refused) as refusal:
        leave_notice(
            request, " ".join(line for lines in wrong_by_part(refusal).values() for line in lines), tone="bad"
        )
    return redirect("automation:versions", pk)


@require_safe
@permitted("rules.manage")
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rule did, the last first."""
    found = get_object_or_404(Rule.objects.select_related("version"), pk=pk)
    number, outcome = request.GET.get("q", "")[:30].strip(), request.GET.get("outcome", "")
    page = Paginator(runs_of(request.user, found, number=number, outcome=outcome), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "rule": found,
        "page": page,
        "lines": run_lines(page.object_list),
        "number": number,
        "outcome": outcome,
    }
    return render(request, "automation/log.html", settings_context(request, SECTION, tab="log", **context))


@permitted("rules.manage")
def rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rule would have done last week: asked for by POST, then looked at while it is counted."""
    found = get_object_or_404(Rule.objects.select_related("version"), pk=pk)
    saying = stored_rule(found.version.says) if found.version else None
    if request.method == "POST" and saying is not None:
        rehearse(by=request.user, saying=saying, rule=found)
        return redirect("automation:rehearsal", pk)
    last = found.rehearsals.filter(by=request.user.pk).first()
    rows = last.rows.select_related("conversation__customer").order_by("happened_at")[:A_PAGE] if last else ()
    context = {
        "rule": found,
        "run": last,
        "rows": [(row, step_lines(row.steps)) for row in rows],
        "sentence": saying.sentence() if saying else "",
    }
    template = (
        "automation/rehearsed.html" if request.headers.get("HX-Request") else "automation/rehearsal.html"
    )
    return render(request, template, settings_context(request, SECTION, tab="rehearsal", **context))


@require_POST
@permitted("rules.manage")
def examples(request: HttpRequest) -> HttpResponse:
    """Put ready-made rules there, switched off."""
    made = add_examples(by=request.user)
    leave_notice(request, _("%(n)s examples are there, switched off.") % {"n": made})
    return redirect("automation:rules")


@permitted("rules.manage")
def paper(request: HttpRequest) -> HttpResponse:
    """All rules as one file, or (posted) rules out of one: they come in switched off."""
    if request.method != "POST":
        answer = HttpResponse(
            json.dumps(written_rules(), ensure_ascii=False, indent=2), content_type="application/json"
        )
        answer.headers["Content-Disposition"] = 'attachment; filename="rules.json"'
        return answer
    try:
        made = read_paper(by=request.user, text=request.POST.get("text", ""))
        leave_notice(request, _("%(n)s rules came in, switched off.") % {"n": made})
    except (PaperError, Refused) as refusal:
        leave_notice(request, str(refusal), tone="bad")
    return redirect("automation:rules")
