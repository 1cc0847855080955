"""How fast and how often: a token bucket and a share of the places for every account, and the waits between tries."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta

FIRST_WAIT = 1.0  # seconds, doubled at every try
LONGEST_WAIT = 15 * 60.0
GIVE_UP_AFTER = timedelta(hours=24)  # counted from the first try
UNNAMED_PAUSE = 60.0  # when a network says "later" without saying when
LONGEST_PAUSE = 24 * 3600.0
PER_ACCOUNT = 4  # requests of one account on the wire at once
AT_ONCE = 64  # requests of all accounts; the places of hanging networks must leave room for the others


def backoff(tries: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after `tries` failed tries: full jitter below a doubling ceiling, so that a crowd spreads out."""
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(max(tries - 1, 0), 20))
    return ceiling * chance()


class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst` kept."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, max(1, burst), clock
        self._tokens, self._at = float(self._burst), clock()

    def available(self) -> int:
        """How many may leave now."""
        moment = self._clock()
        self._tokens = min(self._burst, self._tokens + (moment - self._at) * self._rate)
        self._at = moment
        return int(self._tokens + 1e-9)

    def take(self, count: int) -> None:
        """Use tokens; call `available` first."""
        self._tokens -= count


class Pace:
    """What every account may send now: its share of the places, and its bucket. For one worker."""

    def __init__(self, *, limited: bool = True) -> None:
        """`limited=False` leaves the buckets out."""
        self._limited = limited
        self._on_the_wire: dict[int, int] = {}
        self._buckets: dict[int, tuple[tuple[float, int], Bucket]] = {}

    @property
    def on_the_wire(self) -> int:
        """Requests of all accounts."""
        return sum(self._on_the_wire.values())

    def places(self, account: int, rate: tuple[float, int]) -> int:
        """How many messages of this account may begin now."""
        free = min(PER_ACCOUNT - self._on_the_wire.get(account, 0), AT_ONCE - self.on_the_wire)
        return max(0, min(free, self._bucket(account, rate).available()) if self._limited else free)

    def begin(self, account: int) -> None:
        """One more of this account."""
        self._on_the_wire[account] = self._on_the_wire.get(account, 0) + 1
        if self._limited and account in self._buckets:
            self._buckets[account][1].take(1)

    def end(self, account: int) -> None:
        """One less of this account."""
        self._on_the_wire[account] -= 1
        if not self._on_the_wire[account]:
            del self._on_the_wire[account]

    def _bucket(self, account: int, rate: tuple[float, int]) -> Bucket:
        known = self._buckets.get(account)
        if known is None or known[0] != rate:
            known = self._buckets[account] = (rate, Bucket(*rate))
        return known[1]
