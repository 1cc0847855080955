"""The polling core: nothing lost, nothing twice, whatever moves, breaks or disappears between two looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.protocol import ErrorClass, Failure, Polled, SendRefused
from ascolto.channels.vendors.polling import HISTORY, Item, Page, Rules, look, look_at_each

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
RULES = Rules(overlap=timedelta(minutes=30), sweep_every=4, max_pages=3)


@dataclass
class Board:
    """A list on some network, newest first, with as many elements on a page as it likes."""

    size: int = 2
    entries: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    clock: datetime = START
    number: int = 0

    def tick(self) -> datetime:
        """Later than ever before."""
        self.clock += timedelta(minutes=1)
        return self.clock

    def write(self, text: str = "Buongiorno", at: datetime | None = None) -> str:
        """Something new."""
        self.number += 1
        self.entries[f"r{self.number}"] = (at or self.tick(), text)
        return f"r{self.number}"

    def edit(self, id: str) -> None:
        """Something changes, and moves to the front."""
        at = self.tick()
        self.entries[id] = (at, f"changed at {at:%H:%M}")

    def change_oldest(self) -> None:
        """The last one moves to the front."""
        if self.entries:
            self.edit(min(self.entries))

    def drop_oldest(self) -> None:
        """The last one is deleted."""
        if self.entries:
            del self.entries[min(self.entries)]

    def pages(self, meanwhile: Any = None) -> Iterator[Page]:
        """By offset, as most networks have it: what happens meanwhile moves the rest."""
        start = 0
        while True:
            newest = sorted(self.entries.items(), key=lambda entry: entry[1][0], reverse=True)
            shown = newest[start : start + self.size]
            items = tuple(Item(id, at, {"id": id, "text": text}) for id, (at, text) in shown)
            start += self.size
            is_last = start >= len(newest)
            yield Page(items, is_last)
            if is_last:
                return
            if meanwhile is not None:
                meanwhile()


@dataclass
class Desk:
    """Who stores what is found, one transaction at a time."""

    rules: Rules = RULES
    cursor: Mapping[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    history: set[str] = field(default_factory=set)

    def poll(self, board: Board, *, crash_after: int | None = None, meanwhile: Any = None) -> None:
        """Look once; after `crash_after` stored things the process dies."""
        found = look(board.pages(meanwhile), self.cursor, self.rules, board.tick())
        for number, polled in enumerate(found):
            if number == crash_after:
                return
            self.store(polled)

    def store(self, polled: Polled) -> None:
        """Content and cursor together."""
        self.cursor = json.loads(json.dumps(dict(polled.cursor)))
        if polled.raw is None:
            return
        document = json.loads(polled.raw)
        for gone in document.get("removed", []):
            self.texts.pop(gone)
        if "id" in document:
            self.texts[document["id"]] = document["text"]
            self.told.append(polled.raw.decode())
            if HISTORY in polled.headers:
                self.history.add(document["id"])


def test_what_is_new_comes_once_and_oldest_first() -> None:
    board, desk = Board(), Desk()
    for _ in range(5):
        board.write()
    desk.poll(board)
    desk.poll(board)
    assert [json.loads(raw)["id"] for raw in desk.told] == ["r1", "r2", "r3", "r4", "r5"]


def test_an_edit_is_told_and_an_unchanged_one_is_not() -> None:
    board, desk = Board(), Desk()
    first, _ = board.write(), board.write()
    desk.poll(board)
    board.edit(first)
    desk.poll(board)
    assert len(desk.told) == 3
    assert desk.texts[first].startswith("changed")


def test_an_error_on_a_later_page_leaves_everything_as_it_was() -> None:
    board, desk = Board(), Desk()
    for _ in range(5):
        board.write()

    def breaks() -> None:
        raise SendRefused(Failure(ErrorClass.RETRY, "down"))

    with pytest.raises(SendRefused):
        desk.poll(board, meanwhile=breaks)
    assert (desk.cursor, desk.told) == ({}, [])


def test_what_is_older_than_the_backfill_is_not_imported_and_older_than_a_day_is_history() -> None:
    board, desk = Board(), Desk()
    board.write(at=START - timedelta(days=40))
    old, new = board.write(at=START - timedelta(days=3)), board.write(at=START - timedelta(hours=2))
    desk.poll(board)
    assert set(desk.texts) == {old, new}
    assert desk.history == {old}
    board.edit(old)
    desk.poll(board)
    assert len(desk.told) == 3


def test_a_backlog_longer_than_one_walk_is_read_to_its_end() -> None:
    board, desk = Board(size=4), Desk(Rules(max_pages=2, keeps=5, sweep_every=0))
    board.write()
    desk.poll(board)
    for _ in range(40):
        board.write()
    for _ in range(6):
        desk.poll(board)
    assert set(desk.texts) == set(board.entries)
    assert len(desk.told) == 41
    assert len(desk.cursor["known"]) == 5
    assert desk.cursor["deeper"] == 0


def test_what_is_gone_is_believed_after_two_sweeps_and_one_glitch_is_not() -> None:
    board, desk = Board(size=50), Desk()
    gone, hidden = board.write(), board.write()
    desk.poll(board)
    del board.entries[gone]
    kept = board.entries.pop(hidden)
    for _ in range(4):
        desk.poll(board)
        if desk.cursor["missing"]:
            board.entries[hidden] = kept
    desk.poll(board)
    assert set(desk.texts) == {hidden}


def test_everything_gone_at_once_is_not_believed_soon() -> None:
    board, desk = Board(size=50), Desk(Rules(sweep_every=1))
    for _ in range(10):
        board.write()
    desk.poll(board)
    entries = dict(board.entries)
    board.entries.clear()
    for _ in range(11):
        desk.poll(board)
    assert set(desk.texts) == set(entries)
    desk.poll(board)
    assert not desk.texts


def test_what_the_network_forgets_by_itself_is_not_gone() -> None:
    board, desk = Board(), Desk(Rules(sweep_every=1, visible_for=timedelta(days=7)))
    old = board.write(at=START - timedelta(days=6, hours=23, minutes=30))
    desk.poll(board)
    del board.entries[old]
    for _ in range(3):
        desk.poll(board)
    assert set(desk.texts) == {old}


def test_a_plan_that_shows_only_the_newest_does_not_make_the_others_disappear() -> None:
    board, desk = Board(size=3), Desk(Rules(sweep_every=1, tells_all=False))
    for _ in range(3):
        board.write()
    desk.poll(board)
    first = next(iter(board.entries))
    board.write()
    del board.entries[first]  # it is not among the three newest any more
    for _ in range(4):
        desk.poll(board)
    assert len(desk.texts) == 4


def test_a_time_to_come_hides_nothing_that_comes_before_it() -> None:
    board, desk = Board(size=50), Desk(Rules(sweep_every=0, overlap=timedelta(0)))
    board.write(at=START + timedelta(days=30))
    desk.poll(board)
    later = board.write()
    desk.poll(board)
    assert later in desk.texts


def test_one_place_that_fails_holds_up_no_other() -> None:
    board = Board()
    review = board.write()

    def refuses() -> Iterator[Page]:
        raise SendRefused(Failure(ErrorClass.CONFIG, "no permission"))
        yield

    streams = {"a": refuses, "b": board.pages}
    walked = look_at_each(streams, {"closed": {"since": 1}}, RULES, board.tick())
    first = next(walked)
    assert json.loads(first.raw or b"")["id"] == review
    assert set(first.cursor) == {"b"}
    with pytest.raises(SendRefused, match="no permission"):
        list(walked)


STEPS = st.lists(
    st.one_of(
        st.just(("write", 0)),
        st.tuples(st.just("edit"), st.integers(0, 20)),
        st.tuples(st.just("remove"), st.integers(0, 20)),
        st.just(("poll", 0)),
        st.tuples(st.just("crash"), st.integers(0, 4)),
        st.tuples(st.just("moving"), st.integers(0, 2)),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.integers(1, 4))
def test_in_the_end_the_desk_knows_what_the_network_shows(steps: list[tuple[str, int]], size: int) -> None:
    board, desk = Board(size=size), Desk(Rules(overlap=timedelta(minutes=5), sweep_every=3, max_pages=4))
    desk.poll(board)
    for verb, number in steps:
        act(board, desk, verb, number)
    for _ in range(40):  # the network is left in peace; half of everything gone takes longer to believe
        desk.poll(board)
    assert desk.texts == {id: text for id, (_, text) in board.entries.items()}
    assert len(desk.told) == len(set(desk.told)), "told twice"


def act(board: Board, desk: Desk, verb: str, number: int) -> None:
    """One step of a story."""
    ids = sorted(board.entries)
    if verb == "write":
        board.write()
    elif verb == "poll":
        desk.poll(board)
    elif verb == "crash":
        desk.poll(board, crash_after=number)
    elif verb == "edit" and ids:
        board.edit(ids[number % len(ids)])
    elif verb == "remove" and ids:
        del board.entries[ids[number % len(ids)]]
    elif verb == "moving":
        happenings: list[Callable[[], object]] = [
            board.write,
            lambda: board.change_oldest(),
            lambda: board.drop_oldest(),
        ]
        left = [number]

        def meanwhile() -> None:
            if left:
                happenings[left.pop()]()

        desk.poll(board, meanwhile=meanwhile)
