"""What concerns a person: the list, what they wish, which browsers may ring."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ascolto.accounts.guards import signed_in
from ascolto.accounts.models import Agent, Company
from ascolto.accounts.sections import leave_notice, settings_context
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.kit.ids import reference_number
from ascolto.notifications import actions, selectors
from ascolto.notifications.digest import can_mail
from ascolto.notifications.forms import WishesForm
from ascolto.notifications.kinds import KINDS
from ascolto.notifications.models import Notification
from ascolto.notifications.push import house_key
from ascolto.notifications.sentences import Told, told
from ascolto.notifications.telling import rings
from ascolto.ui.jinja import url_or_none
from ascolto.ui.shell import shell_context


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@signed_in
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What concerns this person, newest first; for scripts only the rows."""
    agent = agent_of(request)
    rows = selectors.notifications_of(agent, before=_number(request.GET.get("before", "")))
    page = rows[: selectors.PAGE]
    more = page[-1].pk if len(rows) > selectors.PAGE else None
    context = {"rows": told(page), "more": more}
    if is_fragment(request):
        return render(request, "notifications/rows.html", context)
    return render(
        request, "notifications/list.html", {**shell_context(request, current="notifications"), **context}
    )


@signed_in
@require_safe
def count(request: HttpRequest) -> JsonResponse:
    """How many are new, and the newest in words: for the bell and for the browser."""
    agent = agent_of(request)
    newest = selectors.notifications_of(agent, unseen=True)[:1]
    shown = told(newest)
    latest = _latest(agent, newest[0], shown[0]) if shown else None
    return JsonResponse({**_counted(agent), "latest": latest})


def _latest(agent: Agent, row: Notification, one: Told) -> dict[str, Any]:
    wishes = selectors.wishes_for_screen(agent)
    loud = row.kind in KINDS and rings(row.kind, agent, wishes, Company.current().time_zone)
    return {"id": one.id, "text": one.text, "conversation": one.conversation_id, "rings": loud}


def _counted(agent: Agent) -> dict[str, Any]:
    return {"unseen": selectors.unseen_count(agent), "words": _("new notifications")}


@signed_in
@require_safe
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """See it, and go where it leads."""
    agent = agent_of(request)
    row = Notification.objects.filter(agent=agent, pk=pk).first()
    if row is None:
        raise Http404
    actions.mark_seen(agent=agent, pk=pk)
    if selectors.leads_elsewhere(row):
        return redirect(url_or_none(KINDS[row.kind].leads_to) or "notifications:list")
    if row.conversation_id is None:
        return redirect("notifications:list")
    return redirect(url_or_none("desk:thread", reference_number(row.conversation_id)) or "/")


@signed_in
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """One (`id`), those about a conversation, or all."""
    agent, data = agent_of(request), request.POST
    if "again" in data:
        actions.mark_unseen(agent=agent, pk=_number(data["again"]) or 0)
    else:
        pk, conversation = _number(data.get("id", "")), _number(data.get("conversation", ""))
        if pk is None and conversation is None and data.get("all") != "1":
            raise Http404
        actions.mark_seen(agent=agent, pk=pk, conversation=conversation)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_counted(agent))
    return redirect("notifications:list")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """What to hear of, where and when."""
    agent = agent_of(request)
    form = WishesForm(request.POST or None, wishes=selectors.wishes_for_screen(agent))
    if request.method == "POST" and form.is_valid():
        actions.save_wishes(agent=agent, **form.wanted())
        leave_notice(request, _("Saved"))
        return redirect("notifications:wishes")
    context = settings_context(
        request,
        "notifications",
        form=form,
        browsers=selectors.browsers_of(agent),
        key=house_key().public,
        can_mail=can_mail(),
    )
    return render(request, "notifications/wishes.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def browser(request: HttpRequest) -> HttpResponse:
    """This browser may be woken, or not any more."""
    agent, data = agent_of(request), request.POST
    if data.get("remove"):
        actions.remove_browser(agent=agent, endpoint=data.get("endpoint", ""), pk=_number(data["remove"]))
        wants_json = "application/json" in request.headers.get("Accept", "")
        return JsonResponse({"ok": True}) if wants_json else redirect("notifications:wishes")
    try:
        actions.add_browser(
            agent=agent,
            endpoint=data.get("endpoint", ""),
            public_key=data.get("p256dh", ""),
            secret=data.get("auth", ""),
            browser=request.headers.get("User-Agent", ""),
        )
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=422)
    return JsonResponse({"ok": True, "back": reverse("notifications:wishes")}, status=201)
