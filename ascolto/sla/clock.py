"""Clocks, computed from everything that happened. Pure: the same facts in any order give the same clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ascolto.sla.facts import (
    ANSWERED,
    COMPLAINT,
    DROPPED,
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    PAUSED,
    RESOLUTION,
    RUNNING,
    Clock,
    ComplaintRule,
    Fact,
    Pause,
    Promise,
    Step,
    What,
)
from ascolto.sla.trace import explain

__all__ = [
    "ANSWERED", "COMPLAINT", "DROPPED", "FIRST_RESPONSE", "NEXT_RESPONSE", "PAUSED", "RESOLUTION", "RUNNING",
    "Clock", "ComplaintRule", "Fact", "Pause", "Promise", "Step", "What", "explain", "run_clocks",
]  # fmt: skip


def run_clocks(
    facts: Iterable[Fact],
    promises: Sequence[Promise],
    *,
    group: int | None = None,
    complaint_rule: ComplaintRule | None = None,
    until: datetime | None = None,
) -> tuple[Clock, ...]:
    """Every clock of a conversation, by start and kind; facts after `until` have not happened yet."""
    raise NotImplementedError
