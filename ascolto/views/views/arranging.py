"""How somebody has the views beside the list: their order, what is hidden or pinned; copies, removals, what was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Agent
from ascolto.conversations.opening import agent_of, conversation_of
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context
from ascolto.views import actions
from ascolto.views.conditions import names_of
from ascolto.views.models import SavedView
from ascolto.views.naming import BUILT_IN
from ascolto.views.selectors import Shelf, access_view, may_change, query_of, shelf_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@role_required("agent")
@GET_OR_POST
def arrange(request: HttpRequest) -> HttpResponse:
    """All views of this person in their order, with buttons that move, pin and hide them."""
    agent = agent_of(request)
    shelf = shelf_of(agent, list(BUILT_IN))
    if request.method == "POST":
        verb, _colon, key = request.POST.get("do", "").partition(":")
        if key not in {*shelf.keys, *shelf.hidden} or verb not in _MOVES:
            return redirect("views:arrange")
        actions.arrange(by=agent, **_MOVES[verb](shelf, key))
        return redirect(f"{reverse('views:arrange')}#v-{key}")
    queries = {key: query for key, view in shelf.saved.items() if (query := query_of(view)) is not None}
    names = names_of(list(queries.values()))
    told = {key: query.sentence(names) for key, query in queries.items()}
    lines = [_line(agent, shelf, key, told.get(key, "")) for key in [*shelf.keys, *shelf.hidden]]
    removed = SavedView.objects.filter(owner=agent, removed_at__gte=now() - actions.KEPT)
    context = {
        "lines": lines,
        "removed": removed.order_by("-removed_at")[:20],
        "just": request.GET.get("removed"),
    }
    return render(request, "views/arrange.html", {**shell_context(request, current="desk"), **context})


def _line(agent: Agent, shelf: Shelf, key: str, sentence: str) -> dict[str, Any]:
    view = shelf.saved.get(key)
    label, icon = (view.name, view.icon) if view else BUILT_IN[key]
    return {
        "key": key,
        "view": view,
        "label": label,
        "icon": icon,
        "sentence": sentence,
        "is_hidden": key in shelf.hidden,
        "is_pinned": key in shelf.pinned,
        "may_change": view is not None and may_change(agent, view),
    }


def _moved(shelf: Shelf, key: str, step: int) -> dict[str, Any]:
    keys = list(shelf.keys)
    if key not in keys:
        return {}
    at = keys.index(key)
    to = min(len(keys) - 1, max(0, at + step))
    keys.insert(to, keys.pop(at))
    return {"order": [*keys, *shelf.hidden]}


_MOVES: dict[str, Callable[[Shelf, str], dict[str, Any]]] = {
    "up": lambda shelf, key: _moved(shelf, key, -1),
    "down": lambda shelf, key: _moved(shelf, key, 1),
    "hide": lambda shelf, key: {"hidden": [*shelf.hidden, key]},
    "show": lambda shelf, key: {"hidden": [one for one in shelf.hidden if one != key]},
    "pin": lambda shelf, key: {"pinned": [*shelf.pinned, key]},
    "unpin": lambda shelf, key: {"pinned": [one for one in shelf.pinned if one != key]},
}


@role_required("agent")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A personal copy, which can be changed at once."""
    view = _view(request, pk)
    name = _("%(name)s, copy") % {"name": view.name[:50]}
    try:
        made = actions.duplicate_view(by=agent_of(request), view=view, name=name)
    except Refused as refused:
        return _refused(request, refused)
    return redirect("views:edit", made.pk)


@role_required("agent")
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a view away; the page says so and brings it back."""
    try:
        actions.remove_view(by=agent_of(request), view=_view(request, pk))
    except Refused as refused:
        return _refused(request, refused)
    return redirect(f"{reverse('views:arrange')}?removed={pk}")


@role_required("agent")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a removed view back."""
    try:
        view = actions.restore_view(by=agent_of(request), pk=pk)
    except SavedView.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        return _refused(request, refused)
    return redirect(f"{reverse('views:arrange')}#v-{view.key}")


@role_required("agent")
@require_POST
def density(request: HttpRequest) -> HttpResponse:
    """How much room the rows of a list take."""
    actions.arrange(by=agent_of(request), density=request.POST.get("density", ""))
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, None) and back.startswith("/")
    return redirect(back if is_ours else reverse("desk:queue"))


@signed_in
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """This person has a conversation open; with `message`: and read it up to there."""
    conversation = conversation_of(request, request.POST.get("number", "")[:20])
    told = request.POST.get("message", "")
    message = int(told) if told.isascii() and told.isdigit() and len(told) < 18 else None
    actions.note_seen(agent=agent_of(request), conversation=conversation, message=message)
    return HttpResponse(status=204)


def _view(request: HttpRequest, pk: int) -> SavedView:
    try:
        return access_view(agent_of(request), pk)
    except SavedView.DoesNotExist:
        raise Http404 from None


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    words = {"title": in_own_language(refused.message), "text": in_own_language(refused.fix)}
    return render(request, "ui/error.html", {**words, "what": "forbidden"}, status=422)
