"""The palette: everything within reach of a few letters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import signed_in
from ascolto.desk.palette import groups_for


@signed_in
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """What fits the words (`q`), as options; `open`: a conversation is open, so that its commands make sense."""
    groups = groups_for(request, request.GET.get("q", ""), in_conversation="open" in request.GET)
    return render(request, "desk/palette.html", {"groups": groups})
