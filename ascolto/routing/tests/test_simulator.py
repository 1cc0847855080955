"""A made-up day on the real board: what must never happen does not, and all channels wait alike."""

from __future__ import annotations

import pytest

from ascolto.routing.judging_waits import JudgeOfWaits
from ascolto.routing.made_up_day import CHANNELS, Day, telecom_day
from ascolto.routing.simulator import Outcome, quantile, replay


@pytest.fixture(scope="module")
def day() -> Day:
    return telecom_day(6_000, 100, seed=4)


@pytest.fixture(scope="module")
def judge() -> JudgeOfWaits:
    return JudgeOfWaits()


@pytest.fixture(scope="module")
def outcome(day: Day, judge: JudgeOfWaits) -> Outcome:
    return replay(day, observer=judge)


def test_everybody_finds_somebody_and_nobody_has_too_much(day: Day, outcome: Outcome) -> None:
    assert outcome.given == len(day.arrivals) == 6_000
    assert (outcome.never_given, outcome.over_capacity, outcome.wrongly_given) == (0, 0, 0)


def test_every_channel_waits_alike(outcome: Outcome) -> None:
    """A day of this size is small: the full one is measured by `make bench` and must stay within a tenth."""
    assert set(outcome.waits) == {channel.kind for channel in CHANNELS}
    assert outcome.parity() < 1.3


def test_the_same_day_twice_is_the_same(day: Day, outcome: Outcome) -> None:
    again = replay(telecom_day(6_000, 100, seed=4))
    assert again.waits == outcome.waits
    assert again.reasons == outcome.reasons


def test_what_customers_were_told_was_true_for_most(judge: JudgeOfWaits, outcome: Outcome) -> None:
    assert len(judge.judged) > 500
    assert 0.8 <= judge.kept <= 0.97


def test_a_quantile_is_a_value_that_was_there() -> None:
    assert quantile([], 0.9) == 0
    assert quantile([3.0], 0.9) == 3
    assert quantile([float(n) for n in range(10)], 0.9) == 9
