"""The log of the house: who changed what, from what to what; to read, to search, to take along."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import settings_context
from ascolto.accounts.selectors import all_agents
from ascolto.kit.tables import safe_cell
from ascolto.workspace import audit as log
from ascolto.workspace.paging import number
from ascolto.workspace.sieve import page_of, sieve_of, to_export

COLUMNS = ("at", "who", "what", "type", "changes")


@permitted("log.see")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who changed what."""
    sieve = sieve_of(request.GET)
    events, following = page_of(sieve, number(request.GET.get("before")))
    context = settings_context(
        request,
        "audit",
        lines=log.lines(events),
        following=following,
        kinds=log.KINDS,
        sieve=sieve,
        people=all_agents(),
    )
    return render(request, "workspace/audit.html", context)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


@permitted("log.see")
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table."""
    events = to_export(sieve_of(request.GET))
    writer: Any = csv.writer(_Echo())

    def table() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for start in range(0, len(events), 500):
            for line in log.lines(events[start : start + 500]):
                changes = " | ".join(one.sentence for one in line.changes)
                cells = (line.at.isoformat(), line.who, line.what, line.type, changes)
                yield writer.writerow([safe_cell(cell) for cell in cells])

    answer = StreamingHttpResponse(table(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ascolto-log.csv"'
    return answer
