"""The log of what left the house, for administrators."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ascolto.accounts.guards import permitted
from ascolto.accounts.sections import settings_context
from ascolto.channels.models import ChannelAccount
from ascolto.generation import words
from ascolto.generation.models import SWITCHED, Departure, ModelServer, Purpose
from ascolto.generation.selectors import Sieve, departures_before, departures_to_export, people_in_log
from ascolto.ui.reasons import in_own_language

SECTION = "language-model"
_COUNTS = (
    "masked",
    "bytes_out",
    "bytes_in",
    "milliseconds",
    "outcome",
    "status",
    "tokens_in",
    "tokens_out",
    "attempt",
)
COLUMNS = ("left_at", "purpose", "conversation", "inbox", "agent", "host", "model", "prompt", *_COUNTS)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _sieve(request: HttpRequest) -> Sieve:
    asked = request.GET
    return Sieve(
        purpose=asked.get("purpose", ""),
        account=_number(asked.get("inbox")),
        agent=_number(asked.get("agent")),
        failed=asked.get("failed") == "1",
    )


def _query(sieve: Sieve, **more: Any) -> str:
    """The filter as it stands in an address."""
    wanted = {
        "purpose": sieve.purpose,
        "inbox": sieve.account,
        "agent": sieve.agent,
        "failed": 1 if sieve.failed else "",
        **more,
    }
    return urlencode({name: value for name, value in wanted.items() if value})


@permitted("models.manage")
@require_safe
def departures(request: HttpRequest) -> HttpResponse:
    """What left, the newest first."""
    sieve = _sieve(request)
    rows, following = departures_before(sieve, _number(request.GET.get("before")))
    context = settings_context(
        request,
        SECTION,
        rows=rows,
        sieve=sieve,
        older=_query(sieve, before=following) if following else "",
        csv_query=_query(sieve),
        purposes=[(purpose.value, purpose.label) for purpose in (*SWITCHED, Purpose.TEST)],
        inboxes=list(ChannelAccount.objects.values_list("pk", "name")),
        people=people_in_log(),
        words=words,
        keep_days=ModelServer.current().keep_days,
    )
    return render(request, "generation/departures.html", context)


@permitted("models.manage")
@require_safe
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """One departure, with the text as it left."""
    rows = Departure.objects.select_related("agent", "account", "conversation", "generated")
    found = get_object_or_404(rows, pk=pk)
    context = settings_context(
        request,
        SECTION,
        row=found,
        purpose=words.PURPOSES.get(found.purpose, found.purpose),
        outcome=words.OUTCOMES.get(found.outcome, found.outcome),
        detail=in_own_language(found.detail),
        messages=_messages(found.request),
    )
    return render(request, "generation/departure.html", context)


def _messages(request: str) -> list[tuple[str, str]]:
    """The messages of a request, for reading: who and what."""
    try:
        found = json.loads(request)["messages"]
        return [(str(each["role"]), str(each["content"])) for each in found]
    except (ValueError, KeyError, TypeError):
        return [("", request)]


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


@permitted("models.manage")
@require_safe
def departures_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The log as a table, without the texts."""
    writer = csv.writer(_Echo())
    rows = departures_to_export(_sieve(request))

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for row in rows:
            yield writer.writerow([_cell(value) for value in _values(row)])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="language-model-log.csv"'
    return answer


def _values(row: Departure) -> list[Any]:
    named = {
        "left_at": row.left_at.isoformat(),
        "conversation": row.conversation_id,
        "inbox": row.account.name if row.account else "",
        "agent": row.agent.name if row.agent else "",
    }
    return [named[name] if name in named else getattr(row, name) for name in COLUMNS]


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return "" if value is None else value
