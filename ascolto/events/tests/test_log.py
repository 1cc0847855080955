"""The log: an event exists if and only if it happened, and no reader ever skips one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ascolto.events.catalogue import CATALOGUE, UnknownEvent, check
from ascolto.events.consumers import Reader, feed
from ascolto.events.log import (
    Actor,
    Position,
    cursor_of,
    emit,
    latest_position,
    make_event,
    move_cursor,
    read_after,
)
from ascolto.events.models import Event

START = Position(0, 0)


def happen(name: str) -> None:
    """Something happens."""
    emit("team.created", name=name, team=1)


def names(events: list[Event]) -> list[str]:
    return [event.data["name"] for event in events]


def follow(position: Position, limit: int = 500) -> tuple[list[str], Position]:
    """What a reader sees next, and where it stands then."""
    events = read_after(position, limit)
    return names(events), Position(events[-1].xid, events[-1].pk) if events else position


class Writer:
    """Somebody who writes into the log and takes time to commit; on a connection of their own."""

    def __init__(self, pool: ThreadPoolExecutor, name: str, *, commits: bool = True) -> None:
        self._written, self._may_end = threading.Event(), threading.Event()
        self._done = pool.submit(self._write, name, commits)
        assert self._written.wait(20)

    def _write(self, name: str, commits: bool) -> None:
        try:
            with transaction.atomic():
                happen(name)
                self._written.set()
                assert self._may_end.wait(20)
                transaction.set_rollback(not commits)
        finally:
            self._written.set()
            connection.close()

    def end(self) -> None:
        """Commit (or give up) now."""
        self._may_end.set()
        self._done.result(20)


@pytest.fixture
def writes(transactional_db: None) -> Iterator[Callable[..., Writer]]:
    """Begins a slow writer. On PostgreSQL many write at once; on SQLite one at a time."""
    with ThreadPoolExecutor(16) as pool:
        yield lambda name, **how: Writer(pool, name, **how)


def needs_many_writers() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: ids commit in order")


def test_a_slow_writer_is_not_skipped_by_a_reader_that_saw_a_quick_one(writes: Callable[..., Writer]) -> None:
    needs_many_writers()
    slow = writes("slow")
    writes("quick").end()
    seen, position = follow(START)
    assert seen == []  # "quick" is committed, but what comes before it is not settled
    slow.end()
    seen, position = follow(position)
    assert seen == ["slow", "quick"]
    assert follow(position) == ([], position)


def test_what_was_settled_before_is_not_held_back(writes: Callable[..., Writer]) -> None:
    needs_many_writers()
    happen("early")
    slow = writes("slow")
    seen, position = follow(START)
    assert seen == ["early"]
    slow.end()
    assert follow(position)[0] == ["slow"]


def test_a_writer_that_gives_up_leaves_nothing_and_holds_up_nobody(writes: Callable[..., Writer]) -> None:
    needs_many_writers()
    undecided = writes("never", commits=False)
    writes("quick").end()
    undecided.end()
    assert follow(START)[0] == ["quick"]


def test_a_reader_of_the_future_misses_nothing_that_is_still_being_written(
    writes: Callable[..., Writer],
) -> None:
    needs_many_writers()
    happen("past")
    slow = writes("slow")
    writes("quick").end()
    position = latest_position()
    slow.end()
    assert follow(position)[0] == ["slow", "quick"]


def test_every_interleaving_of_writers_is_read_whole_and_once(writes: Callable[..., Writer]) -> None:
    needs_many_writers()
    orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]
    seen: list[str] = []
    position = START
    for number, order in enumerate(orders):
        writers = [writes(f"{number}-{place}") for place in range(4)]
        for place in order:
            writers[place].end()
            more, position = follow(position, limit=3)
            seen += more
    while more := follow(position, limit=3)[0]:
        seen, position = seen + more, follow(position, limit=3)[1]
    assert len(seen) == len(set(seen)) == 16
    assert set(seen) == set(names(list(Event.objects.all())))


def test_many_writers_and_readers_at_once(transactional_db: None) -> None:
    """No choreography: eight write, two read, and each reader sees everything once."""
    writers, rounds = 8, 12
    over = threading.Event()

    def write(who: int) -> None:
        try:
            for number in range(rounds):
                with transaction.atomic():
                    happen(f"{who}-{number}-a")
                    happen(f"{who}-{number}-b")
        finally:
            connection.close()

    def read() -> list[str]:
        seen: list[str] = []
        position = START
        try:
            while True:
                is_last_look = over.is_set()
                more, position = follow(position, limit=7)
                seen += more
                if is_last_look and not more:
                    return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(writers + 2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for done in [pool.submit(write, who) for who in range(writers)]:
            done.result(60)
        over.set()
        for reader in readers:
            seen = reader.result(60)
            assert len(seen) == writers * rounds * 2
            assert len(set(seen)) == len(seen)
            for who in range(writers):  # what one writes is read in the order in which it was written
                mine = [name for name in seen if name.startswith(f"{who}-")]
                assert mine == [f"{who}-{number}-{part}" for number in range(rounds) for part in "ab"]


def test_what_did_not_happen_is_not_told(db: None) -> None:
    with transaction.atomic():
        happen("never")
        transaction.set_rollback(True)
    assert not Event.objects.exists()


# --- readers with a cursor -----------------------------------------------------------------------------------------


def test_a_reader_goes_on_where_it_stood(transactional_db: None) -> None:
    seen: list[str] = []
    reader = Reader("test", lambda events: seen.extend(names(list(events))))
    happen("one")
    assert feed(reader) == 1
    assert feed(reader) == 0
    happen("two")
    assert feed(reader) == 1
    assert seen == ["one", "two"]


def test_a_reader_that_fails_sees_the_same_again(transactional_db: None) -> None:
    seen: list[str] = []

    def reads(events: object) -> None:
        seen.extend(names(list(events)))  # type: ignore[call-overload]
        if len(seen) == 1:
            raise RuntimeError("the first time it fails")

    happen("one")
    with pytest.raises(RuntimeError):
        feed(Reader("test", reads))
    assert feed(Reader("test", reads)) == 1
    assert seen == ["one", "one"]


def test_of_several_processes_one_feeds_a_reader_at_a_time(transactional_db: None) -> None:
    for number in range(30):
        happen(str(number))
    seen: list[str] = []
    reader = Reader("test", lambda events: seen.extend(names(list(events))))

    def feeds() -> int:
        try:
            return feed(reader)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = [done.result(60) for done in [pool.submit(feeds) for _ in range(6)]]
    assert sum(taken) == 30
    assert seen == [str(number) for number in range(30)]


def test_cursors_are_kept_by_name(db: None) -> None:
    assert cursor_of("somebody") == START
    move_cursor("somebody", Position(4, 2))
    move_cursor("somebody", Position(5, 9))
    assert cursor_of("somebody") == Position(5, 9)
    assert cursor_of("somebody else") == START


# --- what may be said ----------------------------------------------------------------------------------------------


def test_an_event_knows_who_did_it_and_to_whom(db: None) -> None:
    emit("message.read", actor=Actor("agent", 7), conversation=1, customer=2, account=3, message=4)
    [event] = read_after(latest_position_before())
    assert (event.type, event.actor_kind, event.actor_id) == ("message.read", "agent", 7)
    assert (event.conversation_id, event.customer_id, event.account_id) == (1, 2, 3)
    assert event.data == {"message": 4}


def latest_position_before() -> Position:
    """Before the only event, which this test's own transaction on PostgreSQL may not be settled enough to read."""
    if connection.vendor == "postgresql":
        pytest.skip("a transaction does not read what it has not committed")
    return START


def test_only_what_the_catalogue_knows_may_be_said() -> None:
    with pytest.raises(UnknownEvent, match="not in"):
        make_event("message.vanished")
    with pytest.raises(UnknownEvent, match="no field colour"):
        make_event("message.read", message=1, colour="red")
    for name in CATALOGUE:
        check(name, {})
        assert name == name.lower()
        assert name.count(".") == 1


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_a_position_survives_being_written_down(xid: int, event_id: int) -> None:
    position = Position(xid, event_id)
    assert Position.parse(str(position)) == position or len(str(position)) >= 40


@given(st.text(max_size=50))
def test_a_forged_position_is_none_or_a_position(text: str) -> None:
    position = Position.parse(text)
    assert position is None or position.xid >= 0
