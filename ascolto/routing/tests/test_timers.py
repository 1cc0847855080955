"""Alarms: one time for each thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ascolto.routing.timers import Timers

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
MINUTES = st.integers(0, 60)


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | MINUTES), max_size=200), MINUTES)
def test_each_thing_rings_once_at_the_last_time_that_was_set(
    told: list[tuple[int, int | None]], until: int
) -> None:
    timers, last = Timers(), dict[int, int]()
    for number, minute in told:
        timers.set("conversation", number, None if minute is None else NOON + timedelta(minutes=minute))
        last.pop(number, None)
        if minute is not None:
            last[number] = minute
    assert timers.next() == (NOON + timedelta(minutes=min(last.values())) if last else None)
    rung = timers.due(NOON + timedelta(minutes=until))
    assert sorted(rung) == sorted(
        ("conversation", number) for number, minute in last.items() if minute <= until
    )
    assert timers.due(NOON + timedelta(minutes=until)) == []
    left = [minute for minute in last.values() if minute > until]
    assert timers.next() == (NOON + timedelta(minutes=min(left)) if left else None)
