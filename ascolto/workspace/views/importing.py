"""People from a file: paste or choose it, look, correct which column is what, import, take it back."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.actions.importing import Imported, can_undo, import_people, undo_import
from ascolto.accounts.guards import permitted
from ascolto.accounts.models import PeopleImport, Team
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.accounts.selectors import all_agents
from ascolto.conversations.opening import agent_of
from ascolto.kit.tables import (
    BYTES_LIMIT,
    COLUMNS_LIMIT,
    LINES_LIMIT,
    BadTable,
    Table,
    decoded,
    read_table,
    safe_cell,
)
from ascolto.routing.actions.rules import give_languages
from ascolto.workspace.importing import FIELDS, Plan, Reader, guessed, role_names
from ascolto.workspace.paging import number
from ascolto.workspace.people_forms import ImportForm
from ascolto.workspace.views.people import invitation_link

SHOWN = 50  # good lines of the preview; of the bad ones as many more
COLUMNS = ("email", "name", "role", "teams", "languages", "active")


@permitted("people.manage")
def import_file(request: HttpRequest) -> HttpResponse:
    """Three times the same form: with the text, with what it would make, with what it made."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context = settings_context(request, "people", form=form, last=_last(request), lines_limit=LINES_LIMIT)
    if request.method == "POST" and form.is_valid():
        try:
            text = _text(form)
            table = read_table(text)
        except BadTable as bad:
            form.add_error("text", _why(bad))
        else:
            context |= _looked(request, table) | {"text": text}
            if "import" in request.POST and not form.errors:
                return _made(request, form, context)
    return render(request, "workspace/import_people.html", context)


def _text(form: ImportForm) -> str:
    file = form.cleaned_data["file"]
    return decoded(file.read(BYTES_LIMIT + 1)) if file else form.cleaned_data["text"]


def _why(bad: BadTable) -> str:
    words = {
        "too_large": _("The file may have at most %(limit)s kB.") % {"limit": BYTES_LIMIT // 1000},
        "too_many_lines": _("At most %(limit)s lines at once.") % {"limit": LINES_LIMIT},
        "too_many_columns": _("At most %(limit)s columns.") % {"limit": COLUMNS_LIMIT},
        "empty": _("There is nothing in it."),
    }
    return words.get(bad.code, _("This is not a table: save it as CSV."))


def _looked(request: HttpRequest, table: Table) -> dict[str, Any]:
    columns = _columns(request.POST, table)
    teams = {name.casefold(): name for name in Team.objects.values_list("name", flat=True)}
    plan = Reader(agent_of(request), teams).plan(table, columns) if "email" in columns else None
    fields = [(name, label, columns.get(name)) for name, label in FIELDS.items()]
    shown: dict[str, Any] = {"table": table, "plan": plan, "fields": fields, "role_names": role_names()}
    if plan is not None:
        shown |= {"good": plan.good[:SHOWN], "bad": plan.bad[:SHOWN], "count": len(plan.good)}
    return shown


def _columns(given: Mapping[str, str], table: Table) -> dict[str, int]:
    """What the person chose; before that what the headings look like."""
    if not any(f"column_{name}" in given for name in FIELDS):
        return guessed(table.heading)
    chosen = {name: number(given.get(f"column_{name}")) for name in FIELDS}
    return {name: place for name, place in chosen.items() if place is not None and place < len(table.heading)}


def _made(request: HttpRequest, form: ImportForm, context: dict[str, Any]) -> HttpResponse:
    plan: Plan | None = context["plan"]
    if plan is None or not plan.good:
        form.add_error(None, _("There is nobody to add: look at the lines."))
        return render(request, "workspace/import_people.html", context)
    agent = agent_of(request)
    try:
        done = import_people(
            by=agent, people=[line.person() for line in plan.good], invites=form.cleaned_data["invites"]
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return render(request, "workspace/import_people.html", context)
    give_languages({done.people[line.email]: line.languages for line in plan.good if line.languages})
    context |= {
        "done": done.row,
        "made": len(done.people),
        "links": _links(request, done),
        "left_out": len(plan.bad),
    }
    return render(request, "workspace/import_people.html", context)


def _links(request: HttpRequest, done: Imported) -> str:
    return "\n".join(f"{email},{invitation_link(request, token)}" for email, token in done.tokens.items())


def _last(request: HttpRequest) -> PeopleImport | None:
    """The newest import, while it can be taken back."""
    row = PeopleImport.objects.order_by("-pk").first()
    return row if row is not None and can_undo(row) else None


@require_POST
@permitted("people.manage")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back."""
    try:
        gone = undo_import(by=agent_of(request), row=get_object_or_404(PeopleImport, pk=pk))
    except ValidationError as refusal:
        leave_notice(request, " ".join(refusal.messages), tone="bad")
    else:
        text = ngettext("%(n)s person is taken away again.", "%(n)s people are taken away again.", gone)
        leave_notice(request, text % {"n": gone})
    return redirect("workspace:people")


@require_safe
@permitted("people.manage")
def export(request: HttpRequest) -> HttpResponse:
    """Everybody as a table that can be imported again."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ascolto-people.csv"'
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    for agent in all_agents().select_related("skills"):
        languages = agent.skills.languages if hasattr(agent, "skills") else []
        role = agent.custom_role.name if agent.custom_role else agent.role
        teams = "; ".join(team.name for team in agent.teams.all())
        cells = (
            agent.email,
            agent.name,
            role,
            teams,
            "; ".join(languages),
            "yes" if agent.is_active else "no",
        )
        writer.writerow([safe_cell(cell) for cell in cells])
    return answer
