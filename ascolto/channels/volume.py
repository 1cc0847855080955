"""Whether an inbox is too quiet, judged by its own history. Pure: counts and times come in, `now` is passed in.

For a stretch [begin, now] the number of messages to expect is the median of what came in the same stretch of the week
(by the wall clock) in each of the last weeks; a median lets one holiday or one storm pass. Messages are taken to come as
a Poisson process, P(N ≤ x | λ) = Σ e^(−λ) λ^i / i! for i ≤ x; where the weeks differ more among themselves than Poisson
allows, λ and x are divided by their dispersion φ = max(1, (1.4826 · MAD)² / λ) (quasi-likelihood: Wedderburn, Biometrika
1974; the robust spread: Rousseeuw & Croux, JASA 1993). Two stretches are looked at: since the last message (x = 0), and
the last 24 hours with not more than a tenth of what is expected (a trickle).

Every message begins a new stretch, so that a busy inbox has many chances of a long gap. Hence the bound is shared by all
messages of a week (Bonferroni): abnormal is P · (messages a week) < 1/100, that is less than one false alarm in a hundred
weeks. Below EXPECTED_AT_LEAST expected messages nothing is judged: quiet inboxes never alarm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median

WEEKS = 8  # of history that are looked at
WEEKS_AT_LEAST = 2
EXPECTED_AT_LEAST = 8.0  # messages (after dispersion); below it silence says nothing
FALSE_ALARMS_A_WEEK = 0.01
TRICKLE = 0.1  # of the expected messages
LONGEST = timedelta(days=7)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MAD_TO_SIGMA = 1.4826
Counts = Mapping[
    datetime, int
]  # received messages by the beginning of the hour, UTC; hours without are left out


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was expected since `since` and what came; `probability` of so few, `is_abnormal` when nobody may wait longer."""

    since: datetime
    received: int
    expected: float
    probability: float
    is_abnormal: bool


def judge(
    counts: Counts,
    *,
    began: datetime,
    now: datetime,
    zone: tzinfo = UTC,
    watched_from: datetime | None = None,
) -> Judgement | None:
    """Judge an inbox whose history begins at `began`; None while there is too little history to say anything.

    `watched_from`: when it was switched on or changed last; nothing can be expected of the time before.
    """
    weeks = min(
        WEEKS, int((now - began) / WEEK) - 1
    )  # a stretch may be a week long: its weeks must lie in the history
    if weeks < WEEKS_AT_LEAST:
        return None
    a_week = median(_between(counts, *_shifted(now - WEEK, now, week, zone)) for week in range(weeks))
    found = [
        _look(counts, begin, now, weeks, zone, a_week) for begin in _beginnings(counts, now, watched_from)
    ]
    return min(found, key=lambda judged: (not judged.is_abnormal, judged.probability))


def _beginnings(counts: Counts, now: datetime, watched_from: datetime | None) -> list[datetime]:
    """Where the two stretches begin. Counts know hours: the last message may have come at the end of its hour."""
    last = max((hour for hour, count in counts.items() if count and hour <= now), default=now - LONGEST)
    earliest = max(now - LONGEST, watched_from or now - LONGEST)
    return [min(now, _full_hour(begin)) for begin in (max(last + HOUR, earliest), max(now - DAY, earliest))]


def _full_hour(moment: datetime) -> datetime:
    """The first full hour from then on."""
    floor = moment.replace(minute=0, second=0, microsecond=0)
    return floor if floor == moment else floor + HOUR


def _look(
    counts: Counts, begin: datetime, now: datetime, weeks: int, zone: tzinfo, a_week: float
) -> Judgement:
    usual = [_between(counts, *_shifted(begin, now, week, zone)) for week in range(1, weeks + 1)]
    expected, received = median(usual), _arrived(counts, begin, now)
    spread = max(1.0, (MAD_TO_SIGMA * _mad(usual)) ** 2 / expected) if expected else 1.0
    probability = at_most(int(received / spread), expected / spread)
    is_abnormal = (
        expected / spread >= EXPECTED_AT_LEAST
        and received <= TRICKLE * expected
        and probability * max(a_week, 1.0) < FALSE_ALARMS_A_WEEK
    )
    return Judgement(begin, received, expected, probability, is_abnormal)


def at_most(count: int, mean: float) -> float:
    """P(N ≤ count) of a Poisson distribution with this mean."""
    if mean <= 0:
        return 1.0
    terms = (math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(count + 1))
    return min(1.0, math.fsum(terms))


def _mad(values: list[float]) -> float:
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _shifted(begin: datetime, end: datetime, weeks: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The same stretch of the week so many weeks earlier, by the clock on the wall: customers keep to it in summer too."""
    return _earlier(begin, weeks, zone), _earlier(end, weeks, zone)


def _earlier(moment: datetime, weeks: int, zone: tzinfo) -> datetime:
    return (moment.astimezone(zone) - weeks * WEEK).astimezone(UTC) if weeks else moment.astimezone(UTC)


def _arrived(counts: Counts, begin: datetime, now: datetime) -> int:
    """How many messages came; the hours at both ends count in full."""
    return sum(count for hour, count in counts.items() if begin < hour + HOUR and hour <= now)


def _between(counts: Counts, begin: datetime, end: datetime) -> float:
    """How many messages came between two moments; of an hour that lies there in part, its part."""
    total, hour = 0.0, begin.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        if count := counts.get(hour, 0):
            inside = min(end, hour + HOUR) - max(begin, hour)
            total += count * (inside / HOUR)
        hour += HOUR
    return total
