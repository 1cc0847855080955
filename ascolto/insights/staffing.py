"""How many people a promise takes, and whether those there are can keep it. Pure.

**Concurrency.** Somebody with `concurrency` conversations at once counts as so many servers, each slower: with every further
conversation all of theirs take `SLOW_DOWN` longer. So handling of 10 minutes with 3 at once takes 10 · (1 + 2 · 0.25) = 15, and one
person does the work of two, not of three. The factor is an assumption; whoever measured handling times at the concurrency at which
people really work passes 0.

**What it does not see**: breaks and absences (give the people who are really there), rushes within the hour, and that a promise may be
kept by answering the urgent first. Without a patience nobody gives up (Erlang C), which asks for more people rather than fewer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ascolto.insights.erlang import Impossible, Queue, erlang_a, servers_needed

SLOW_DOWN = 0.25
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """How well a number of people keeps a promise. `share`: answered in time, from 0 to 1; `mean_wait` None: without end."""

    is_kept: bool
    share: float
    busy: float  # of their capacity; 1 when more comes in than can be done
    mean_wait: timedelta | None
    needed: int  # people that keep it


def people_needed(
    volume_per_hour: float,
    handling_minutes: float,
    *,
    within: timedelta,
    share: float,
    concurrency: int = 1,
    patience: timedelta | None = None,
    slow_down: float = SLOW_DOWN,
    busy_at_most: float = 1.0,
) -> int:
    """The least number of people with whom at least `share` is answered within a time. `Impossible` when no number keeps it."""
    if not 0 <= share < 1 or not 0 < busy_at_most <= 1:
        raise Impossible("A share lies between 0 and 1.")
    level = _level(volume_per_hour, handling_minutes, within, concurrency, patience, slow_down)

    def keeps(people: int) -> bool:
        found = level(people)
        return found.answered_within >= share and found.busy <= busy_at_most

    return servers_needed(keeps, least=1 if volume_per_hour > 0 else 0)


def can_keep(
    volume_per_hour: float,
    handling_minutes: float,
    people: int,
    concurrency: int = 1,
    *,
    within: timedelta,
    share: float,
    patience: timedelta | None = None,
    slow_down: float = SLOW_DOWN,
) -> Kept:
    """Whether so many people answer `share` of what comes in within a time, in a steady hour. `Impossible` for figures without sense."""
    needed = people_needed(
        volume_per_hour,
        handling_minutes,
        within=within,
        share=share,
        concurrency=concurrency,
        patience=patience,
        slow_down=slow_down,
    )
    found = _level(volume_per_hour, handling_minutes, within, concurrency, patience, slow_down)(people)
    wait = None if math.isinf(found.mean_wait) else found.mean_wait * HOUR
    return Kept(people >= needed, found.answered_within, found.busy, wait, needed)


def _level(
    volume_per_hour: float,
    handling_minutes: float,
    within: timedelta,
    concurrency: int,
    patience: timedelta | None,
    slow_down: float,
) -> Callable[[int], Queue]:
    """What a number of people makes of the load. Times in hours."""
    if not 1 <= concurrency <= 50 or handling_minutes <= 0 or volume_per_hour < 0 or slow_down < 0:
        raise Impossible("Volume, handling time and concurrency must be positive.")
    handling = handling_minutes / 60 * (1 + slow_down * (concurrency - 1))
    limit = math.inf if patience is None else patience / HOUR

    def level(people: int) -> Queue:
        return erlang_a(
            volume_per_hour * handling,
            people * concurrency,
            handling=handling,
            patience=limit,
            within=within / HOUR,
        )

    return level
