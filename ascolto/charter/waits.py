"""How long customers waited, as counts that add up over days: each wait falls into a step, each step is 4 % longer than the one before.

Percentiles of the sum are right within that 4 %, whatever the number of days. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

GROWTH = 1.04
_LOG = math.log(GROWTH)
Steps = Mapping[str, int]  # step: how many waits fell into it


def step_of(wait: timedelta) -> str:
    """The step of a wait; a second and less is the first one."""
    return str(max(0, math.floor(math.log(max(1.0, wait.total_seconds())) / _LOG)))


def wait_of(step: str) -> timedelta:
    """The middle of a step."""
    return timedelta(seconds=GROWTH ** (int(step) + 0.5)) if int(step) else timedelta(seconds=1)


def percentile(steps: Steps, share: float) -> timedelta | None:
    """The wait that `share` (0 … 1) of the customers did not exceed; None without any."""
    total = sum(steps.values())
    if not total:
        return None
    wanted, seen = math.ceil(share * total), 0
    for step in sorted(steps, key=int):
        seen += steps[step]
        if seen >= wanted:
            return wait_of(step)
    raise AssertionError("counts are not negative")


def added(one: Steps, other: Steps) -> dict[str, int]:
    """Both together."""
    return {step: one.get(step, 0) + other.get(step, 0) for step in {**one, **other}}
