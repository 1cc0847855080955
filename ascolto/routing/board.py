"""The board: told what changed, it decides who gets which conversation. See docs/decisions/routing.md for why it decides so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import heapify, heappop, heappush

from ascolto.routing import explaining
from ascolto.routing.choosing import best_seat, rare_skills
from ascolto.routing.queues import Bucket, BucketKey, Item, Lines, Seat
from ascolto.routing.stages import (
    OrderKey,
    Shape,
    changes_of,
    half_over,
    held_until,
    order_of,
    shape_at,
    stage_at,
)
from ascolto.routing.values import NOBODY, Decision, Person, Reason, Rules, Waiting, Why, room_for

FEW = 8  # so many people changed: look at their buckets only; more: at all
KEPT_AT_MOST = 10  # hundredths of the people here who are kept free for one bucket at once; at least one


class Board:
    """People and waiting conversations, in memory. Not safe for threads: one owner tells it and asks it."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._seats: dict[int, Seat] = {}
        self._items: dict[int, Item] = {}
        self._lines = Lines()
        self._live: dict[Shape, dict[BucketKey, Bucket]] = {}  # buckets with somebody in, by shape
        self._held: dict[int, dict[BucketKey, Bucket]] = {}  # those that wait for certain people, by person
        self._wanted: dict[int, set[int]] = {}  # conversations by preferred person
        self._able: dict[Shape, list[Seat]] = {}
        self._timers: list[tuple[float, int, datetime, Item]] = []
        self._unsettled: dict[int, Item] = {}  # to be put into a bucket
        self._changed_seats: dict[int, Seat] = {}
        self._changed_buckets: dict[BucketKey, Bucket] = {}
        self._rarity_is_old = True

    # told

    def put(self, waiting: Waiting) -> None:
        """A conversation waits, or what is known of it changed."""
        if (known := self._items.get(waiting.id)) is not None and known.waiting == waiting:
            return
        self.take(waiting.id)
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
        idle = person.idle_since.timestamp() if person.idle_since else 0.0
        if seat is None or _skills(seat.person) != _skills(person):
            if seat is not None:
                self._release(seat)
            seat = self._seats[person.id] = Seat(person, person.load, idle)
            self._able.clear()
            self._rarity_is_old = True
            self._unsettle(person.id)
        else:
            if seat.person.is_here != person.is_here or (seat.person.capacity > 0) != (person.capacity > 0):
                self._unsettle(person.id)
            seat.person, seat.load, seat.idle = person, person.load, idle
        if not person.is_here:
            self._release(seat)
        self._changed_seats[person.id] = seat

    def without(self, person_id: int) -> None:
        """Somebody is gone for good."""
        seat = self._seats.pop(person_id, None)
        if seat is None:
            return
        self._release(seat)
        self._changed_seats.pop(person_id, None)
        self._able.clear()
        self._rarity_is_old = True
        self._unsettle(person_id)

    def obey(self, rules: Rules) -> None:
        """The company's rules changed: everything is looked at anew."""
        waiting = [item.waiting for item in self._items.values()]
        for each in waiting:
            self.take(each.id)
        self.rules = rules
        for each in waiting:
            self.put(each)
        self._changed_seats.update(self._seats)

    # asked

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
        """Everybody it was told of."""
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
        while self._timers and not self._is_current(self._timers[0][3]):
            heappop(self._timers)
        return max(now, self._timers[0][2]) if self._timers else None

    def why_waiting(self, conversation: int, now: datetime) -> Reason | None:
        """What it waits for; None when it does not wait."""
        item = self._items.get(conversation)
        if item is None:
            return None
        if item.bucket is None:
            return Reason(Why.NEW)
        until = next((at for at in reversed(item.changes) if at > now), None)
        able = [seat for seat in self._able_for(item.bucket.shape) if item.bucket.admits(seat)]
        return explaining.why_waiting(item, able, self._lines.position(item), until)

    # decides

    def decide(self, now: datetime) -> list[Decision]:
        """Give what can be given, the earliest due first; the board counts it as given."""
        self._settle(now)
        changed = [seat for seat in self._changed_seats.values() if seat.person.is_here]
        looked_at = self._to_look_at(changed)
        few = changed if len(changed) <= FEW else None
        own = self._changed_buckets
        self._changed_seats, self._changed_buckets = {}, {}
        heap = [(head.key, bucket) for bucket in looked_at if (head := bucket.head()) is not None]
        heap.sort(key=lambda pair: pair[0])
        given: list[Decision] = []
        queue = [(key, position, bucket) for position, (key, bucket) in enumerate(heap)]
        while queue:
            _, position, bucket = heappop(queue)
            if few is not None and bucket.key not in own and not _may_interest(bucket, few):
                continue
            item = bucket.head()
            if item is None:
                continue
            decision = self._give_head(bucket, item, now)
            if decision is not None:
                given.append(decision)
                if (head := bucket.head()) is not None:
                    heappush(queue, (head.key, position, bucket))
            elif bucket.is_whole:
                self._keep_somebody(bucket, item, now)
        return given

    def next_for(self, person_id: int, now: datetime) -> Decision | None:
        """The earliest conversation that a person who asks for one may take now, already counted as given; None: none fits."""
        self._settle(now)
        seat = self._seats.get(person_id)
        if seat is None:
            return None
        buckets = [*self._held.get(person_id, {}).values(), *self._live_buckets()]
        found = [
            (head.key, head)
            for bucket in buckets
            if bucket.admits(seat)
            and room_for(bucket.weight, seat.load, seat.person.capacity) is not None
            and (head := bucket.head()) is not None
        ]
        if not found:
            return None
        item = min(found, key=lambda pair: pair[0])[1]
        return self._give(item, seat, now, (Reason(Why.ASKED_FOR_NEXT),))

    # within

    def _settle(self, now: datetime) -> None:
        """Put everything into the bucket where it belongs at this time."""
        if self._rarity_is_old:
            rare_skills(list(self._seats.values()))
            self._rarity_is_old = False
        while self._timers and self._timers[0][2] <= now:
            item = heappop(self._timers)[3]
            if self._is_current(item):
                self._unsettled[item.waiting.id] = item
        unsettled, self._unsettled = self._unsettled, {}
        for item in unsettled.values():
            self._into_bucket(item, now)

    def _into_bucket(self, item: Item, now: datetime) -> None:
        waiting = item.waiting
        stage = stage_at(waiting, self.rules, now)
        shape = shape_at(waiting, self.rules, stage)
        key = (shape, waiting.weight, waiting.refused, self._only(waiting, shape, now))
        if item.bucket is None or item.bucket.key != key:
            self._out_of_bucket(item)
            bucket = self._bucket(key)
            bucket.add(item)
            item.bucket = bucket
        assert item.bucket is not None
        self._changed_buckets[key] = item.bucket
        item.changes = [at for at in reversed(changes_of(waiting, self.rules)) if at > now]
        if item.changes:
            heappush(self._timers, (item.changes[-1].timestamp(), waiting.id, item.changes[-1], item))

    def _only(self, waiting: Waiting, shape: Shape, now: datetime) -> frozenset[int] | None:
        """The preferred people whom it waits for: here, able, not those who refused it."""
        if not waiting.preferred or now >= held_until(waiting, self.rules):
            return None
        seats = (self._seats.get(person) for person in waiting.preferred if person not in waiting.refused)
        here = [s for s in seats if s and s.person.is_here and s.person.capacity > 0 and s.is_able(shape)]
        fitting = [s.person.id for s in here if waiting.weight <= s.person.capacity or waiting.weight >= 100]
        return frozenset(fitting) or None

    def _bucket(self, key: BucketKey) -> Bucket:
        shape, _, _, only = key
        known = self._live.get(shape, {}).get(key) if only is None else None
        if only is not None:
            known = next((self._held[p][key] for p in only if key in self._held.get(p, {})), None)
        if known is not None:
            return known
        bucket = Bucket(key)
        if only is None:
            self._live.setdefault(shape, {})[key] = bucket
        for person in only or ():
            self._held.setdefault(person, {})[key] = bucket
        return bucket

    def _out_of_bucket(self, item: Item) -> None:
        bucket = item.bucket
        if bucket is None:
            return
        item.bucket = None
        bucket.remove(item)
        while len(bucket.kept) > len(bucket.items):
            self._release(max((self._seats[p] for p in bucket.kept), key=lambda s: (s.load, s.person.id)))
        if bucket.items:
            return
        self._changed_buckets.pop(bucket.key, None)
        if bucket.only is None:
            shaped = self._live[bucket.shape]
            del shaped[bucket.key]
            if not shaped:
                del self._live[bucket.shape]
        for person in bucket.only or ():
            del self._held[person][bucket.key]

    def _release(self, seat: Seat) -> None:
        """They are kept free for nothing any more."""
        bucket = seat.kept_for
        if bucket is None:
            return
        seat.kept_for = None
        bucket.kept.discard(seat.person.id)
        self._changed_seats[seat.person.id] = seat
        if bucket.items:
            self._changed_buckets[bucket.key] = bucket

    def _unsettle(self, person_id: int) -> None:
        """Who waits for this person, or could, is looked at again."""
        for number in self._wanted.get(person_id, ()):
            self._unsettled[number] = self._items[number]

    def _is_current(self, item: Item) -> bool:
        return self._items.get(item.waiting.id) is item

    def _live_buckets(self) -> Iterable[Bucket]:
        return (bucket for shaped in self._live.values() for bucket in shaped.values())

    def _to_look_at(self, changed: list[Seat]) -> list[Bucket]:
        if not changed:
            return list(self._changed_buckets.values())
        held = {key: b for seat in changed for key, b in self._held.get(seat.person.id, {}).items()}
        found = self._changed_buckets | held
        if len(changed) > FEW:
            return list({**found, **{bucket.key: bucket for bucket in self._live_buckets()}}.values())
        for shape, shaped in self._live.items():
            if any(seat.is_able(shape) for seat in changed):
                found.update((key, b) for key, b in shaped.items() if _may_interest(b, changed))
        return list(found.values())

    def _able_for(self, shape: Shape) -> list[Seat]:
        known = self._able.get(shape)
        if known is None:
            known = self._able[shape] = [seat for seat in self._seats.values() if seat.is_able(shape)]
        return known

    def _give_head(self, bucket: Bucket, item: Item, now: datetime) -> Decision | None:
        if bucket.only is None:
            able = self._able_for(bucket.shape)
        else:
            able = [self._seats[person] for person in sorted(bucket.only)]
        seat, with_room = best_seat(item, bucket, able, self.rules)
        if seat is None:
            return None
        return self._give(item, seat, now, explaining.why_them(seat, with_room))

    def _give(self, item: Item, seat: Seat, now: datetime, chosen: tuple[Reason, ...]) -> Decision:
        kept = seat.kept_for is not None and seat.kept_for is item.bucket
        reasons = explaining.why(item, seat.person, kept, self.rules, now) + chosen
        load = room_for(item.waiting.weight, seat.load, seat.person.capacity)
        assert load is not None, "given to somebody without room"
        self._release(seat)
        self._changed_seats.pop(seat.person.id, None)
        seat.load, seat.idle = load, now.timestamp()
        self.take(item.waiting.id)
        return Decision(item.waiting.id, seat.person.id, reasons)

    def _keep_somebody(self, bucket: Bucket, item: Item, now: datetime) -> None:
        """Nobody has room for what takes a whole person: let somebody finish and take nothing else meanwhile."""
        able = [s for s in self._able_for(bucket.shape) if s.person.is_here and bucket.admits(s)]
        at_most = max(1, len(able) * KEPT_AT_MOST // 100)
        if len(bucket.kept) >= min(at_most, len(bucket.items)):
            return
        free = [seat for seat in able if seat.kept_for is None and seat.person.capacity > 0]
        if not free:
            return
        seat = min(free, key=lambda s: (s.load / s.person.capacity, s.person.id))
        if now >= half_over(item.waiting) or self._is_earliest_for(seat, item.key):
            seat.kept_for = bucket
            bucket.kept.add(seat.person.id)

    def _is_earliest_for(self, seat: Seat, key: OrderKey) -> bool:
        """Whether nothing lighter that comes before could go to this person."""
        for bucket in self._live_buckets():
            if bucket.is_whole or not bucket.admits(seat):
                continue
            head = bucket.head()
            if head is not None and head.key < key:
                return False
        return True


def _skills(person: Person) -> tuple[object, ...]:
    return person.teams, person.topics, person.languages, person.channels


def _may_interest(bucket: Bucket, changed: list[Seat]) -> bool:
    """Whether one of these people could take from it, or has to be kept free for it."""
    return any(bucket.admits(seat) and (bucket.is_whole or seat.fits(bucket.weight)) for seat in changed)


__all__ = ["NOBODY", "Board"]
