"""Beside the draft: what helps whoever writes it, and never stands in their way."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.desk.drafting import advise
from ascolto.desk.opening import (
    company_of,
    head_context,
    open_conversation,
    open_message,
    thread_page_context,
)
from ascolto.desk.similar import make_suggestions, message_to_answer
from ascolto.desk.summing import make_summary
from ascolto.knowledge.actions.judge import judge_suggestion
from ascolto.ui.shell import shell_context


@role_required("agent")
@require_POST
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """What should be known of a draft before it is sent: its language, what a guarantee would refuse, what it promises."""
    conversation = open_conversation(request, number, to="reply")
    return render(request, "desk/draft.html", {"advice": advise(request, conversation)})


@role_required("agent")
@require_safe
def similar(request: HttpRequest, number: str) -> HttpResponse:
    """What was answered to the like of the customer's last message."""
    conversation = open_conversation(request, number, to="reply")
    message = message_to_answer(conversation)
    return _similar(request, conversation, message)


@role_required("agent")
@require_POST
def judge(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """An answer was put into the draft, or it did not help. Without scripts the draft comes back with it."""
    message = open_message(request, number, pk, to="reply")
    agent, kind, target = agent_of(request), request.POST.get("kind", "")[:20], _number(request)
    offered = {(one.kind, one.target): one for one in make_suggestions(agent, message)}
    chosen, said = offered.get((kind, target)), request.POST.get("said", "")
    try:
        judge_suggestion(by=agent, message=message, kind=kind, target=target, said=said)
    except ValidationError as error:
        return _similar(request, message.conversation, message, refused=" ".join(error.messages))
    if is_fragment(request):
        return _similar(request, message.conversation, message, is_open=True)
    if said != "used" or chosen is None:
        return redirect("desk:thread", number)
    context = thread_page_context(request, message.conversation) | {"draft_text": chosen.text}
    return render(request, "desk/desk.html", context)


def _similar(
    request: HttpRequest, conversation: Conversation, message: Message | None, **told: str | bool
) -> HttpResponse:
    suggestions = make_suggestions(agent_of(request), message) if message else []
    context = {**head_context(request, conversation), "suggestions": suggestions, **told}
    context["message_id"] = message.pk if message else 0
    status = 422 if told.get("refused") else 200
    if is_fragment(request):
        return render(request, "desk/similar.html", context, status=status)
    company_of(request)
    shell = shell_context(request, current="desk")
    context |= {"part": "desk/similar.html", "is_open": True}
    return render(request, "desk/choice.html", {**shell, **context}, status=status)


def _number(request: HttpRequest) -> int:
    text = request.POST.get("target", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


@signed_in
@require_safe
def summary(request: HttpRequest, number: str) -> HttpResponse:
    """A long conversation in a few of its own sentences: beside it, or as a page of its own."""
    conversation = open_conversation(request, number)
    context = {**head_context(request, conversation), "lines": make_summary(conversation)}
    if is_fragment(request):
        return render(request, "desk/summary.html", context)
    company_of(request)
    shell = shell_context(request, current="desk")
    return render(request, "desk/choice.html", {**shell, **context, "part": "desk/summary.html"})
