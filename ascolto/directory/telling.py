"""An answer that carries a message for the person: a toast, with "Undo" where it can be undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


def toast(
    response: HttpResponse, text: str, *, undo: str = "", fields: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Let the page show `text`; "Undo" posts `fields` to the address `undo`."""
    said: dict[str, Any] = {"text": text}
    if undo:
        said |= {"undo": undo, "fields": dict(fields or {})}
    response.headers["HX-Trigger"] = json.dumps({"toast": said})
    return response
