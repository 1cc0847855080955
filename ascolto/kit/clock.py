"""The one place that asks what time it is, so that pure code never has to."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


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
