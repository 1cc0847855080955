"""All settings on one page: in groups, by their words, with what changed and what is missing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import signed_in
from ascolto.accounts.sections import grouped_sections, settings_context
from ascolto.conversations.opening import agent_of
from ascolto.workspace import audit as log
from ascolto.workspace.checklist import missing_for
from ascolto.workspace.finding import QUERY_LIMIT, find_settings
from ascolto.workspace.selectors import recent_changes


@signed_in
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everything that can be set by whoever asks."""
    agent, query = agent_of(request), request.GET.get("q", "")[:QUERY_LIMIT]
    context = settings_context(
        request,
        "overview",
        query=query,
        found=find_settings(request, query),
        groups=grouped_sections(request),
        recent=log.lines(recent_changes()) if agent.may("log.see") else [],
        missing=missing_for(agent),
    )
    return render(request, "workspace/overview.html", context)
