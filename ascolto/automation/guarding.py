"""The guard against loops: how far one rule may start another, and how often a rule may act. Pure.

An event is *fresh* when a customer or a person caused it. What a rule caused has a depth, one more than that of the event which started
the rule; what the product does by itself (routing gives a conversation out, a promise is broken) may be the echo of a rule, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

DEEPEST = 3  # rules that may start one another in a row
AGAIN_AFTER = timedelta(minutes=10)  # before the same rule acts on the same conversation again in a chain
WRITES_AGAIN_AFTER = timedelta(
    hours=1
)  # before the same rule writes to the same customer again, whoever caused it
AN_HOUR = timedelta(hours=1)
FRESH = frozenset({"agent", "customer", "api"})  # kinds of actors
ALWAYS_FRESH = frozenset({"message.received", "message.understood"})  # a customer wrote

TOO_DEEP, AGAIN, WROTE = "too_deep", "again", "wrote"


@dataclass(frozen=True, slots=True)
class Moment:
    """An event as the guard sees it. `depth`: how many rules stand between it and a person (0: none)."""

    type: str
    actor_kind: str
    depth: int

    @property
    def is_fresh(self) -> bool:
        return self.depth == 0 and (self.actor_kind in FRESH or self.type in ALWAYS_FRESH)


def verdict(moment: Moment, last_run_at: datetime | None, at: datetime, *, writes: bool) -> str:
    """Why a rule does not act now; empty: it may. `last_run_at`: when it last acted on this conversation."""
    if moment.depth >= DEEPEST:
        return TOO_DEEP
    if last_run_at is None:
        return ""
    if not moment.is_fresh and at - last_run_at < AGAIN_AFTER:
        return AGAIN
    if writes and at - last_run_at < WRITES_AGAIN_AFTER:
        return WROTE
    return ""


def starts_itself(waits_for: str, detail: Mapping[str, Any], effects: Iterable[Sequence[Any]]) -> bool:
    """Whether a rule's own effects are what it waits for: it labels what it waits to be labelled."""
    for occasion, what in effects:
        if occasion != waits_for:
            continue
        wanted = str(detail.get("label") or "")
        if what is None or not wanted or str(what).casefold() == wanted.casefold():
            return True
    return False
