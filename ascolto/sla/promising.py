"""The promise of a message at the moment it arrives, before its clocks are computed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ascolto.accounts.models import Company
from ascolto.conversations.promises import Asked


def promise(asked: Sequence[Asked]) -> Sequence[datetime | None]:
    """By when each must have an answer."""
    minutes = Company.current().promise_minutes
    return [one.since + timedelta(minutes=minutes) for one in asked]
