"""Places in lists of breaches: a moment and a number, as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from ascolto.conversations.models import Conversation

Row = TypeVar("Row", bound=Model)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(at: datetime, pk: int) -> str:
    """The place of a row."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{pk}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """The place that a text names; None for no place, or for what is none."""
    micros, _, pk = text.partition(".")
    if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit() and len(text) < 40):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(micros)), int(pk)
    except OverflowError:
        return None


def seen_by(
    rows: QuerySet[Row], among: QuerySet[Conversation] | None, field: str = "conversation_id"
) -> QuerySet[Row]:
    """Only rows of conversations that the reader may see; None: all of them. Asked row by row, since few are shown of many."""
    return rows if among is None else rows.filter(Exists(among.filter(pk=OuterRef(field))))
