"""Change or take back a note of one's own, and whom a note may call."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import signed_in
from ascolto.collaboration.selectors.people import mentionable
from ascolto.collaboration.views.shared import part, told, words_of
from ascolto.conversations.actions.noting import change_note, may_change_note, remove_note
from ascolto.conversations.models import Message, Visibility
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.ui.jinja import url_or_none


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The note in a field, for whoever wrote it a moment ago."""
    conversation = conversation_of(request, number)
    found = Message.objects.filter(pk=pk, conversation=conversation, visibility=Visibility.NOTE).first()
    if found is None or not _is_mine(request, found):
        raise Http404
    refusal, back = "", url_or_none("desk:thread", number) or "/"
    if request.method == "POST":
        try:
            words = _change(request, found)
        except Refused as refused:
            refusal = words_of(refused)
        else:
            return told(HttpResponse(status=204), words) if is_fragment(request) else redirect(back)
    return part(
        request,
        "collaboration/_note_form.html",
        title=_("Change the note"),
        back=back,
        status=422 if refusal else 200,
        number=number,
        note=found,
        text=request.POST.get("text", found.text),
        refused=refusal,
    )


def _is_mine(request: HttpRequest, found: Message) -> bool:
    return may_change_note(
        agent_of(request),
        author=found.agent_id,
        is_note=found.removed_at is None,
        at=found.created_at,
    )


def _change(request: HttpRequest, found: Message) -> str:
    if request.POST.get("verb") == "remove":
        remove_note(agent=agent_of(request), note=found)
        return _("Note taken back")
    change_note(agent=agent_of(request), note=found, text=request.POST.get("text", ""))
    return _("Note changed")


@signed_in
@require_safe
def names(request: HttpRequest) -> JsonResponse:
    """People and teams for the menu behind an @: `q` what was typed, `conversation` its number."""
    number = request.GET.get("conversation", "")
    conversation = conversation_of(request, number) if number else None
    found = mentionable(conversation, request.GET.get("q", "")[:80], agent_of(request))
    return JsonResponse(
        {
            "data": [
                {"kind": one.kind, "id": one.id, "name": one.name, "token": one.token, "sees": one.sees}
                for one in found
            ]
        }
    )
