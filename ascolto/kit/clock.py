"""The one place that asks what time it is, so that pure code never has to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_stopped: ContextVar[datetime | None] = ContextVar("stopped_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stop the clock of this thread at an aware moment for the length of a block: for tests, and for a demo's past."""
    token = _stopped.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.reset(token)


def from_epoch(seconds: float | int | str) -> datetime:
    """A moment from seconds since 1970, as networks send it; milliseconds are recognised by their size.

    Raises ValueError when the value is no number or lies outside the years a calendar knows.
    """
    value = float(seconds)
    if value > 100_000_000_000:  # later than the year 5138: the sender meant milliseconds
        value /= 1000
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"not a moment in time: {seconds!r}") from error
