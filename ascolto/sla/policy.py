"""Which promise a customer has, and whether one is worse than another. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ascolto.sla.facts import Promise


@dataclass(frozen=True, slots=True)
class Worse:
    """A start from which an exception is due later than everybody's promise. A due time of None: never."""

    kind: str  # first_response or next_response
    at: datetime
    due_at: datetime | None
    everybody_due_at: datetime | None


def choose(
    promises: Sequence[Promise], kind: str, at: datetime, *, channel: str, group: int | None
) -> Promise | None:
    """The promise for a clock of this kind that starts at `at`."""
    raise NotImplementedError


def worse_than(policy: Promise, everybody: Promise, *, at: datetime) -> Worse | None:
    """A start within a year from `at` on from which `policy` is due later than `everybody`; None when it never is."""
    raise NotImplementedError
