"""What the customer already said, beside the conversation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import signed_in
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.kit.ids import reference_number
from ascolto.ui.shell import shell_context
from ascolto.understanding.selectors.told import told_by
from ascolto.understanding.told_words import kind_name


@signed_in
@require_safe
def told(request: HttpRequest, number: str) -> HttpResponse:
    """Every fact with a step to the message that gave it; what was replaced stands apart."""
    agent = agent_of(request)
    among = visible_conversations(agent)
    conversation = conversation_of(request, number, among=among)
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
    if is_fragment(request):
        return render(request, "understanding/_told.html", context)
    return render(request, "understanding/told.html", {**shell_context(request, current="desk"), **context})
