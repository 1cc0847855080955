"""What the API tells of the log of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from ascolto.api.documents import Meta, Reference


class LogEntry(Struct, frozen=True):
    """Something that happened in the house rather than in a conversation. `by` is null when the product did it by itself.

    `data`: what it is about, by ids. `changes`: by field [before, after], or what was `added` and `removed`, or for a secret "changed".
    """

    id: int
    at: datetime
    type: str
    by: Reference | None
    inbox: int | None
    data: dict[str, Any]
    changes: dict[str, Any]


class LogEntryList(Struct, frozen=True):
    """A page of the log."""

    data: list[LogEntry]
    meta: Meta
