"""A brake for each token: a bucket in this process that refills at a steady rate."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

RATE = 1000.0  # requests per second and token, in each process
BURST = 2000.0


@dataclass(slots=True)
class Bucket:
    """What one token may still ask for. `now` is passed in, in seconds of any clock that never goes back."""

    rate: float
    burst: float
    level: float = field(init=False)
    filled_at: float | None = None

    def __post_init__(self) -> None:
        self.level = self.burst

    def take(self, now: float) -> float:
        """Take one; returns 0.0 when it was there, else the seconds until there is one."""
        if self.filled_at is not None:
            self.level = min(self.burst, self.level + max(0.0, now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.level >= 1.0:
            self.level -= 1.0
            return 0.0
        return (1.0 - self.level) / self.rate


class Throttle:
    """The buckets of all tokens, by the token's id."""

    def __init__(self, rate: float = RATE, burst: float = BURST, keep: int = 10_000) -> None:
        self._rate, self._burst, self._keep = rate, burst, keep
        self._buckets: dict[int, Bucket] = {}
        self._lock = threading.Lock()

    def wait_for(self, token: int, now: float | None = None) -> float:
        """0.0 when the token may go on, else how many seconds it has to wait."""
        moment = time.monotonic() if now is None else now
        with self._lock:
            bucket = self._buckets.get(token)
            if bucket is None:
                if len(self._buckets) >= self._keep:
                    self._buckets.clear()
                bucket = self._buckets[token] = Bucket(self._rate, self._burst)
            return bucket.take(moment)


throttle = Throttle()
