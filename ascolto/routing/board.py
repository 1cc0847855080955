"""The board: told what changed, it decides who gets which conversation. See docs/decisions/routing.md for why it decides so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from heapq import heapify, heappop, heappush

from ascolto.routing import explaining
from ascolto.routing.choosing import best_seat
from ascolto.routing.queues import Bucket, BucketKey, Item, Seat
from ascolto.routing.stages import OrderKey
from ascolto.routing.standing import Standing
from ascolto.routing.values import Decision, Person, Reason, Waiting, Why, room_for

FEW = 8  # so many people changed: look at what they could take; more: at everything
KEPT_AT_MOST = 10  # hundredths of the able people here who are kept free for one bucket at once; at least one
LAST: OrderKey = (float("inf"), 0.0, 0)


class Board(Standing):
    """People and waiting conversations, in memory. Not safe for threads: one owner tells it and asks it."""

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, conversation: object) -> bool:
        return conversation in self._items

    def waiting(self, conversation: int) -> Waiting | None:
        """What the board was told of a conversation; None when it does not wait."""
        item = self._items.get(conversation)
        return item.waiting if item else None

    def load(self, person_id: int) -> int:
        """A person's load as the board counts it, its own decisions included."""
        return self._seats[person_id].load

    def people(self) -> list[Person]:
        """Everybody it was told of, as it was told."""
        return [seat.person for seat in self._seats.values()]

    def position(self, conversation: int) -> int | None:
        """Its place in the line of its team and language, 1 first; None when it does not wait."""
        item = self._items.get(conversation)
        return self._lines.position(item) if item else None

    def ahead(self, conversation: int) -> list[Waiting]:
        """Who stands before it in line, the next one first."""
        item = self._items.get(conversation)
        return [self._items[number].waiting for number in self._lines.ahead(item)] if item else []

    def next_change(self, now: datetime) -> datetime | None:
        """When to decide again though nothing happens; `now` when something was told since the last time."""
        if self._unsettled or self._changed_seats or self._changed_buckets:
            return now
        while self._timers and not self._is_waited_for(self._timers[0][0], self._timers[0][2]):
            heappop(self._timers)
        return max(now, self._timers[0][0]) if self._timers else None

    def why_waiting(self, conversation: int, now: datetime) -> Reason | None:
        """What it waits for; None when it does not wait."""
        item = self._items.get(conversation)
        if item is None:
            return None
        bucket = item.bucket
        if bucket is None:
            return Reason(Why.NEW)
        until = next((at for at in reversed(item.changes) if at > now), None)
        able = [seat for seat in bucket.able.values() if bucket.admits(seat)]
        return explaining.why_waiting(item, able, self._lines.position(item), until)

    def decide(self, now: datetime) -> list[Decision]:
        """Give what can be given, the earliest due first; the board counts it as given."""
        given: list[Decision] = []
        self._settle(now)
        while self._changed_seats or self._changed_buckets:
            people = [seat for seat in self._changed_seats.values() if _is_there(seat)]
            buckets = self._changed_buckets
            self._changed_seats, self._changed_buckets = {}, {}
            given += self._sweep(buckets, people, now)
        return given

    def next_for(self, person_id: int, now: datetime) -> Decision | None:
        """The earliest conversation for a person who asks for one, already counted as given; None: none fits."""
        self._settle(now)
        seat = self._seats.get(person_id)
        if seat is None:
            return None
        fits = (b for b in self._buckets.admitting(seat) if _load_with(seat, b.weight) is not None)
        heads = [item for bucket in fits if (item := bucket.head()) is not None]
        if not heads:
            return None
        return self._give(min(heads, key=_order), seat, now, (Reason(Why.ASKED_FOR_NEXT),))

    # within

    def _sweep(self, changed: dict[BucketKey, Bucket], people: list[Seat], now: datetime) -> list[Decision]:
        """Look once, in order of what is due, at everything that may find somebody since the last time."""
        few = people if len(people) <= FEW else None
        buckets = list((changed | self._within_reach(people)).values())
        queue = [(head.key, place) for place, b in enumerate(buckets) if (head := b.head()) is not None]
        heapify(queue)
        given: list[Decision] = []
        first: dict[int, OrderKey] = {}
        while queue:
            place = heappop(queue)[1]
            bucket = buckets[place]
            item = bucket.head()
            is_new = few is None or bucket.key in changed
            if item is None or not (is_new or _may_interest(bucket, few or ())):
                continue
            seat, with_room = self._choose(item, bucket) if is_new or _fit(bucket, few or ()) else (None, 0)
            if seat is not None:
                given.append(self._give(item, seat, now, explaining.why_them(seat, with_room)))
                if (head := bucket.head()) is not None:
                    heappush(queue, (head.key, place))
            elif bucket.is_whole and bucket.only is None:
                among = bucket.able.values() if is_new or few is None else few
                self._keep_somebody(bucket, item, among, first)
        return given

    def _within_reach(self, people: list[Seat]) -> dict[BucketKey, Bucket]:
        """What these people may be given something of, or have to be kept free for."""
        found: dict[BucketKey, Bucket] = {}
        if len(people) > FEW:
            found = {bucket.key: bucket for bucket in self._buckets.for_everybody()}
            own = (self._buckets.by_person.get(seat.person.id, {}) for seat in people)
            return found | {key: bucket for shelf in own for key, bucket in shelf.items()}
        for seat in people:
            found.update((bucket.key, bucket) for bucket in _of_interest(seat, self._buckets.admitting(seat)))
        return found

    def _choose(self, item: Item, bucket: Bucket) -> tuple[Seat | None, int]:
        own = bucket.only
        able = bucket.able.values() if own is None else [self._seats[person] for person in sorted(own)]
        return best_seat(item, bucket, able, self.rules)

    def _give(self, item: Item, seat: Seat, now: datetime, chosen: tuple[Reason, ...]) -> Decision:
        kept = seat.kept_for
        reasons = explaining.why(item, seat.person, kept is not None and kept is item.bucket, self.rules, now)
        load = _load_with(seat, item.waiting.weight)
        assert load is not None, "given to somebody without room"
        seat.load, seat.idle = load, now.timestamp()
        if kept is not None:
            seat.kept_for = None
            kept.kept.discard(seat.person.id)
            if kept is not item.bucket:
                self._changed_buckets[kept.key] = kept
        self.take(item.waiting.id)
        return Decision(item.waiting.id, seat.person.id, reasons + chosen)

    def _keep_somebody(
        self, bucket: Bucket, item: Item, among: Collection[Seat], first: dict[int, OrderKey]
    ) -> None:
        """Nobody has room for what takes a whole person: let one of these finish and take nothing else meanwhile."""
        if len(bucket.kept) >= len(bucket.items):
            return
        free = [seat for seat in among if seat.kept_for is None and _is_there(seat) and bucket.admits(seat)]
        if not free:
            return
        seat = min(free, key=lambda s: (s.load / s.person.capacity, s.person.id))
        if item.key < self._first_lighter(seat, first) and len(bucket.kept) < self._kept_at_most(bucket):
            seat.kept_for = bucket
            bucket.kept.add(seat.person.id)

    def _kept_at_most(self, bucket: Bucket) -> int:
        here = sum(_is_there(seat) for seat in bucket.able.values()) if bucket.kept else 0
        return max(1, here * KEPT_AT_MOST // 100)

    def _first_lighter(self, seat: Seat, known: dict[int, OrderKey]) -> OrderKey:
        """The place in the order of the first lighter one that could go to a person."""
        number = seat.person.id
        if number not in known:
            lighter = (each for each in self._buckets.admitting(seat) if not each.is_whole)
            heads = (item.key for bucket in lighter if (item := bucket.head()) is not None)
            known[number] = min(heads, default=LAST)
        return known[number]


def _is_there(seat: Seat) -> bool:
    return seat.person.is_here and seat.person.capacity > 0


def _order(item: Item) -> OrderKey:
    return item.key


def _load_with(seat: Seat, weight: int) -> int | None:
    return room_for(weight, seat.load, seat.person.capacity)


def _fit(bucket: Bucket, people: Collection[Seat]) -> bool:
    """Whether one of these has room for the next of a bucket."""
    return any(bucket.admits(seat) and seat.may_take_from(bucket) for seat in people)


def _of_interest(seat: Seat, buckets: list[Bucket]) -> list[Bucket]:
    """Those that a person has room for now, and those for which they could be kept free."""
    kept, room = seat.kept_for, seat.person.capacity - seat.load
    if kept is not None:
        return [bucket for bucket in buckets if bucket is kept]
    return [bucket for bucket in buckets if bucket.is_whole or bucket.weight <= room]


def _may_interest(bucket: Bucket, people: Collection[Seat]) -> bool:
    """Whether one of these could take from a bucket, or be kept free for it."""
    if not bucket.is_whole:
        return _fit(bucket, people)
    return any(bucket.admits(seat) and seat.kept_for in (None, bucket) for seat in people)
