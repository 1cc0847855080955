"""Answers that carry a message for the person, with "Undo" where it can be undone; and conversations as addresses name them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from ascolto.gates import Refused
from ascolto.ui.reasons import in_own_language


def told(
    response: HttpResponse, text: str, *, undo: str = "", fields: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Let the page show `text`; "Undo" posts `fields` to the address `undo`."""
    said: dict[str, Any] = {"text": text}
    if undo:
        said |= {"undo": undo, "fields": dict(fields or {})}
    response.headers["HX-Trigger"] = json.dumps({"toast": said})
    return response


def refusal_words(refused: Refused) -> str:
    """Why something is not done and what to do instead, in the reader's language."""
    return f"{in_own_language(refused.message)} {in_own_language(refused.fix)}".strip()
