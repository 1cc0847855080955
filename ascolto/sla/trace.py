"""Why this deadline? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ascolto.sla.facts import Clock, ComplaintRule, Promise, Step


def explain(
    clock: Clock,
    promises: Sequence[Promise] = (),
    *,
    group: int | None = None,
    complaint_rule: ComplaintRule | None = None,
    now: datetime | None = None,
) -> list[Step]:
    """The trace of a clock, in the order in which it is told. `now`: how far time is counted while a pause lasts."""
    raise NotImplementedError
