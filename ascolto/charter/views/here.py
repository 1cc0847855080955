"""The Charter where people work: its ten marks in one conversation, and in those of one customer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import role_required
from ascolto.accounts.models import Role
from ascolto.charter.here import AT_MOST, Marks, marks_of
from ascolto.charter.shown import ICONS, STATE_WORDS, TONES
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.ui.shell import shell_context


@require_safe
@role_required(Role.AGENT)
def conversation(request: HttpRequest, number: str) -> HttpResponse:
    """A part of the head of a conversation, or a page of its own."""
    found = conversation_of(request, number)
    return _show(request, marks_of([found.pk]), _("The Charter in this conversation"))


@require_safe
@role_required(Role.AGENT)
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The same over the newest conversations of a customer that this person may see; empty without any."""
    theirs = visible_conversations(agent_of(request)).filter(customer=pk, is_spam=False, merged_into=None)
    found = list(theirs.order_by("-last_message_at").values_list("pk", flat=True)[:AT_MOST])
    return _show(request, marks_of(found) if found else None, _("The Charter for this customer"))


def _show(request: HttpRequest, marks: Marks | None, title: str) -> HttpResponse:
    context = {
        "marks": marks,
        "title": title,
        "state_words": STATE_WORDS,
        "tones": TONES,
        "icons": ICONS,
    }
    if is_fragment(request):
        return render(request, "charter/_here.html", context)
    return render(request, "charter/here.html", {**shell_context(request, current="charter"), **context})
