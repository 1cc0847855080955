"""The company's own colour and logo, as pages need them: two addresses from one short text of the company's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from ascolto.ui.jinja import url_or_none


@dataclass(frozen=True, slots=True)
class Look:
    """Addresses of the style sheet and the logo; empty where they are ours."""

    style: str = ""
    logo: str = ""


OURS = Look()


def look_of(request: Any) -> Look:
    """Of the company behind a request; ours where it has none, or where the database does not answer (a page about that very fault)."""
    try:
        kept = str(getattr(getattr(request, "company", None), "look", "") or "")
    except DatabaseError:
        return OURS
    accent, _dash, drawn = kept.partition("-")
    return Look(
        (url_or_none("accounts:look", accent) or "") if accent else "",
        (url_or_none("accounts:logo", drawn) or "") if drawn else "",
    )
