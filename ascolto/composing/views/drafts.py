"""Drafts: kept by the composer, shared with colleagues, listed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import signed_in
from ascolto.composing import leases, selectors
from ascolto.composing.actions import drafts as actions
from ascolto.composing.forms import read_kept
from ascolto.composing.models import Draft
from ascolto.composing.telling import say
from ascolto.composing.views.dock import draft_data, planned_view, show_dock
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context


@signed_in
@require_POST
def save(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what the composer holds: `version` as it stands now; 409 with the other text where another window changed it."""
    conversation, agent = conversation_of(request, number), agent_of(request)
    try:
        posted = read_kept(request, agent)
        if posted.content.mode != "note":
            conversation_of(request, number, to="reply")
        saved = actions.save_draft(
            agent=agent,
            conversation=conversation,
            content=posted.content,
            version=posted.version,
            tab=posted.tab,
            insist=posted.insist,
        )
    except Refused as refused:
        return JsonResponse({"error": in_own_language(refused.message)}, status=422)
    if posted.content.text.strip():
        leases.hold_writing(agent, conversation, posted.content.mode)
    told: dict[str, Any] = {"version": saved.draft.version if saved.draft else 0}
    if saved.conflict and saved.draft is not None:
        return JsonResponse({**told, "draft": draft_data(saved.draft)}, status=409)
    return JsonResponse(told)


@signed_in
@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw the draft away, with what other windows had written."""
    conversation = conversation_of(request, number)
    actions.forget_draft(agent=agent_of(request), conversation=conversation)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    return show_dock(request, conversation)


@signed_in
@require_POST
def share(request: HttpRequest, number: str) -> HttpResponse:
    """Let colleagues see the draft and go on with it, or not any more."""
    conversation = conversation_of(request, number)
    shared = request.POST.get("shared") != "0"
    try:
        actions.share_draft(agent=agent_of(request), conversation=conversation, shared=shared)
    except Refused as refused:
        return show_dock(request, conversation, refused)
    response = show_dock(request, conversation)
    text = _("Colleagues can see this draft and go on with it.") if shared else _("The draft is yours alone.")
    response = say(response, text)
    return response if is_fragment(request) else redirect(reverse("desk:thread", args=[number]))


@signed_in
@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a colleague's shared draft."""
    draft = Draft.objects.filter(pk=pk, is_shared=True).select_related("conversation").first()
    if draft is None:
        raise Http404
    number = draft.conversation.number
    try:
        conversation = conversation_of(request, number, to="reply")
        actions.take_over_draft(agent=agent_of(request), draft=draft)
    except Refused as refused:
        return show_dock(request, conversation_of(request, number), refused)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    return say(show_dock(request, conversation), _("The draft is yours now."))


@signed_in
@require_POST
def take_over_writing(request: HttpRequest, number: str) -> HttpResponse:
    """Answer although somebody else is writing; they are told."""
    try:
        conversation = conversation_of(request, number, to="reply")
    except Refused as refused:
        return show_dock(request, conversation_of(request, number), refused)
    leases.take_over_writing(agent_of(request), conversation)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    return say(show_dock(request, conversation), _("You answer. Your colleague has been told."))


@signed_in
@require_safe
def side(request: HttpRequest) -> HttpResponse:
    """Two links beside the views, with how much waits behind them."""
    agent = agent_of(request)
    context = {"drafts": selectors.count_begun(agent), "approvals": selectors.count_waiting(agent)}
    return render(request, "composing/_side.html", context)


@signed_in
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """What the person has begun, planned and proposed."""
    agent = agent_of(request)
    context = {
        "drafts": selectors.drafts_of(agent),
        "planned": [planned_view(row) for row in selectors.planned_of(agent)],
        "proposed": selectors.own_proposals(agent),
    }
    return render(request, "composing/drafts.html", {**shell_context(request, current="desk"), **context})
