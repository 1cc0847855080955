"""The builder of a view: choose a field, an operator and values; a sentence says what that is, and how many there are now."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import role_required
from ascolto.accounts.models import Agent
from ascolto.accounts.selectors import all_teams
from ascolto.conversations.access import sees_every_account, sight_of
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.conversations.selectors import COUNT_CAP
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context
from ascolto.views import actions
from ascolto.views.conditions import MOST, Query
from ascolto.views.forms import (
    UNIT_NAMES,
    Built,
    Row,
    field_groups,
    form_of,
    offer,
    query_of_address,
    read_form,
)
from ascolto.views.models import SavedView
from ascolto.views.selectors import access_view, listed, query_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
NAMES = ("name", "icon", "scope", "team", "sort", "density")


@role_required("agent")
@GET_OR_POST
def new(request: HttpRequest) -> HttpResponse:
    """Make a view, from nothing or from the filters of a list."""
    if request.method == "POST":
        return _saved(request, None)
    words = request.GET.dict()
    built = form_of(query_of_address(words)) if words else Built("all", [Row()])
    values = {"icon": "layers", "scope": "personal", "sort": words.get("sort", "newest"), "density": "normal"}
    return _page(request, None, built, values)


@role_required("agent")
@GET_OR_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a view; who may not sees what it asks for, and can copy it."""
    view = _view(request, pk)
    if request.method == "POST":
        return _saved(request, view)
    values = {name: getattr(view, name) for name in NAMES} | {"team": view.team_id}
    return _page(request, view, form_of(query_of(view)), values)


def _view(request: HttpRequest, pk: int) -> SavedView:
    try:
        return access_view(agent_of(request), pk)
    except SavedView.DoesNotExist:
        raise Http404 from None


@role_required("agent")
@require_POST
def build(request: HttpRequest) -> HttpResponse:
    """The form again as it stands now, with its sentence and how many there are: for scripts."""
    built = _stepped(read_form(request.POST), request.POST.get("do", ""))
    return render(request, "views/builder.html", _builder(agent_of(request), built))


def _stepped(built: Built, step: str) -> Built:
    """The form after a button that adds or takes away a row."""
    verb, _, place = step.partition("-")
    if verb == "add" and len(built.rows) < MOST:
        built.rows.append(Row(link="or" if built.join == "any" else "and"))
    elif verb == "drop" and place.isascii() and place.isdigit() and int(place) < len(built.rows):
        del built.rows[int(place)]
    else:
        return built
    return built


def _saved(request: HttpRequest, view: SavedView | None) -> HttpResponse:
    """Keep what was sent, or show the form again with what is wrong."""
    sent, agent = request.POST, agent_of(request)
    values = {name: clean(sent.get(name, ""), 400) for name in NAMES}
    built = read_form(sent)
    if step := sent.get("do", ""):
        return _page(request, view, _stepped(built, step), values)
    if built.query is None:
        return _page(request, view, built, values, status=422)
    try:
        found = _written(agent, view, built.query, values)
    except Refused as refused:
        words = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
        return _page(request, view, built, values, error=words, status=422)
    return redirect(f"{_queue()}?view={found.key}")


def _written(agent: Agent, view: SavedView | None, query: Query, values: dict[str, str]) -> SavedView:
    team = values.pop("team")
    chosen = (
        all_teams().filter(pk=int(team)).first()
        if team.isascii() and team.isdigit() and len(team) < 18
        else None
    )
    given: dict[str, Any] = {**values, "query": query, "team": chosen}
    if view is None:
        return actions.save_view(by=agent, **given)
    actions.change_view(by=agent, view=view, **given)
    return view


def _queue() -> str:
    return reverse("desk:queue")


def _builder(agent: Agent, built: Built) -> dict[str, Any]:
    """What the conditions need to be drawn."""
    query = built.query
    return {
        "built": offer(built, agent),
        "fields": field_groups(),
        "units": UNIT_NAMES,
        "most": MOST,
        "sentence": query.sentence() if query is not None else "",
        "count": _count(agent, query) if query is not None else None,
        "count_cap": COUNT_CAP,
    }


def _count(agent: Agent, query: Query) -> int:
    """How many this person would find now, up to COUNT_CAP."""
    sight = sight_of(agent)
    visible = Q() if sees_every_account(sight) else sight.condition()
    rows = Conversation.objects.filter(listed(query, agent, now()) & visible)
    return rows.order_by()[:COUNT_CAP].count()


def _page(
    request: HttpRequest,
    view: SavedView | None,
    built: Built,
    values: dict[str, Any],
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    agent = agent_of(request)
    context = {
        **_builder(agent, built),
        "view": view,
        "values": values,
        "error": error,
        "icons": actions.ICONS,
        "teams": all_teams(),
        "may_share": agent.may("views.share"),
        "may_change": view is None or actions.may_change(agent, view),
        "sorts": actions.sort_names(),
    }
    if is_fragment(request):
        return render(request, "views/builder.html", context, status=status)
    shell = shell_context(request, current="desk")
    return render(request, "views/edit.html", {**shell, **context}, status=status)
