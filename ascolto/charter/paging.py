"""Places in lists of breaches: a moment and a number, as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
