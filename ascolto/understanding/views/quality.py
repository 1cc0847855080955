"""How good is this, and for whom: what was measured before it shipped, and what the company's own people say of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import settings_context
from ascolto.channels.registry import all_adapters
from ascolto.understanding import told
from ascolto.understanding.selectors.quality import own_figures


@require_safe
@permitted("models.see")
def quality(request: HttpRequest) -> HttpResponse:
    """Everything on one page, in plain words."""
    context = settings_context(
        request,
        "quality",
        own=own_figures(),
        sentences=told.measured_sentences(),
        groups=told.group_sentences(),
        measured_on=told.measured_on(),
        field_name=told.field_name,
        language_name=told.language_name,
        channels=all_adapters(),
    )
    return render(request, "understanding/quality.html", context)
