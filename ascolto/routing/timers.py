"""When to look at something again although nothing happens: one time for each thing, the next one first. Pure."""

from __future__ import annotations

from datetime import datetime
from heapq import heapify, heappop, heappush

Thing = tuple[str, int]  # what it is, and its id


class Timers:
    """Alarms; setting one again moves it."""

    def __init__(self) -> None:
        self._at: dict[Thing, datetime] = {}
        self._heap: list[tuple[datetime, Thing]] = []

    def set(self, kind: str, number: int, at: datetime | None) -> None:
        """Ring for this thing at that time, and no longer at another; None: not at all."""
        thing = (kind, number)
        if at is None:
            self._at.pop(thing, None)
        elif self._at.get(thing) != at:
            self._at[thing] = at
            heappush(self._heap, (at, thing))
            if len(self._heap) > 64 + 4 * len(self._at):
                self._heap = [(due, each) for each, due in self._at.items()]
                heapify(self._heap)

    def due(self, at: datetime) -> list[Thing]:
        """What rings now; it does not ring again."""
        found = []
        while self._heap and self._heap[0][0] <= at:
            moment, thing = heappop(self._heap)
            if self._at.get(thing) == moment:
                del self._at[thing]
                found.append(thing)
        return found

    def next(self) -> datetime | None:
        """When the next one rings."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None
