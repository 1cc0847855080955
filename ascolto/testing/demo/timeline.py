"""The past, told in the order in which it happened: the log of events rises with time, and whoever reads it counts on that."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from ascolto.kit import clock

AT_ONCE = 40  # steps in one transaction: a commit costs more than a step, and nobody else may write meanwhile


class Timeline:
    """Steps at moments; a step may plan further ones."""

    def __init__(self, present: datetime) -> None:
        """`present`: what is planned for later than this does not happen."""
        self.present = present
        self._steps: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = itertools.count()

    def plan(self, moment: datetime, step: Callable[[], object]) -> None:
        """Let a step happen at a moment; of several at the same moment the first planned comes first."""
        if moment <= self.present:
            heapq.heappush(self._steps, (moment, next(self._order), step))

    def run(self) -> int:
        """Let everything happen, with the clock set back; returns how many steps there were."""
        done = 0
        while self._steps:
            with transaction.atomic():
                for _ in range(AT_ONCE):
                    if self._steps:
                        moment, _number, step = heapq.heappop(self._steps)
                        with clock.at(moment):
                            step()
                        done += 1
        return done
