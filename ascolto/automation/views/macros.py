"""The settings screens of macros."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Team
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.automation import actions
from ascolto.automation.actions.macros import checked_steps, macro_sentence, may_write
from ascolto.automation.building import Rows, posted_rows, rows_of
from ascolto.automation.models import Macro
from ascolto.automation.selectors import list_macros, visible_macros
from ascolto.automation.steps import MOST, Known
from ascolto.automation.steps.asking import asked_by
from ascolto.automation.views.parts import known_labels, step_choices, wrong_by_part
from ascolto.gates import Refused

SECTION = "macros"
MOST_SHOWN = 300


@require_safe
@permitted("conversations.manage")
def macros(request: HttpRequest) -> HttpResponse:
    """The macros that this person may use."""
    words, archived, known = request.GET.get("q", "")[:200], request.GET.get("archived") == "1", Known()
    rows = list(list_macros(request.user, words=words, archived=archived)[:MOST_SHOWN])
    context = settings_context(
        request,
        SECTION,
        macros=[(macro, macro_sentence(macro, known)) for macro in rows],
        words=words,
        archived=archived,
    )
    return render(request, "automation/macros.html", context)


@permitted("conversations.manage")
def new_macro(request: HttpRequest) -> HttpResponse:
    """Write one more."""
    return _edit(request, None)


@permitted("conversations.manage")
def macro(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a macro, and change it where that is this person's."""
    return _edit(request, get_object_or_404(visible_macros(request.user), pk=pk))


def _edit(request: HttpRequest, found: Macro | None) -> HttpResponse:
    with asked_by(request.user):
        return _editor(request, found)


def _editor(request: HttpRequest, found: Macro | None) -> HttpResponse:
    wrong: dict[str, list[str]] = {}
    values, rows = _values(request, found)
    if request.method == "POST":
        what, _colon, at = request.POST.get("do", "save").partition(":")
        if what != "save":
            rows.act(what.removeprefix("step-"), at or request.POST.get("new-step", ""))
        else:
            try:
                saved = _save(request, found, values, rows)
            except (ValidationError, Refused) as refusal:
                wrong = wrong_by_part(refusal)
            else:
                leave_notice(request, _("The macro “%(name)s” is saved.") % {"name": saved.name})
                return redirect("automation:macros")
    return render(
        request,
        "automation/macro.html",
        _form(request, found, values, rows, wrong),
        status=422 if wrong else 200,
    )


def _values(request: HttpRequest, found: Macro | None) -> tuple[dict[str, Any], Rows]:
    if request.method == "POST":
        post = request.POST
        names = ("name", "shortcut", "scope", "team")
        return {name: post.get(name, "")[:200] for name in names}, posted_rows("macro", post)
    if found is None:
        return {"name": "", "shortcut": "", "scope": Macro.Scope.PERSONAL.value, "team": ""}, Rows("macro")
    team = str(found.team_id or "")
    values = {"name": found.name, "shortcut": found.shortcut, "scope": found.scope, "team": team}
    return values, rows_of("macro", found.steps)


def _save(request: HttpRequest, found: Macro | None, values: dict[str, Any], rows: Rows) -> Macro:
    """Raises ValidationError by field, Refused."""
    team = Team.objects.filter(pk=int(values["team"])).first() if values["team"].isdecimal() else None
    given = {**values, "team": team, "steps": rows.plain()}
    if found is None:
        return actions.create_macro(by=request.user, **given)
    actions.change_macro(by=request.user, macro=found, **given)
    return found


def _form(
    request: HttpRequest, found: Macro | None, values: dict[str, Any], rows: Rows, wrong: dict[str, list[str]]
) -> dict[str, Any]:
    agent = request.user
    mine = found is None or may_write(agent, found.scope, found.team_id, found.owner_id)
    teams = Team.objects.all() if agent.may("replies.share") else agent.teams.all()
    scopes = [("personal", _("Only me"))]
    scopes += [("team", _("A team"))] if agent.may("replies.write") else []
    scopes += [("everybody", _("Everybody"))] if agent.may("replies.share") else []
    return settings_context(
        request,
        SECTION,
        macro=found,
        values=values,
        wrong=wrong,
        may_change=mine,
        scopes=scopes,
        teams=teams,
        rows=[(row, row.form(place, bound=bool(wrong))) for place, row in enumerate(rows.steps)],
        may_add=len(rows.steps) < MOST,
        kinds=step_choices("macro"),
        labels=known_labels(),
        sentence=_sentence(rows),
    )


def _sentence(rows: Rows) -> tuple[str, list[str]]:
    try:
        return macro_sentence(Macro(steps=checked_steps(rows.plain()))) + ".", []
    except ValidationError as refusal:
        return "", refusal.messages


@require_POST
@permitted("conversations.manage")
def sentence(request: HttpRequest) -> HttpResponse:
    """What the macro of the form does."""
    with asked_by(request.user):
        said, missing = _sentence(posted_rows("macro", request.POST))
    return render(request, "automation/sentence.html", {"said": said, "missing": missing})


@require_POST
@permitted("conversations.manage")
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a macro away, or take it out again."""
    found = get_object_or_404(visible_macros(request.user), pk=pk)
    try:
        if request.POST.get("restore") == "1":
            actions.restore_macro(by=request.user, macro=found)
            leave_notice(request, _("The macro “%(name)s” is in use again.") % {"name": found.name})
        else:
            actions.archive_macro(by=request.user, macro=found)
            leave_notice(request, _("The macro “%(name)s” is put away.") % {"name": found.name})
    except Refused as refused:
        leave_notice(request, wrong_by_part(refused)[""][0], tone="bad")
    return redirect("automation:macros")
