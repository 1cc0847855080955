"""What the API tells of expected waits."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Wait(Struct, frozen=True):
    """`seconds`: what to tell the customer, rounded up; nine in ten do not wait longer. Null: it cannot be estimated, or nobody waits.

    `position`: 1 is next. `method`: how it was found, `queue-length+last-to-enter` or `next-opening`; then `opens_at` is when the
    company opens. `told_seconds`: what this customer was told.
    """

    is_waiting: bool
    seconds: int | None
    likely_seconds: int | None
    position: int | None
    method: str
    opens_at: datetime | None
    told_seconds: int | None
    told_at: datetime | None
