"""Beside the draft: what helps whoever writes it, and never stands in their way."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from ascolto.accounts.guards import role_required
from ascolto.desk.drafting import language_warning
from ascolto.desk.opening import open_conversation


@role_required("agent")
@require_POST
def draft_language(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the draft is in another language than the customer's; empty where it is not, or nobody knows."""
    conversation = open_conversation(request, number, to="reply")
    is_note = request.POST.get("mode") == "note"
    warning = "" if is_note else language_warning(conversation, request.POST.get("text", ""))
    return render(request, "desk/draft_language.html", {"warning": warning})
