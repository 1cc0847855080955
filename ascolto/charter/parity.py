"""Parity: is everybody answered alike, whatever the channel and whoever they are? Pure, from the waits that a measure carries.

Of every channel and of every customer group: how long half and nine tenths waited for the first answer, how many got one, and the parity
index, its p90 against the best one's. Below `AT_LEAST` answers nothing is said about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ascolto.charter.guarantee import Measure
from ascolto.charter.waits import added, percentile

AT_LEAST = 20  # first answers from which a channel or a group is compared
LONGER = 1.25  # times everybody's p90 from which one is at a disadvantage
CHANNEL, GROUP, NEEDED = "channel", "group", "needed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel or a customer group (`name`: its kind, or its number). `index`: the best p90 over its own, 1 is the best."""

    side: str
    name: str
    answered: int
    needed: int
    p50: timedelta | None
    p90: timedelta | None
    index: float | None
    is_behind: bool

    @property
    def is_compared(self) -> bool:
        return self.answered >= AT_LEAST

    @property
    def rate(self) -> float | None:
        """Share (0 … 1) of those who needed an answer and have one."""
        return self.answered / self.needed if self.needed else None


def standings(measure: Measure, longer: float = LONGER) -> list[Standing]:
    """Every channel, then every group, the slowest first."""
    whole = percentile(everybody(measure), 0.9)
    return [*_side(measure, CHANNEL, whole, longer), *_side(measure, GROUP, whole, longer)]


def everybody(measure: Measure) -> dict[str, int]:
    """The waits of all customers."""
    total: dict[str, int] = {}
    for name, steps in measure.spread.items():
        if name.startswith(f"{CHANNEL}:"):
            total = added(total, steps)
    return total


def _side(measure: Measure, side: str, whole: timedelta | None, longer: float) -> list[Standing]:
    names = {
        name.partition(":")[2] for name in [*measure.spread, *measure.figures] if name.startswith(f"{side}:")
    }
    p90s = {name: percentile(measure.spread.get(f"{side}:{name}", {}), 0.9) for name in names}
    rows = [_standing(measure, side, name, p90s[name], whole, longer) for name in names]
    best = min((row.p90 for row in rows if row.is_compared and row.p90), default=None)
    return sorted((_indexed(row, best) for row in rows), key=lambda row: (-_seconds(row.p90), row.name))


def _standing(
    measure: Measure, side: str, name: str, p90: timedelta | None, whole: timedelta | None, longer: float
) -> Standing:
    steps = measure.spread.get(f"{side}:{name}", {})
    answered = sum(steps.values())
    behind = answered >= AT_LEAST and p90 is not None and whole is not None and p90 > whole * longer
    needed = measure.figure(f"{side}:{name}")
    return Standing(side, name, answered, max(needed, answered), percentile(steps, 0.5), p90, None, behind)


def _indexed(row: Standing, best: timedelta | None) -> Standing:
    index = min(1.0, best / row.p90) if best and row.p90 and row.is_compared else None
    return Standing(row.side, row.name, row.answered, row.needed, row.p50, row.p90, index, row.is_behind)


def _seconds(wait: timedelta | None) -> float:
    return wait.total_seconds() if wait else 0.0


def treated_alike(measure: Measure, longer: float = LONGER) -> tuple[int, int]:
    """First answers on channels that are not behind, of all on channels with enough of them; the smaller share of channels and groups."""
    sides = []
    rows = standings(measure, longer)
    for side in (CHANNEL, GROUP):
        compared = [row for row in rows if row.side == side and row.is_compared]
        total = sum(row.answered for row in compared)
        sides.append((total - sum(row.answered for row in compared if row.is_behind), total))
    counted = [pair for pair in sides if pair[1]]
    return min(counted, key=lambda pair: pair[0] / pair[1], default=(0, 0))


def gap(rows: Sequence[Standing]) -> timedelta | None:
    """Between the fastest and the slowest channel, at the median; None with fewer than two to compare."""
    medians = [row.p50 for row in rows if row.side == CHANNEL and row.is_compared and row.p50]
    return max(medians) - min(medians) if len(medians) > 1 else None
