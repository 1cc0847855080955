"""Beside the draft: what helps whoever writes it, and never stands in their way."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from ascolto.accounts.guards import role_required, signed_in
from ascolto.desk.drafting import language_warning
from ascolto.desk.opening import company_of, head_context, is_fragment, open_conversation
from ascolto.desk.summing import make_summary
from ascolto.ui.shell import shell_context


@role_required("agent")
@require_POST
def draft_language(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the draft is in another language than the customer's; empty where it is not, or nobody knows."""
    conversation = open_conversation(request, number, to="reply")
    is_note = request.POST.get("mode") == "note"
    warning = "" if is_note else language_warning(conversation, request.POST.get("text", ""))
    return render(request, "desk/draft_language.html", {"warning": warning})


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
