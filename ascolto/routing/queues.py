"""What a board keeps in mind: seats (people), items (conversations), buckets of items that compete for the same people, and lines."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from ascolto.routing.stages import OrderKey, Shape
from ascolto.routing.values import WHOLE, Person, Waiting, room_for

Skill = tuple[str, object]


@dataclass(slots=True, eq=False)
class Seat:
    """A person on the board."""

    person: Person
    load: int
    idle: float  # when they were last given something, seconds since 1970
    rare: frozenset[Skill] = frozenset()
    kept_for: Bucket | None = None

    def fits(self, weight: int) -> bool:
        """Whether they are here and have room for it."""
        person = self.person
        return person.is_here and room_for(weight, self.load, person.capacity) is not None

    def may_take_from(self, bucket: Bucket) -> bool:
        """Whether they have room for the next of a bucket, and are not kept free for another."""
        return (self.kept_for is None or self.kept_for is bucket) and self.fits(bucket.weight)

    @property
    def is_unoccupied(self) -> bool:
        """Whether they have nothing in hand."""
        return self.load <= 0 and self.person.capacity > 0


@dataclass(slots=True, eq=False)
class Item:
    """A waiting conversation on the board."""

    waiting: Waiting
    key: OrderKey
    bucket: Bucket | None = None
    changes: list[datetime] = field(default_factory=list)  # still to come, the next one last
    wakes_at: datetime | None = None  # the timer that runs for it


BucketKey = tuple[Shape, int, frozenset[int], frozenset[int] | None]


class Bucket:
    """Waiting conversations with equal needs, in order: only the first of them has to be looked at."""

    __slots__ = ("_heap", "able", "is_whole", "items", "kept", "key", "only", "refused", "shape", "weight")

    def __init__(self, key: BucketKey, able: dict[int, Seat]) -> None:
        self.key = key
        self.able = able  # everybody who has what is asked, here or not; shared by all buckets of a shape
        self.shape, self.weight, self.refused, self.only = key
        self.is_whole = self.weight >= WHOLE  # each of these takes a whole person
        self.items: dict[int, Item] = {}
        self.kept: set[int] = set()  # people who are kept free for the next of these
        self._heap: list[OrderKey] = []

    def add(self, item: Item) -> None:
        """Let an item wait here."""
        self.items[item.waiting.id] = item
        heappush(self._heap, item.key)

    def remove(self, item: Item) -> None:
        """It waits here no longer; its place in the heap goes when it comes to the top."""
        del self.items[item.waiting.id]
        if len(self._heap) > 64 + 4 * len(self.items):
            self._heap = sorted(each.key for each in self.items.values())

    def head(self) -> Item | None:
        """The earliest."""
        while self._heap:
            key = self._heap[0]
            item = self.items.get(key[2])
            if item is not None and item.key == key:
                return item
            heappop(self._heap)
        return None

    def admits(self, seat: Seat) -> bool:
        """Whether these may be given to a person at all, room aside."""
        number = seat.person.id
        if self.only is not None and number not in self.only:
            return False
        return number in self.able and number not in self.refused


class Buckets:
    """Every bucket with somebody in: those for everybody able by teams, those that wait for certain people by person."""

    def __init__(self) -> None:
        self.by_teams: dict[frozenset[int] | None, dict[BucketKey, Bucket]] = {}
        self.by_person: dict[int, dict[BucketKey, Bucket]] = {}

    def of(self, key: BucketKey, able: dict[int, Seat]) -> Bucket:
        """The bucket with this key, made at need."""
        shelves = self._shelves(key)
        bucket = shelves[0].get(key) or Bucket(key, able)
        for shelf in shelves:
            shelf[key] = bucket
        return bucket

    def drop(self, bucket: Bucket) -> None:
        """It is empty."""
        for shelf in self._shelves(bucket.key):
            shelf.pop(bucket.key, None)

    def _shelves(self, key: BucketKey) -> list[dict[BucketKey, Bucket]]:
        shape, _, _, only = key
        if only is None:
            return [self.by_teams.setdefault(shape[0], {})]
        return [self.by_person.setdefault(person, {}) for person in sorted(only)]

    def for_everybody(self) -> Iterator[Bucket]:
        """Those that wait for nobody in particular."""
        return (bucket for shelf in self.by_teams.values() for bucket in shelf.values())

    def admitting(self, seat: Seat) -> list[Bucket]:
        """Those of which a person may be given something, room aside."""
        number, teams = seat.person.id, seat.person.teams
        found = list(self.by_person.get(number, {}).values())
        for asked, shelf in self.by_teams.items():
            if asked is None or not teams.isdisjoint(asked):
                found += [b for b in shelf.values() if number in b.able and number not in b.refused]
        return found


class Lines:
    """The order in which customers stand: one line for each team and language."""

    def __init__(self) -> None:
        self._lines: dict[tuple[int | None, str | None], list[OrderKey]] = {}

    def join(self, item: Item) -> None:
        """Stand in line."""
        insort(self._lines.setdefault(_line_of(item.waiting), []), item.key)

    def leave(self, item: Item) -> None:
        """Leave the line."""
        line = self._lines[_line_of(item.waiting)]
        del line[bisect_left(line, item.key)]

    def position(self, item: Item) -> int:
        """1 is the next one."""
        return bisect_left(self._lines[_line_of(item.waiting)], item.key) + 1

    def ahead(self, item: Item) -> list[int]:
        """Who stands before an item, the next one first."""
        line = self._lines[_line_of(item.waiting)]
        return [key[2] for key in line[: bisect_left(line, item.key)]]


def _line_of(waiting: Waiting) -> tuple[int | None, str | None]:
    return waiting.team, waiting.language
