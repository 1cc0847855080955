"""The lead's wall: look, give, spread, undo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.models import Company, Team
from ascolto.accounts.selectors import all_teams, assignable_agents
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.events.log import latest_position
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.routing.actions import bulk
from ascolto.routing.models import Redistribution
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context
from ascolto.wall.seen import board, planned


@permitted("conversations.see_all")
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """Queues, people, and the clocks in danger, kept live."""
    request.company = Company.current()  # type: ignore[attr-defined]
    after = latest_position()  # before anything is read: what happens meanwhile comes by the stream
    context = {**shell_context(request, current="wall"), **_board(request), "live_after": after}
    return render(request, "wall/wall.html", context)


@permitted("conversations.see_all")
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The board again, as it is now."""
    return render(request, "wall/board.html", _board(request))


def _board(request: HttpRequest) -> dict[str, Any]:
    return {"board": board(agent_of(request), now()), "people": assignable_agents(), "teams": all_teams()}


@permitted("conversations.see_all")
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Give the chosen conversations to a person, to a team, or to nobody."""
    chosen = _numbers(request.POST.getlist("conversation"))
    kind, _dash, pk = request.POST.get("to", "").partition("-")
    wanted: dict[str, Any] = {}
    if kind == "agent":
        wanted["assignee"] = get_object_or_404(assignable_agents(), pk=_number(pk))
    elif kind == "team":
        wanted |= {"team": get_object_or_404(Team, pk=_number(pk)), "assignee": None}
    elif kind == "nobody":
        wanted["assignee"] = None
    if not wanted or not chosen:
        return _told(request, _("Choose conversations, and who gets them."), status=422)
    return _moved(request, lambda: bulk.assign_many(by=agent_of(request), conversations=chosen, **wanted))


@permitted("conversations.see_all")
def spread(request: HttpRequest) -> HttpResponse:
    """What would be moved if what waits were spread over those who are here; then do it."""
    team = Team.objects.filter(
        pk=_number(request.GET.get("team", "") or request.POST.get("team", ""))
    ).first()
    if request.method == "POST":
        only = _numbers(request.POST.getlist("conversation"))
        return _moved(request, lambda: bulk.rebalance(by=agent_of(request), team=team, only=only))
    rows = planned(bulk.preview(by=agent_of(request), team=team))
    request.company = Company.current()  # type: ignore[attr-defined]
    context = {**shell_context(request, current="wall"), "rows": rows, "team": team}
    return render(request, "wall/spread.html", context)


@permitted("conversations.see_all")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a move of many."""
    batch = get_object_or_404(Redistribution, pk=pk)
    return _moved(request, lambda: bulk.undo(by=agent_of(request), batch=batch), undone=True)


def _moved(request: HttpRequest, act: Any, *, undone: bool = False) -> HttpResponse:
    try:
        result = act()
    except Refused as refused:
        return _told(
            request, f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip(), status=422
        )
    count = len(result.moved)
    said = ngettext("%(n)s conversation moved", "%(n)s conversations moved", count) % {"n": count}
    if result.not_moved:
        why = in_own_language(result.not_moved[0].message)
        said += ". " + ngettext("%(n)s stayed: %(why)s", "%(n)s stayed: %(why)s", len(result.not_moved)) % {
            "n": len(result.not_moved),
            "why": why,
        }
    batch = None if undone else result.batch
    return _told(request, said, undo=reverse("wall:undo", args=[batch.pk]) if batch else "")


def _told(request: HttpRequest, text: str, *, undo: str = "", status: int = 200) -> HttpResponse:
    """The board as it is now, with a toast; without scripts back to the page."""
    if not is_fragment(request):
        return redirect("wall:wall")
    response = render(request, "wall/board.html", _board(request), status=status)
    said: dict[str, Any] = {"text": text} | ({"undo": undo, "fields": {}} if undo else {})
    response.headers["HX-Trigger"] = json.dumps({"toast": said})
    return response


def _number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return int(text)


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts[:1000] if text.isascii() and text.isdigit() and len(text) < 18]
