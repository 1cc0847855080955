"""The bot beside a conversation: what it learnt, taking over, giving it a task."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ascolto.accounts.guards import signed_in
from ascolto.bot.actions.tasks import give_task, take_back, tasks
from ascolto.bot.beside import dialogues_of
from ascolto.collaboration.views.shared import part, told, words_of
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import agent_of, conversation_of, is_fragment
from ascolto.gates import Refused


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def beside(request: HttpRequest, number: str) -> HttpResponse:
    """The part; a post takes the conversation from the bot, or gives it a task."""
    if request.method != "POST":
        return _shown(request, conversation_of(request, number))
    try:
        conversation = conversation_of(request, number, to="reply")
        words = _done(request, conversation)
    except Refused as refused:
        return _shown(request, conversation_of(request, number), refused=words_of(refused), status=409)
    conversation.refresh_from_db()
    if not is_fragment(request):
        return redirect(reverse("desk:thread", args=[conversation.number]))
    return told(_shown(request, conversation), words)


def _done(request: HttpRequest, conversation: Conversation) -> str:
    flow = request.POST.get("flow", "")[:60]
    if flow:
        give_task(agent=agent_of(request), conversation=conversation, flow=flow)
        return _("The assistant is on it. The conversation stays yours.")
    take_back(agent=agent_of(request), conversation=conversation)
    return _("The assistant has stopped here.")


def _shown(
    request: HttpRequest, conversation: Conversation, *, refused: str = "", status: int = 200
) -> HttpResponse:
    may_act = agent_of(request).may("conversations.reply")
    is_free = conversation.assignee_id in (None, agent_of(request).pk) and conversation.status != "resolved"
    return part(
        request,
        "bot/_beside.html",
        title=_("Automatic assistant"),
        back=reverse("desk:thread", args=[conversation.number]),
        status=status,
        conversation=conversation,
        address=reverse("assistant:beside", args=[conversation.number]),
        dialogues=dialogues_of(conversation),
        tasks=tasks() if may_act and is_free and not conversation.is_room else [],
        may_act=may_act,
        refused=refused,
    )
