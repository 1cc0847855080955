"""Who has a conversation and why; taking the next one, and giving one back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.views import home
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.routing import words
from ascolto.routing.actions.returning import give_back as return_it
from ascolto.routing.actions.taking import take_next
from ascolto.routing.selectors import holders
from ascolto.routing.views.answers import refusal_words, told
from ascolto.routing.why import why_waiting
from ascolto.ui.jinja import url_or_none
from ascolto.ui.shell import shell_context


@require_safe
@signed_in
def assigned(request: HttpRequest, number: str) -> HttpResponse:
    """Why its owner and nobody else has it, and who had it before; of one that waits, what it waits for."""
    conversation = conversation_of(request, number)
    context = _context(request, conversation)
    if is_fragment(request):
        return render(request, "routing/assigned.html", context)
    return render(
        request, "routing/assigned_page.html", {**shell_context(request, current="desk"), **context}
    )


def _context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    held = holders(conversation)
    current = held[0] if held and held[0].ended_at is None else None
    reasons = current.why if current else why_waiting(conversation)
    return {
        "conversation": conversation,
        "current": current,
        "reasons": words.in_words(reasons),
        "earlier": [one for one in held if one is not current],
        "hows": words.hows(),
        "may_give_back": current is not None and current.agent == agent_of(request).pk,
    }


def _thread(conversation: Conversation) -> str:
    return url_or_none("desk:thread", conversation.number) or "/"


@require_POST
@role_required("agent")
def next_one(request: HttpRequest) -> HttpResponse:
    """Take the conversation whose promise is due first, of those this person may see and can do."""
    try:
        taken = take_next(agent=agent_of(request))
    except Refused as refused:
        return told(HttpResponse(status=422), refusal_words(refused))
    if taken is None:
        if is_fragment(request):
            return told(HttpResponse(status=204), _("Nothing that you can take is waiting."))
        return redirect(home(request))
    address = _thread(taken.conversation)
    return HttpResponse(headers={"HX-Redirect": address}) if is_fragment(request) else redirect(address)


@require_POST
@role_required("agent")
def give_back(request: HttpRequest, number: str) -> HttpResponse:
    """Return it to the queue with a reason."""
    agent = agent_of(request)
    try:
        conversation = conversation_of(request, number, to="manage")
        return_it(agent=agent, conversation=conversation, reason=request.POST.get("reason", "")[:1000])
    except Refused as refused:
        if is_fragment(request):
            return told(HttpResponse(status=422), refusal_words(refused))
        return render(
            request,
            "ui/error.html",
            {"title": refusal_words(refused), "text": "", "what": "forbidden"},
            status=422,
        )
    if not is_fragment(request):
        return redirect(_thread(conversation))
    try:
        response = render(
            request, "routing/assigned.html", _context(request, conversation_of(request, number))
        )
    except Http404:  # it was theirs, and it was all that let them see it
        return HttpResponse(headers={"HX-Redirect": home(request)})
    undo = url_or_none("desk:assign", conversation.number) or ""
    return told(response, _("Back in the queue"), undo=undo, fields={"assignee": agent.pk})
