"""When a server that fails is left alone for a while. Pure: the moment is passed in.

After FAILURES in a row nothing is asked for FIRST_PAUSE; then one request tries. Each further failure doubles the pause, up to LONGEST.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES = 4
FIRST_PAUSE = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Failures in a row, pauses since it worked last, and until when nothing is asked."""

    failures: int = 0
    pauses: int = 0
    paused_until: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing may be asked now."""
        return self.paused_until is not None and now < self.paused_until

    def places(self, limit: int, now: datetime) -> int:
        """How many requests at once: none in a pause, one after it until it works again."""
        if self.is_paused(now):
            return 0
        return 1 if self.failures >= FAILURES else limit

    def failed(self, now: datetime) -> Breaker:
        """After one more failure. A failure of a request that left before the pause began does not lengthen it."""
        failures = self.failures + 1
        if failures < FAILURES or self.is_paused(now):
            return Breaker(failures, self.pauses, self.paused_until)
        pause = min(FIRST_PAUSE * 2 ** min(self.pauses, 10), LONGEST)
        return Breaker(failures, self.pauses + 1, now + pause)

    def worked(self) -> Breaker:
        """After an answer."""
        return Breaker()
