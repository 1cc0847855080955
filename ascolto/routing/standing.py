"""What a board was told: people, conversations, and which of them compete for the same people at this time."""

from __future__ import annotations

from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from ascolto.routing.choosing import rare_skills
from ascolto.routing.queues import Bucket, BucketKey, Buckets, Item, Lines, Seat
from ascolto.routing.stages import (
    OrderKey,
    Shape,
    changes_of,
    held_until,
    is_able,
    order_of,
    shape_at,
    stage_at,
)
from ascolto.routing.values import WHOLE, Person, Rules, Waiting


class Standing:
    """People and waiting conversations, in memory."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._seats: dict[int, Seat] = {}
        self._items: dict[int, Item] = {}
        self._lines = Lines()
        self._buckets = Buckets()
        self._wanted: dict[int, set[int]] = {}  # conversations by preferred person
        self._able: dict[Shape, dict[int, Seat]] = {}  # everybody who has what a shape asks
        self._timers: list[tuple[datetime, int, Item]] = []
        self._serial = count()
        self._unsettled: dict[int, Item] = {}  # to be put into a bucket
        self._changed_seats: dict[int, Seat] = {}
        self._changed_buckets: dict[BucketKey, Bucket] = {}
        self._rarity_is_old = True
        self._lightest = WHOLE  # that was ever seen
        self._first: dict[tuple[int, int], OrderKey] = {}

    def put(self, waiting: Waiting) -> None:
        """A conversation waits, or what is known of it changed."""
        if (known := self._items.get(waiting.id)) is not None and known.waiting == waiting:
            return
        self.take(waiting.id)
        self._lightest = min(self._lightest, waiting.weight)
        item = Item(waiting, order_of(waiting, self.rules))
        self._items[waiting.id] = self._unsettled[waiting.id] = item
        self._lines.join(item)
        for person in waiting.preferred:
            self._wanted.setdefault(person, set()).add(waiting.id)

    def take(self, conversation: int) -> None:
        """It waits no longer: answered, assigned by hand, resolved. Unknown ones are fine."""
        item = self._items.pop(conversation, None)
        if item is None:
            return
        self._unsettled.pop(conversation, None)
        self._lines.leave(item)
        for person in item.waiting.preferred:
            self._wanted[person].discard(conversation)
        self._out_of_bucket(item)

    def person(self, person: Person) -> None:
        """Somebody joined, came, went, got more or less in hand, or learnt something."""
        seat = self._seats.get(person.id)
        if seat is not None and seat.person == person and seat.load == person.load:
            return
        if seat is None or _skills(seat.person) != _skills(person):
            seat = self._new_seat(person)
        elif _is_there(seat.person) != _is_there(person):
            self._look_again_at_wishes(person.id)
        seat.person, seat.load = person, person.load
        seat.idle = person.idle_since.timestamp() if person.idle_since else 0.0
        if not _is_there(person):
            self._release(seat)
        self._changed_seats[person.id] = seat

    def without(self, person_id: int) -> None:
        """Somebody is gone for good."""
        seat = self._seats.pop(person_id, None)
        if seat is None:
            return
        self._release(seat)
        self._changed_seats.pop(person_id, None)
        self._skills_changed(person_id)

    def obey(self, rules: Rules) -> None:
        """The company's rules changed: everything is looked at anew."""
        waiting = [item.waiting for item in self._items.values()]
        for each in waiting:
            self.take(each.id)
        self.rules = rules
        for each in waiting:
            self.put(each)
        self._changed_seats.update(self._seats)

    # people

    def _new_seat(self, person: Person) -> Seat:
        if (before := self._seats.get(person.id)) is not None:
            self._release(before)
        seat = self._seats[person.id] = Seat(person, person.load, 0.0)
        self._skills_changed(person.id)
        return seat

    def _skills_changed(self, person_id: int) -> None:
        seat = self._seats.get(person_id)
        for shape, able in self._able.items():
            able.pop(person_id, None)
            if seat is not None and is_able(seat.person, shape):
                able[person_id] = seat
        self._rarity_is_old = True
        self._look_again_at_wishes(person_id)

    def _look_again_at_wishes(self, person_id: int) -> None:
        """Whoever would wait for this person is looked at again."""
        for number in self._wanted.get(person_id, ()):
            self._unsettled[number] = self._items[number]

    def _release(self, seat: Seat) -> None:
        """They are kept free for nothing any more."""
        bucket = seat.kept_for
        if bucket is None:
            return
        seat.kept_for = None
        bucket.kept.discard(seat.person.id)
        if self._seats.get(seat.person.id) is seat:
            self._changed_seats[seat.person.id] = seat
        if bucket.items:
            self._changed_buckets[bucket.key] = bucket

    def _able_for(self, shape: Shape) -> dict[int, Seat]:
        known = self._able.get(shape)
        if known is None:
            seats = self._seats.items()
            known = self._able[shape] = {n: seat for n, seat in seats if is_able(seat.person, shape)}
        return known

    # conversations

    def _settle(self, now: datetime) -> None:
        """Put everything into the bucket where it belongs at this time."""
        if self._rarity_is_old:
            rare_skills(list(self._seats.values()))
            self._rarity_is_old = False
        while self._timers and self._timers[0][0] <= now:
            at, _, item = heappop(self._timers)
            if self._is_waited_for(at, item):
                item.wakes_at = None
                self._unsettled[item.waiting.id] = item
        unsettled, self._unsettled = self._unsettled, {}
        for item in unsettled.values():
            self._into_bucket(item, now)

    def _into_bucket(self, item: Item, now: datetime) -> None:
        waiting = item.waiting
        shape = shape_at(waiting, self.rules, stage_at(waiting, self.rules, now))
        key = (shape, waiting.weight, waiting.refused, self._only(waiting, shape, now))
        if item.bucket is None or item.bucket.key != key:
            self._out_of_bucket(item)
            item.bucket = self._buckets.of(key, self._able_for(shape))
            item.bucket.add(item)
        self._changed_buckets[key] = item.bucket
        item.changes = [at for at in reversed(changes_of(waiting, self.rules)) if at > now]
        if item.changes and item.wakes_at != item.changes[-1]:
            item.wakes_at = item.changes[-1]
            heappush(self._timers, (item.wakes_at, next(self._serial), item))

    def _only(self, waiting: Waiting, shape: Shape, now: datetime) -> frozenset[int] | None:
        """The preferred people whom it waits for: here, able, not those who refused it."""
        if not waiting.preferred or now >= held_until(waiting, self.rules):
            return None
        seats = (self._seats.get(person) for person in waiting.preferred if person not in waiting.refused)
        able = [
            seat.person for seat in seats if seat and _is_there(seat.person) and is_able(seat.person, shape)
        ]
        fitting = (p.id for p in able if waiting.weight <= p.capacity or waiting.weight >= WHOLE)
        return frozenset(fitting) or None

    def _out_of_bucket(self, item: Item) -> None:
        bucket = item.bucket
        if bucket is None:
            return
        item.bucket = None
        bucket.remove(item)
        while len(bucket.kept) > len(bucket.items):
            kept = (self._seats[person] for person in bucket.kept)
            self._release(max(kept, key=lambda seat: (seat.load, seat.person.id)))
        if not bucket.items:
            self._changed_buckets.pop(bucket.key, None)
            self._buckets.drop(bucket)

    def _is_waited_for(self, at: datetime, item: Item) -> bool:
        return item.wakes_at == at and self._items.get(item.waiting.id) is item


def _skills(person: Person) -> tuple[object, ...]:
    return person.teams, person.topics, person.languages, person.channels


def _is_there(person: Person) -> bool:
    return person.is_here and person.capacity > 0
