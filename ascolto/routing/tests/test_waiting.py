"""How long somebody will wait: learnt from how the line went, or not told at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.routing.waiting import (
    LEAST,
    OPENING,
    Served,
    estimate,
    rounded_up,
    until_opening,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def served(many: int, every: float, waited: float) -> list[Served]:
    return [Served(NOON - minutes(every * (number + 1)), minutes(waited)) for number in range(many)]


def test_who_stands_tenth_in_a_line_that_moves_every_minute_waits_ten_minutes() -> None:
    found = estimate(position=10, served=served(20, 1, 10), here=5, at=NOON)
    assert found is not None
    assert found.likely == minutes(10)
    assert minutes(10) < found.at_most <= minutes(16)
    assert found.observations == 20


def test_a_line_whose_last_ones_waited_longer_than_its_pace_says_is_believed() -> None:
    found = estimate(position=1, served=served(20, 1, 8), here=5, at=NOON)
    assert found is not None
    assert found.likely == minutes(4.5)
    assert found.at_most >= minutes(8)


@pytest.mark.parametrize(
    ("many", "here", "position"), [(LEAST - 1, 3, 1), (20, 0, 1), (20, 3, 0)], ids=["few", "nobody", "none"]
)
def test_nothing_is_made_up(many: int, here: int, position: int) -> None:
    assert estimate(position=position, served=served(many, 1, 5), here=here, at=NOON) is None


def test_what_was_long_ago_or_is_to_come_counts_for_nothing() -> None:
    old = [Served(NOON - minutes(90 + n), minutes(5)) for n in range(20)]
    later = [Served(NOON + minutes(1 + n), minutes(5)) for n in range(20)]
    assert estimate(position=1, served=old + later, here=3, at=NOON) is None


def test_a_wait_of_more_than_half_a_day_is_not_told_as_a_number() -> None:
    assert estimate(position=5000, served=served(20, 1, 5), here=3, at=NOON) is None


@given(
    position=st.integers(1, 300),
    waits=st.lists(st.integers(-5, 9000), min_size=LEAST, max_size=80),
    here=st.integers(1, 500),
)
def test_the_interval_holds_and_a_worse_place_never_waits_less(
    position: int, waits: list[int], here: int
) -> None:
    line = [Served(NOON - timedelta(seconds=9 * n), timedelta(seconds=wait)) for n, wait in enumerate(waits)]
    found = estimate(position=position, served=line, here=here, at=NOON)
    further = estimate(position=position + 1, served=line, here=here, at=NOON)
    assert found is not None
    assert timedelta(0) < found.likely <= found.at_most <= found.told
    assert further is None or further.likely >= found.likely


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, 1), (61, 2), (600, 10), (601, 15), (3600, 60), (3601, 75), (7000, 120)]
)
def test_a_wait_is_rounded_as_people_say_it(seconds: int, told: int) -> None:
    assert rounded_up(timedelta(seconds=seconds)) == minutes(told)


def test_while_closed_the_opening_is_told() -> None:
    found = until_opening(NOON + minutes(90), NOON)
    assert found is not None
    assert (found.at_most, found.method) == (minutes(90), OPENING)
    assert until_opening(None, NOON) is None
    assert until_opening(NOON - minutes(1), NOON) is None
