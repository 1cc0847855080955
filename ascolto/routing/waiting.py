"""How long somebody will wait, from how fast the line went lately. Pure.

Two estimates are joined (R. Ibrahim, W. Whitt: Real-time delay estimation in overloaded multiserver queues, Management Science 2009,
and Real-time delay estimation based on delay history, M&SOM 2009). *Queue length*: who stands at place k waits k times the mean time
between two who found somebody lately. *Last to enter service*: the waits of the last ones who found somebody; it knows what a rate
does not, as people who are there but cannot take everything. What is told is the upper end of the interval, rounded up: a customer
forgives an answer that comes sooner. Nothing is told when nobody is there or too few found somebody: any number would be made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, sqrt
from statistics import median

WINDOW = timedelta(minutes=30)  # what is older says nothing about now
LAST = 60  # so many of the newest are looked at
LEAST = 5  # fewer say nothing
ENTERED = 7  # the last so many for the second estimate
NORMAL_90 = 1.2816  # nine in ten of a normal distribution lie below mean + this many standard deviations
LONGEST = timedelta(hours=12)  # what would be longer is not told as a number
METHOD = "queue-length+last-to-enter"
OPENING = "next-opening"


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody of the same line who found a person: when, and after which wait."""

    at: datetime
    waited: timedelta


@dataclass(frozen=True, slots=True)
class Estimate:
    """A wait: most likely, the upper end that nine in ten should not exceed, and from how many it was learnt."""

    likely: timedelta
    at_most: timedelta
    method: str = METHOD
    observations: int = 0

    @property
    def told(self) -> timedelta:
        """What the customer is told."""
        return rounded_up(self.at_most)


def estimate(*, position: int, served: Sequence[Served], here: int, at: datetime) -> Estimate | None:
    """The wait of who stands at a position (1 is next). `here`: people who may answer this line. None: it cannot be estimated."""
    recent = sorted((one for one in served if at - WINDOW <= one.at <= at), key=lambda one: one.at)[-LAST:]
    if here <= 0 or position < 1 or len(recent) < LEAST:
        return None
    gap = max((at - recent[0].at) / len(recent), timedelta(seconds=1))
    by_length = gap * position
    entered = [max(one.waited, timedelta(0)) for one in recent[-ENTERED:]]
    by_history = timedelta(seconds=median(wait.total_seconds() for wait in entered))
    likely = max(by_length, (by_length + by_history) / 2)
    spread = sqrt(1 / position + 1 / len(recent))
    at_most = max(likely * (1 + NORMAL_90 * spread), max(entered))
    if at_most > LONGEST:
        return None
    return Estimate(likely, at_most, observations=len(recent))


def until_opening(opening: datetime | None, at: datetime) -> Estimate | None:
    """The wait while the company is closed: until it opens, which is told as a date and not as a length."""
    if opening is None or opening <= at:
        return None
    return Estimate(opening - at, opening - at, OPENING)


def rounded_up(wait: timedelta) -> timedelta:
    """As people say it: full minutes to ten, fives to an hour, then quarters of an hour."""
    minutes = max(1, ceil(wait.total_seconds() / 60))
    step = 1 if minutes <= 10 else 5 if minutes <= 60 else 15
    return timedelta(minutes=ceil(minutes / step) * step)
