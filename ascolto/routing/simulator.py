"""Replays a day on the real board: who waited how long, what was promised and kept, and whether anything that must not happen did.

People finish what they have when their shift or a break begins, and get nothing new. Nobody gives up waiting. The night after is played
until everything was given, with those who work then.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from ascolto.routing.board import Board
from ascolto.routing.made_up_day import Arrival, Day
from ascolto.routing.values import WHOLE, Decision, Person, Rules, Waiting, load_of, room_for


class Observer(Protocol):
    """Somebody who looks on: estimates of waits, drawings."""

    def came(self, board: Board, waiting: Waiting, now: datetime) -> None:
        """A conversation began to wait; nothing was decided since."""

    def given(self, board: Board, waiting: Waiting, decision: Decision, now: datetime) -> None:
        """It found somebody."""


@dataclass(slots=True)
class Outcome:
    """What came of a day."""

    waits: dict[str, list[float]] = field(
        default_factory=dict
    )  # seconds, by channel, in order of being given
    in_promise: int = 0
    given: int = 0
    never_given: int = 0
    over_capacity: int = 0
    wrongly_given: int = 0  # to somebody who refused, was not there, or has not the channel
    reasons: Counter[str] = field(default_factory=Counter)
    decide: list[float] = field(default_factory=list)  # seconds of the processor each took
    most_waiting: int = 0
    work: float = 0.0  # hours of people that were used …
    hours: float = 0.0  # … of those that there were

    @property
    def longest(self) -> float:
        """Seconds that somebody waited at most."""
        return max((max(waits) for waits in self.waits.values() if waits), default=0.0)

    def parity(self, share: float = 0.9) -> float:
        """The longest quantile of a channel against the shortest: 1.0 is perfect."""
        found = [quantile(waits, share) for waits in self.waits.values() if waits]
        return max(found) / min(found) if found and min(found) > 0 else float("inf")


def quantile(values: list[float], share: float) -> float:
    """The value below which so large a share lies (nearest rank); 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def replay(day: Day, rules: Rules | None = None, observer: Observer | None = None) -> Outcome:
    """Play a day from its first minute until nothing waits or nobody comes any more."""
    return _Replay(day, rules or Rules(), observer).run()


class _Replay:
    def __init__(self, day: Day, rules: Rules, observer: Observer | None) -> None:
        self.board, self.outcome, self.observer = Board(rules), Outcome(), observer
        self.waiting = {arrival.waiting.id: arrival.waiting for arrival in day.arrivals}
        self.takes = {arrival.waiting.id: arrival.takes for arrival in day.arrivals}
        self.people = {worker.person.id: worker.person for worker in day.workers}
        self.in_hand: dict[int, dict[int, int]] = {number: {} for number in self.people}  # weights
        self.last_given: dict[int, datetime] = {}
        self._order = count()
        self._wakes_at = datetime.min.replace(tzinfo=UTC)
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._plan(day)
        for person in self.people.values():
            self.board.person(person)

    def _plan(self, day: Day) -> None:
        for arrival in day.arrivals:
            self._at(arrival.waiting.since, lambda now, a=arrival: self._came(a, now))  # type: ignore[misc]
        for worker in day.workers:
            number = worker.person.id
            for begin, end in worker.hours:
                self.outcome.hours += (end - begin) / timedelta(hours=1)
                for shift in range(2):  # the same people again on the next day
                    later = timedelta(days=shift)
                    self._at(begin + later, lambda _, n=number: self._turn(n, True))  # type: ignore[misc]
                    self._at(end + later, lambda _, n=number: self._turn(n, False))  # type: ignore[misc]
        heapify(self._events)

    def _at(self, when: datetime, happens: Callable[[datetime], None]) -> None:
        self._events.append((when, next(self._order), happens))

    def run(self) -> Outcome:
        still_to_come = len(self.takes)
        while self._events and self.outcome.given < still_to_come:
            now = self._events[0][0]
            while self._events and self._events[0][0] == now:
                heappop(self._events)[2](now)
            self._decide(now)
        self.outcome.never_given = still_to_come - self.outcome.given
        return self.outcome

    def _came(self, arrival: Arrival, now: datetime) -> None:
        self.board.put(arrival.waiting)
        self.outcome.most_waiting = max(self.outcome.most_waiting, len(self.board))
        if self.observer is not None:
            self.observer.came(self.board, arrival.waiting, now)

    def _turn(self, number: int, is_here: bool) -> None:
        self.people[number] = replace(self.people[number], is_here=is_here)
        self._tell(number)

    def _finished(self, number: int, conversation: int) -> None:
        del self.in_hand[number][conversation]
        self._tell(number)

    def _tell(self, number: int) -> None:
        person = self.people[number]
        load = load_of(self.in_hand[number].values(), person.capacity)
        self.board.person(replace(person, load=load, idle_since=self.last_given.get(number)))

    def _decide(self, now: datetime) -> None:
        began = time.thread_time()
        decisions = self.board.decide(now)
        self.outcome.decide.append(time.thread_time() - began)
        for decision in decisions:
            self._given(decision, now)
        wakes_at = self.board.next_change(now)
        if wakes_at is not None and not now < self._wakes_at <= wakes_at:
            self._wakes_at = wakes_at
            heappush(self._events, (wakes_at, next(self._order), lambda now: None))

    def _given(self, decision: Decision, now: datetime) -> None:
        waiting, person = self.waiting[decision.conversation], self.people[decision.person]
        in_hand, outcome = self.in_hand[person.id], self.outcome
        before = load_of(in_hand.values(), person.capacity)
        outcome.over_capacity += room_for(waiting.weight, before, person.capacity) is None
        outcome.wrongly_given += not _may_have(person, waiting)
        in_hand[waiting.id] = waiting.weight
        self.last_given[person.id] = now
        outcome.given += 1
        outcome.in_promise += now <= waiting.due_at
        outcome.work += waiting.weight / WHOLE * (self.takes[waiting.id] / timedelta(hours=1))
        outcome.waits.setdefault(waiting.channel or "", []).append((now - waiting.since).total_seconds())
        outcome.reasons.update(str(reason.code) for reason in decision.reasons)
        done = (now + self.takes[waiting.id], next(self._order))
        heappush(self._events, (*done, lambda _: self._finished(person.id, waiting.id)))
        if self.observer is not None:
            self.observer.given(self.board, waiting, decision, now)


def _may_have(person: Person, waiting: Waiting) -> bool:
    can = person.channels is None or waiting.channel is None or waiting.channel in person.channels
    return can and person.is_here and person.id not in waiting.refused
