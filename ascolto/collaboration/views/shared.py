"""How parts of this room are shown: in the page that asked, or as a page of their own; with a toast where something was done."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ascolto.accounts.models import Company
from ascolto.conversations.opening import is_fragment
from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language
from ascolto.ui.shell import shell_context


def words_of(refused: Refused) -> str:
    """Why something is not done and what to do instead, in the reader's language."""
    return f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()


def told(response: HttpResponse, text: str, **events: Any) -> HttpResponse:
    """Let the page show `text`, and hear of `events`."""
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text}, **events})
    return response


def page(
    request: HttpRequest, template: str, current: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A whole page inside the shell."""
    request.company = Company.current()  # type: ignore[attr-defined]
    return render(request, template, {**shell_context(request, current=current), **context}, status=status)


def part(
    request: HttpRequest, template: str, *, title: str, back: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A part for the page that asked, or the same as a page of its own with a way `back`."""
    if is_fragment(request):
        return render(request, template, {**context, "level": 3}, status=status)
    around = {"part": template, "title": title, "back": back, "level": 2}
    return page(request, "collaboration/page.html", "desk", status, **context, **around)
