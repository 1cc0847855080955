"""When to tell that a network's permission ends. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

OVER = 0
STEPS = (14, 3, 1, OVER)  # days before the end
DAY = timedelta(days=1)


def step_of(
    expires_at: datetime | None, now: datetime, *, renews_every: timedelta | None = None
) -> int | None:
    """The step that has been reached: 14, 3 or 1 days before the end, 0 after it; None while it is far away.

    What renews itself is told of only when that should have happened long ago: short-lived permissions once they are
    over, long-lived ones in their last days.
    """
    if expires_at is None:
        return None
    steps = STEPS if renews_every is None else (OVER,) if renews_every < DAY else STEPS[1:]
    return min((days for days in steps if expires_at - now <= days * DAY), default=None)
