"""What the customer already said, beside the conversation."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import signed_in
from ascolto.accounts.models import Agent
from ascolto.conversations.access import access_conversation, visible_conversations
from ascolto.conversations.models import Conversation
from ascolto.kit.ids import pk_of_reference, reference_number
from ascolto.ui.shell import shell_context
from ascolto.understanding.selectors.told import told_by
from ascolto.understanding.told_words import kind_name


@signed_in
@require_safe
def told(request: HttpRequest, number: str) -> HttpResponse:
    """Every fact with a step to the message that gave it; what was replaced stands apart."""
    agent = request.user
    assert isinstance(agent, Agent)
    among = visible_conversations(agent)
    try:
        conversation = access_conversation(agent, pk_of_reference(number) or 0, among=among)
    except Conversation.DoesNotExist:
        raise Http404 from None
    found = told_by(conversation, agent, among=among)
    once = {
        (one.kind, one.shown, one.is_current): one for one in reversed(found)
    }  # two deeds in one sentence read the same
    facts = [
        {"told": one, "name": kind_name(one.kind), "number": reference_number(one.conversation)}
        for one in found
        if once[(one.kind, one.shown, one.is_current)] is one
    ]
    context = {"number": number, "conversation": conversation, "facts": facts}
    if request.headers.get("HX-Request"):
        return render(request, "understanding/_told.html", context)
    return render(request, "understanding/told.html", {**shell_context(request, current="desk"), **context})
