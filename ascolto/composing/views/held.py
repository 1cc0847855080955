"""An answer that is held for a moment: take it back, or let it leave."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import signed_in
from ascolto.composing.telling import say
from ascolto.conversations.actions import hasten_reply, withdraw_reply
from ascolto.conversations.models import Message
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language


def _message(request: HttpRequest, number: str, pk: int) -> Message:
    conversation = conversation_of(request, number)
    found = Message.objects.filter(pk=pk, conversation=conversation).first()
    if found is None:
        raise Http404
    found.conversation = conversation
    return found


@signed_in
@require_POST
def undo(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take an answer back; its words are in the composer again."""
    try:
        withdraw_reply(agent=agent_of(request), message=_message(request, number, pk))
    except Refused as refused:
        return _refused(request, number, refused)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    return say(HttpResponse(status=200), _("Taken back. It did not leave."), withdrawn={"message": pk})


@signed_in
@require_POST
def leave(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Do not wait any longer."""
    try:
        hasten_reply(agent=agent_of(request), message=_message(request, number, pk))
    except Refused as refused:
        return _refused(request, number, refused)
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    return HttpResponse(status=200)


def _refused(request: HttpRequest, number: str, refused: Refused) -> HttpResponse:
    words = f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[number]))
    return say(HttpResponse(status=422), words)
