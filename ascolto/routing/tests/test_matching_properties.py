"""What holds whatever happens on the board, found out by machines that try to break it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ascolto.routing.matching import WHOLE, Board, Decision, Person, Rules, Waiting, load_of, room_for
from ascolto.routing.stages import is_able, order_of, shape_at, stage_at

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
WEIGHTS = st.sampled_from([20, 33, 100])
NUMBERS = st.integers(1, 6)
LANGUAGES = st.sampled_from(["it", "en", "de"])


def some(values: st.SearchStrategy[object]) -> st.SearchStrategy[frozenset[object] | None]:
    return st.none() | st.frozensets(values, min_size=1, max_size=2)


people = st.builds(
    Person,
    id=NUMBERS,
    teams=st.frozensets(st.integers(1, 3), min_size=1),
    topics=some(st.integers(1, 3)),
    languages=some(LANGUAGES),
    channels=some(st.sampled_from(["chat", "voice"])),
    capacity=st.sampled_from([100, 100, 60, 0, 150]),
)


@st.composite
def conversations(draw: st.DrawFn, number: int, at: datetime) -> Waiting:
    promised = timedelta(minutes=draw(st.sampled_from([0, 5, 30, 60])))
    return Waiting(
        id=number,
        due_at=at + promised - timedelta(minutes=draw(st.integers(0, 40))),
        since=at,
        weight=draw(WEIGHTS),
        channel=draw(st.sampled_from(["chat", "voice", None])),
        language=draw(st.none() | LANGUAGES),
        topic=draw(st.none() | st.integers(1, 3)),
        team=draw(st.none() | st.integers(1, 3)),
        preferred=tuple(draw(st.lists(NUMBERS, max_size=2, unique=True))),
        refused=draw(st.frozensets(NUMBERS, max_size=2)),
        promised=promised,
        group=draw(st.sampled_from(["", "Gold"])),
    )


RULES = Rules(overflow={1: 2}, group_shift={"Gold": timedelta(minutes=10)})


class Day(RuleBasedStateMachine):
    """Things happen in any order; after each decision the world is as the board promised."""

    @initialize()
    def opens(self) -> None:
        self.now, self.next_number = START, 1
        self.board = Board(RULES)
        self.people: dict[int, Person] = {}
        self.in_hand: dict[int, dict[int, int]] = {}
        self.waiting: dict[int, Waiting] = {}
        self.decided = False

    def tell(self, number: int) -> None:
        person = self.people[number]
        load = load_of(self.in_hand[number].values(), person.capacity)
        self.people[number] = replace(person, load=load)
        self.board.person(self.people[number])
        self.decided = False

    @rule(person=people)
    def somebody_comes_or_learns(self, person: Person) -> None:
        self.people[person.id] = person
        self.in_hand.setdefault(person.id, {})
        if sum(self.in_hand[person.id].values()) > person.capacity:
            self.in_hand[person.id] = {}
        self.tell(person.id)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), is_here=st.booleans())
    def somebody_goes_or_returns(self, data: st.DataObject, is_here: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.people)))
        self.people[number] = replace(self.people[number], is_here=is_here)
        self.tell(number)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def somebody_leaves_for_good(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.people)))
        del self.people[number], self.in_hand[number]
        self.board.without(number)
        self.decided = False

    @rule(data=st.data())
    def giulia_writes(self, data: st.DataObject) -> None:
        waiting = data.draw(conversations(self.next_number, self.now))
        self.waiting[waiting.id] = waiting
        self.next_number += 1
        self.board.put(waiting)
        self.decided = False

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def more_is_known_or_it_is_gone(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.waiting)))
        self.decided = False
        if data.draw(st.booleans()):
            self.waiting[number] = replace(data.draw(conversations(number, self.now)))
            self.board.put(self.waiting[number])
        else:
            del self.waiting[number]
            self.board.take(number)

    @precondition(lambda self: any(self.in_hand.values()))
    @rule(data=st.data())
    def somebody_finishes(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(n for n, items in self.in_hand.items() if items)))
        del self.in_hand[number][data.draw(st.sampled_from(sorted(self.in_hand[number])))]
        self.tell(number)

    @rule(minutes=st.integers(0, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.decided = False

    @rule()
    def the_board_decides(self) -> None:
        before = dict(self.waiting)
        decisions = self.board.decide(self.now)
        for decision in decisions:
            self.receive(decision)
        self.check_order(decisions, before)
        self.decided = True
        assert self.board.decide(self.now) == []
        ahead = self.board.next_change(self.now)
        assert ahead is None or ahead > self.now

    def receive(self, decision: Decision) -> None:
        waiting, person = self.waiting.pop(decision.conversation), self.people[decision.person]
        before = load_of(self.in_hand[person.id].values(), person.capacity)
        assert room_for(waiting.weight, before, person.capacity) is not None, "beyond capacity"
        assert person.is_here
        assert person.id not in waiting.refused
        assert is_able(person, shape_at(waiting, RULES, stage_at(waiting, RULES, self.now)))
        assert decision.reasons
        self.in_hand[person.id][waiting.id] = waiting.weight

    def check_order(self, decisions: list[Decision], before: dict[int, Waiting]) -> None:
        """Of equal needs the later one never goes first."""
        left = [before[number] for number in self.waiting if number in before]
        for decision in decisions:
            gone = before[decision.conversation]
            for one in left:
                earlier = order_of(one, RULES) < order_of(gone, RULES)
                assert not (earlier and needs(one, self.now) == needs(gone, self.now))

    @invariant()
    def nobody_able_is_idle_beside_what_waits(self) -> None:
        if not self.decided:
            return
        kept = {number for number, seat in self.board._seats.items() if seat.kept_for is not None}
        for waiting in self.waiting.values():
            if self.board._items[waiting.id].bucket.only is not None:  # type: ignore[union-attr]
                continue
            shape = shape_at(waiting, RULES, stage_at(waiting, RULES, self.now))
            for number, person in self.people.items():
                load = load_of(self.in_hand[number].values(), person.capacity)
                fits = room_for(waiting.weight, load, person.capacity) is not None and person.is_here
                able = is_able(person, shape) and number not in waiting.refused
                assert not (fits and able and number not in kept), (waiting, person)

    @invariant()
    def whoever_is_kept_free_is_kept_for_somebody(self) -> None:
        for number, seat in self.board._seats.items():
            if seat.kept_for is not None:
                assert seat.kept_for.items
                assert number in seat.kept_for.kept
                assert len(seat.kept_for.kept) <= len(seat.kept_for.items)


def needs(waiting: Waiting, now: datetime) -> object:
    shape = shape_at(waiting, RULES, stage_at(waiting, RULES, now))
    return shape, waiting.weight, waiting.refused, waiting.preferred


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Person], list[Waiting]]:
    crew = draw(st.lists(people, min_size=1, max_size=5, unique_by=lambda person: person.id))
    rows = [draw(conversations(n, START + timedelta(minutes=n))) for n in range(1, draw(st.integers(2, 14)))]
    return crew, rows


def placed(board: Board, at: datetime) -> list[tuple[int, int]]:
    return [(each.conversation, each.person) for each in board.decide(at)]


@settings(max_examples=100, deadline=None)
@given(world=worlds(), data=st.data())
def test_the_order_of_telling_changes_nothing(
    world: tuple[list[Person], list[Waiting]], data: st.DataObject
) -> None:
    crew, rows = world
    at = START + timedelta(minutes=20)
    found = []
    for _ in range(2):
        board = Board(RULES)
        told: Person | Waiting
        for told in data.draw(st.permutations([*crew, *rows])):
            board.person(told) if isinstance(told, Person) else board.put(told)
        found.append(placed(board, at))
    assert found[0] == found[1]


@settings(max_examples=100, deadline=None)
@given(world=worlds(), history=st.lists(st.integers(0, 15), max_size=6))
def test_a_board_made_anew_decides_as_the_one_that_saw_it_all(
    world: tuple[list[Person], list[Waiting]], history: list[int]
) -> None:
    """People were away all the time, so nothing was decided; then they come, to the old board and to a new one."""
    crew, rows = world
    old, new, at = Board(RULES), Board(RULES), START
    for person in crew:
        old.person(replace(person, is_here=False))
    for index, row in enumerate(rows):
        old.put(row)
        at += timedelta(minutes=history[index] if index < len(history) else 0)
        assert placed(old, at) == []
    for person in crew:
        old.person(person)
        new.person(person)
    for row in rows:
        new.put(row)
    assert placed(old, at) == placed(new, at)


@settings(max_examples=60, deadline=None)
@given(world=worlds(), later=st.lists(WEIGHTS, max_size=40))
def test_nobody_starves_while_others_keep_writing(
    world: tuple[list[Person], list[Waiting]], later: list[int]
) -> None:
    """Every minute something finishes and something new comes; whatever somebody can ever take is given in the end."""
    crew, rows = world
    at, board = START, Board(RULES)
    in_hand: dict[int, dict[int, int]] = {person.id: {} for person in crew}
    by_id = {row.id: row for row in rows}
    for person in crew:
        board.person(person)
    for row in rows:
        board.put(row)
    for number in range(600):
        at += timedelta(minutes=1)
        if number < len(later):
            fresh = Waiting(1000 + number, at + timedelta(minutes=30), at, later[number], "chat")
            by_id[fresh.id] = fresh
            board.put(fresh)
        person = crew[number % len(crew)]
        if in_hand[person.id]:
            in_hand[person.id].pop(min(in_hand[person.id]))
        board.person(replace(person, load=load_of(in_hand[person.id].values(), person.capacity)))
        for decision in board.decide(at):
            in_hand[decision.person][decision.conversation] = by_id[decision.conversation].weight
    left = [by_id[number] for number in by_id if number in board]
    for waiting in left:
        assert not any(can_ever(person, waiting) for person in crew), waiting


def can_ever(person: Person, waiting: Waiting) -> bool:
    if person.id in waiting.refused or not person.is_here or person.capacity <= 0:
        return False
    channel = waiting.channel is None or person.channels is None or waiting.channel in person.channels
    return channel and (waiting.weight >= WHOLE or waiting.weight <= person.capacity)
