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
from ascolto.routing.values import WHOLE, Decision, Person, Reason, Waiting, Why, room_for

FEW = 8  # so many people changed: look at what they could take; more: at everything
KEPT_AT_MOST = 10  # hundredths of the able people here who are kept free for one bucket at once; at least one
PASSED_BY = (
    10  # hundredths of its promise by which lighter ones may come before a conversation that finds no room
)
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
        self._first = {}
        while queue:
            place = heappop(queue)[1]
            bucket = buckets[place]
            is_new = few is None or bucket.key in changed
            item = bucket.head()
            if item is None or not (is_new or self._may_interest(bucket, few or ())):
                continue
            seat, with_room = self._choose(item, bucket) if is_new or _fit(bucket, few or ()) else (None, 0)
            if seat is not None:
                alone = bucket.only is not None and with_room == 1  # others may be able: they were not asked
                chosen = () if alone else explaining.why_them(seat, with_room)
                given.append(self._give(item, seat, now, chosen))
                if (head := bucket.head()) is not None:
                    heappush(queue, (head.key, place))
            elif bucket.only is None and bucket.weight > self._lightest:
                self._keep_somebody(bucket, item, few, is_new, now)
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
        self, bucket: Bucket, item: Item, few: list[Seat] | None, is_new: bool, now: datetime
    ) -> None:
        """Nobody has room for it, and something lighter would take what room there is: let somebody finish for it.

        For what is new and takes a whole person everybody is asked, else those who changed.
        """
        if len(bucket.kept) >= len(bucket.items):
            return
        all_of_them = few is None or (is_new and bucket.is_whole)
        among = [seat for seat in (bucket.able.values() if all_of_them else few or ()) if bucket.admits(seat)]
        among = [seat for seat in among if self._may_be_kept(seat, bucket)]
        if not among:
            return
        seat = min(among, key=lambda s: (s.load / s.person.capacity, s.person.id))
        if not self._is_passed(seat, item, now) or len(bucket.kept) >= self._kept_at_most(bucket):
            return
        if self._are_enough_left():
            seat.kept_for = bucket
            bucket.kept.add(seat.person.id)

    def _may_be_kept(self, seat: Seat, bucket: Bucket) -> bool:
        is_free = seat.kept_for is None and (bucket.is_whole or self._is_open(seat))
        return is_free and _could_ever(seat, bucket.weight)

    def _is_passed(self, seat: Seat, item: Item, now: datetime) -> bool:
        """Whether what a person would get next comes after an item; for what takes a part of a person: clearly after."""
        weight, promised = item.waiting.weight, item.waiting.promised
        first = self._first_lighter(seat, weight)
        if weight >= WHOLE:
            return item.key < first
        clearly = promised * PASSED_BY / 100
        return item.key[0] + clearly.total_seconds() < min(first[0], (now + promised).timestamp())

    def _first_lighter(self, seat: Seat, weight: int) -> OrderKey:
        """The place in the order of the first lighter one that could go to a person, as it was in this sweep when first asked."""
        asked = seat.person.id, weight
        if asked not in self._first:
            possible = (
                b for b in self._buckets.admitting(seat) if b.weight < weight and _could_ever(seat, b.weight)
            )
            self._first[asked] = min(
                (head.key for b in possible if (head := b.head()) is not None), default=LAST
            )
        return self._first[asked]

    def _are_enough_left(self) -> bool:
        """Whether with one person more kept free at least half of those who are here could still be given something."""
        here = [seat for seat in self._seats.values() if _is_there(seat)]
        kept = sum(seat.kept_for is not None for seat in here)
        return kept == 0 or 2 * (kept + 1) <= len(here)

    def _kept_at_most(self, bucket: Bucket) -> int:
        here = sum(_is_there(seat) for seat in bucket.able.values()) if bucket.kept else 0
        return max(1, here * KEPT_AT_MOST // 100)

    def _is_open(self, seat: Seat) -> bool:
        """Whether they are there and the lightest that was ever seen would find room with them."""
        return (
            _is_there(seat) and seat.kept_for is None and seat.person.capacity - seat.load >= self._lightest
        )

    def _may_interest(self, bucket: Bucket, people: Collection[Seat]) -> bool:
        """Whether one of these could take from a bucket, or be kept free for it."""
        for seat in people:
            kept = seat.kept_for
            if kept is None:
                room = seat.person.capacity - seat.load
                may = bucket.is_whole or bucket.weight <= room or (room >= self._lightest and _is_there(seat))
            else:
                may = kept is bucket
            if may and bucket.admits(seat):
                return True
        return False


def _could_ever(seat: Seat, weight: int) -> bool:
    return _is_there(seat) and room_for(weight, 0, seat.person.capacity) is not None


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
    """Those that they are kept free for, or all when they are for none."""
    kept = seat.kept_for
    return buckets if kept is None else [bucket for bucket in buckets if bucket is kept]
