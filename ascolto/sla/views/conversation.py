"""Of one conversation: why its deadlines are what they are, and its complaint. Beside the conversation, or pages of their own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.accounts.models import Agent, Company
from ascolto.conversations.models import Conversation
from ascolto.conversations.opening import conversation_of, is_fragment
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.sla.actions.complaints import register_complaint, withdraw_complaint
from ascolto.sla.models import PromiseSettings
from ascolto.sla.packs import PACKS
from ascolto.sla.selectors.clocks import complaint_clock, complaint_of, told_clocks
from ascolto.sla.showing import shown_clocks
from ascolto.sla.telling import due_words
from ascolto.ui.jinja import url_or_none
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context


@signed_in
@require_safe
def promise(request: HttpRequest, number: str) -> HttpResponse:
    """Why this deadline: every clock of the conversation with its reasons, computed while somebody looks."""
    conversation = conversation_of(request, number)
    told = told_clocks(conversation)
    context = {"clocks": shown_clocks(told), "is_same": all(one.is_same for one in told), "at": now()}
    return _drawn(request, conversation, "sla/why.html", context)


@role_required("agent")
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """Register the conversation as a formal complaint, or withdraw it with a reason."""
    conversation = conversation_of(request, number, to="manage" if request.method == "POST" else "read")
    refused = ""
    if request.method == "POST":
        try:
            _act(request, conversation)
        except Refused as error:
            refused = " ".join(filter(None, (in_own_language(error.message), in_own_language(error.fix))))
        else:
            if not is_fragment(request):
                return redirect("sla:complaint", number)
    context = _complaint_context(conversation) | {"refused": refused}
    return _drawn(request, conversation, "sla/complaint.html", context, status=422 if refused else 200)


def _act(request: HttpRequest, conversation: Conversation) -> None:
    assert isinstance(request.user, Agent)
    if request.POST.get("verb") == "withdraw":
        reason = request.POST.get("reason", "")[:1000]
        withdraw_complaint(by=request.user, conversation=conversation, reason=reason)
    else:
        register_complaint(by=request.user, conversation=conversation)


def _complaint_context(conversation: Conversation) -> dict[str, Any]:
    settings, found = PromiseSettings.current(), complaint_of(conversation)
    clock = complaint_clock(conversation) if found else None
    pack = PACKS.get(found.pack if found else settings.pack)
    return {
        "complaint": found if found and found.withdrawn_at is None else None,
        "withdrawn": found if found and found.withdrawn_at is not None else None,
        "due_at": clock.due_at if clock else None,
        "due_words": due_words(clock.due_at) if clock and clock.due_at else "",
        "days": settings.complaint_days,
        "are_working": settings.complaint_days_are_working,
        "pack": pack,
    }


def _drawn(
    request: HttpRequest, conversation: Conversation, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {
        **context,
        "number": conversation.number,
        "called": conversation.customer.name or conversation.number,
        "thread": url_or_none("desk:thread", conversation.number),
        "is_part": is_fragment(request),
        "title": _("Why this deadline?") if part == "sla/why.html" else _("Complaint"),
    }
    if context["is_part"]:
        return render(request, part, context, status=status)
    request.company = Company.current()  # type: ignore[attr-defined]
    shell = shell_context(request, current="desk")
    return render(request, "sla/page.html", {**shell, **context, "part": part}, status=status)
