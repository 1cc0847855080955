"""Beside the draft: what helps whoever writes it, and never stands in their way."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.channels.cataloguing import sheet_of
from ascolto.channels.models import ChannelAccount, ChannelTemplate
from ascolto.channels.templates import read_aloud
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.opening import agent_of, is_fragment
from ascolto.conversations.reach import reaches
from ascolto.desk.composer import spelling_of
from ascolto.desk.drafting import advise
from ascolto.desk.filling import gaps_of, template_choices
from ascolto.desk.opening import (
    company_of,
    head_context,
    open_conversation,
    open_message,
    thread_page_context,
    visible_to,
)
from ascolto.desk.similar import make_suggestions, message_to_answer
from ascolto.desk.summing import make_summary
from ascolto.kit.ids import new_token, pk_of_reference
from ascolto.kit.text import clean
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


@role_required("agent")
@require_safe
def templates(request: HttpRequest, number: str) -> HttpResponse:
    """The approved templates of an inbox of this conversation, searched by words; without scripts a page of its own."""
    conversation = open_conversation(request, number, to="reply")
    account = _templated(conversation, request.GET.get("account", ""))
    words = request.GET.get("words", "")[:200]
    choices, count = template_choices(account.pk, language=spelling_of(conversation), words=words)
    told = {"account": account, "choices": choices, "count": count, "words": words}
    return _templates_page(request, conversation, "desk/templates.html", told)


@role_required("agent")
@require_safe
def template(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One template with its gaps, to be filled in."""
    conversation = open_conversation(request, number, to="reply")
    row = get_object_or_404(ChannelTemplate.objects.select_related("account"), pk=pk, status="APPROVED")
    _templated(conversation, str(row.account_id))
    sheet = sheet_of(row)
    told = {"account": row.account, "row": row, "gaps": gaps_of(sheet, {}), "aloud": read_aloud(sheet, {})}
    return _templates_page(request, conversation, "desk/template.html", told)


def _templated(conversation: Conversation, account: str) -> ChannelAccount:
    """An inbox on which this customer can be sent a template. Raises Http404."""
    for reach in reaches(conversation):
        if (
            str(reach.account.pk) == account
            and reach.visibility == "private"
            and reach.capabilities.templates
        ):
            return reach.account
    raise Http404


def _templates_page(
    request: HttpRequest, conversation: Conversation, part: str, told: Mapping[str, object]
) -> HttpResponse:
    context = {**head_context(request, conversation), **told, "is_page": not is_fragment(request)}
    if is_fragment(request):
        return render(request, part, context)
    company_of(request)
    context["client_key"] = new_token(12)
    return render(
        request, "desk/choice.html", {**shell_context(request, current="desk"), **context, "part": part}
    )


@role_required("agent")
@require_safe
def named(request: HttpRequest, number: str) -> JsonResponse:
    """Other conversations that this person may see, by number or customer, for the menu inside a note."""
    here = open_conversation(request, number)
    words = clean(request.GET.get("q", ""), 100).strip().lstrip("#")
    if len(words) < 2:
        return JsonResponse({"found": []})
    wanted = Q(customer__name__icontains=words) | Q(subject__icontains=words)
    if pk := pk_of_reference(words):
        wanted |= Q(pk=pk)
    rows = (
        visible_to(request)
        .filter(wanted)
        .exclude(pk=here.pk)
        .select_related("customer")
        .order_by("-last_message_at")
    )
    found = [
        {"number": row.number, "customer": row.customer.name, "about": row.subject or row.preview}
        for row in rows[:10]
    ]
    return JsonResponse({"found": found})
