"""The queue and its rows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import permitted, role_required, signed_in
from ascolto.accounts.selectors import all_teams, assignable_agents
from ascolto.channels.looks import look_of
from ascolto.channels.models import ChannelAccount
from ascolto.conversations.models import Label
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.conversations.selectors import count_views, list_conversations, row_of
from ascolto.desk.found import examples, found_context, found_page_context, is_search
from ascolto.desk.mood import meant_choices
from ascolto.desk.opening import asked_rows, groups_of, list_context, queue_context, shelf_for, sight_for
from ascolto.desk.queue import SIGNS, group_names, make_rows, read_asked, shown_count, status_names
from ascolto.kit.clock import now
from ascolto.ui.navigation import alerts_for, waiting_for
from ascolto.views.bulk import MOST
from ascolto.views.counting import count_saved


@signed_in
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The list; for scripts only the list pane, or with a cursor the next rows."""
    if is_search(request):
        return found(request)
    if not is_fragment(request):
        return render(request, "desk/desk.html", queue_context(request))
    asked = read_asked(request.GET)
    template = "desk/more.html" if asked.cursor else "desk/list.html"
    return render(request, template, list_context(request, asked) | {"current_id": 0})


def found(request: HttpRequest) -> HttpResponse:
    """The list of what a search found; `queue` guards it."""
    if not is_fragment(request):
        return render(request, "desk/desk.html", found_page_context(request))
    template = "desk/more.html" if request.GET.get("cursor") else "desk/list.html"
    return render(request, template, found_context(request))


@signed_in
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The queue with the search field open; for scripts, with `help`, what can be typed into it."""
    if is_fragment(request) and "help" in request.GET:
        return render(request, "desk/search_help.html", {"examples": examples()})
    return redirect(reverse("desk:queue") + "?search=1&view=all")


@signed_in
@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row for the live list; nothing (204) when it does not belong in the view, or is not visible."""
    asked = read_asked(request.GET)
    if is_search(request):
        return HttpResponse(status=204)  # it shows what was found, not what is new
    agent, wanted = agent_of(request), asked_rows(request, asked)
    among = wanted["among"] if asked.view not in SIGNS else None
    found = row_of(agent, pk, view=wanted["view"], among=among)
    if found is None:
        return HttpResponse(status=204)
    rows = make_rows([found], asked, now(), agent=agent, sort=wanted["sort"])
    context = {"rows": rows, "asked": asked, "status_names": status_names(), "group_names": group_names()}
    return render(request, "desk/rows.html", context | {"current_id": 0})


@permitted("conversations.bulk")
@require_safe
def ids(request: HttpRequest) -> JsonResponse:
    """The ids of the first MOST conversations of a list, to choose all of them."""
    asked = read_asked(request.GET)
    page = list_conversations(agent_of(request), limit=MOST, **asked_rows(request, asked))
    return JsonResponse({"ids": [row["id"] for row in page.rows], "is_cut": bool(page.next_cursor)})


@signed_in
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the views and in the list, and what has to be seen everywhere. Saved views are counted as far as there is time:
    `behind` says that there is more to ask for."""
    agent, asked = agent_of(request), read_asked(request.GET)
    saved, is_behind = count_saved(agent, shelf_for(request).saved.values())
    shown = {
        key: shown_count(n) for key, n in (count_views(agent, visible=sight_for(request)) | saved).items()
    }
    told = {"waiting": waiting_for(request.user), "alerts": alerts_for(request.user)}
    groups = {} if is_search(request) else groups_of(request, asked)
    context = {"counts": shown, "groups": groups, "is_behind": is_behind, **told}
    return render(request, "desk/counts.html", context)


@role_required("agent")
@require_safe
def filters(request: HttpRequest) -> HttpResponse:
    """The choices that narrow the list; asked for when somebody opens them."""
    kinds = ChannelAccount.objects.order_by("kind").values_list("kind", flat=True).distinct()
    asked = read_asked(request.GET)
    context = {
        "asked": asked,
        "meant_choices": meant_choices(asked.meant),
        "looks": [look_of(kind) for kind in kinds],
        "people": assignable_agents(),
        "teams": all_teams(),
        "labels": Label.objects.all()[:200],
        "status_names": status_names(),
    }
    return render(request, "desk/filters.html", context)
