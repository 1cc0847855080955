"""Planned answers: another time, now, or not at all."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import signed_in
from ascolto.composing.actions import planned as actions
from ascolto.composing.forms import read_later
from ascolto.composing.models import PlannedReply
from ascolto.composing.telling import say
from ascolto.composing.views.dock import show_dock
from ascolto.composing.words import when_words
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused


def _settle(request: HttpRequest, pk: int, act: Callable[[PlannedReply], str]) -> HttpResponse:
    """Do it and show what is planned still; a refusal stays beside it."""
    row = PlannedReply.objects.filter(pk=pk).select_related("conversation").first()
    if row is None:
        raise Http404
    conversation = conversation_of(request, row.conversation.number)
    try:
        text = act(actions.access_planned(agent_of(request), pk))
    except Refused as refused:
        return show_dock(request, conversation, refused)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[conversation.number]))
    return say(show_dock(request, conversation), text, undone={"trigger": ""})


@signed_in
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time, other words, or something else when the customer writes first."""

    def act(row: PlannedReply) -> str:
        agent = agent_of(request)
        leave_at, wish = read_later(agent, request.POST)
        actions.change_planned(
            agent=agent,
            planned=row,
            leave_at=leave_at,
            text=request.POST.get("text"),
            if_customer_writes=wish if "if_customer_writes" in request.POST else None,
        )
        row.refresh_from_db()
        assert row.leave_at is not None
        return _("It leaves %(when)s.") % {"when": when_words(row.leave_at)}

    return _settle(request, pk, act)


@signed_in
@require_POST
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait for the time."""

    def act(row: PlannedReply) -> str:
        seen = request.POST.get("seen", "")
        newest = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
        actions.send_planned_now(agent=agent_of(request), planned=row, seen=newest)
        return _("Sent.")

    return _settle(request, pk, act)


@signed_in
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not leave; its words are a draft again."""

    def act(row: PlannedReply) -> str:
        actions.cancel_planned(agent=agent_of(request), planned=row)
        return _("Cancelled. The words are a draft again.")

    return _settle(request, pk, act)
