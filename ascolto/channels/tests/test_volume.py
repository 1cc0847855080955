"""An inbox that falls silent is noticed; one that is merely quiet never cries."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ascolto.channels.expiry import step_of
from ascolto.channels.volume import HOUR, WEEK, at_most, judge

NOW = datetime(2026, 6, 10, 15, 20, tzinfo=UTC)  # a Wednesday
BEGAN = NOW - 10 * WEEK


def history(per_hour: float, *, until: datetime = NOW, seed: int = 1, weeks: int = 10) -> dict[datetime, int]:
    """Poisson traffic of shop hours (8 to 20) with this many messages an hour; nothing after `until`."""
    chance, counts = random.Random(seed), {}
    hour = (NOW - weeks * WEEK).replace(minute=0)
    while hour + HOUR <= until:
        if 8 <= hour.hour < 20:
            counts[hour] = drawn(chance, per_hour)
        hour += HOUR
    return counts


def drawn(chance: random.Random, mean: float) -> int:
    """A Poisson number (Knuth)."""
    count, product, bound = 0, chance.random(), math.exp(-mean)
    while product > bound:
        count, product = count + 1, product * chance.random()
    return count


def test_a_busy_inbox_that_falls_silent_at_noon_is_noticed_within_the_afternoon() -> None:
    judged = judge(history(10, until=NOW.replace(hour=12, minute=0)), began=BEGAN, now=NOW)
    assert judged is not None
    assert judged.is_abnormal
    assert judged.since == NOW.replace(hour=12, minute=0)
    assert judged.expected == pytest.approx(33, abs=8)
    assert judged.received == 0


def test_a_silent_night_is_a_night() -> None:
    night = NOW.replace(hour=4)
    judged = judge(history(10, until=NOW.replace(hour=0, minute=0)), began=BEGAN, now=night)
    assert judged is not None
    assert not judged.is_abnormal


def test_a_shop_that_is_closed_on_sundays_is_not_silent_on_a_sunday() -> None:
    open_days = {hour: count for hour, count in history(10).items() if hour.weekday() != 6}
    sunday = datetime(2026, 6, 7, 19, 0, tzinfo=UTC)
    known = {hour: count for hour, count in open_days.items() if hour < sunday}
    judged = judge(known, began=BEGAN, now=sunday)
    assert judged is not None
    assert not judged.is_abnormal


def test_a_trickle_is_as_abnormal_as_silence() -> None:
    counts = history(20, until=NOW - timedelta(hours=24))
    counts[NOW.replace(minute=0) - 2 * HOUR] = 3
    judged = judge(counts, began=BEGAN, now=NOW)
    assert judged is not None
    assert judged.is_abnormal
    assert judged.received == 3


def test_a_holiday_with_less_than_usual_is_no_alarm() -> None:
    counts = {hour: count // 4 if hour.date() == NOW.date() else count for hour, count in history(20).items()}
    judged = judge(counts, began=BEGAN, now=NOW)
    assert judged is not None
    assert not judged.is_abnormal


def test_one_dead_week_in_the_past_does_not_deafen_the_watch() -> None:
    counts = history(10, until=NOW.replace(hour=10, minute=0))
    counts = {hour: 0 if NOW - 3 * WEEK < hour < NOW - 2 * WEEK else n for hour, n in counts.items()}
    judged = judge(counts, began=BEGAN, now=NOW)
    assert judged is not None
    assert judged.is_abnormal


def test_nothing_is_expected_of_the_time_before_it_was_switched_on() -> None:
    counts = history(10, until=NOW - 3 * timedelta(days=1))
    assert judge(counts, began=BEGAN, now=NOW).is_abnormal  # type: ignore[union-attr]
    since = NOW - timedelta(minutes=30)
    assert not judge(counts, began=BEGAN, now=NOW, watched_from=since).is_abnormal  # type: ignore[union-attr]


def test_a_young_inbox_is_not_judged() -> None:
    assert judge({NOW - HOUR: 500}, began=NOW - 3 * WEEK + HOUR, now=NOW) is None
    assert judge({}, began=NOW, now=NOW) is None


def test_customers_keep_to_the_clock_on_the_wall() -> None:
    """Rome left summer time on 25 October 2026: at 9:30 there it is 8:30 UTC, where the weeks before had 7:30."""
    rome, now = ZoneInfo("Europe/Rome"), datetime(2026, 10, 26, 7, 50, tzinfo=UTC)
    hour, counts = (now - 10 * WEEK).replace(minute=0), {}
    while hour < now - HOUR:
        if 9 <= hour.astimezone(rome).hour < 18:
            counts[hour] = 60
        hour += HOUR
    wall = judge(counts, began=now - 10 * WEEK, now=now, zone=rome)
    utc = judge(counts, began=now - 10 * WEEK, now=now, zone=ZoneInfo("UTC"))
    assert wall is not None
    assert utc is not None
    assert not wall.is_abnormal
    assert utc.is_abnormal  # which is why the zone is asked for


@given(seed=st.integers(0, 10_000), a_day=st.floats(0.1, 6), idle=st.integers(0, 24))
def test_a_quiet_inbox_never_alarms(seed: int, a_day: float, idle: int) -> None:
    """With less than eight messages expected there is nothing to say, however long nobody writes."""
    judged = judge(history(a_day / 24, until=NOW - idle * HOUR, seed=seed), began=BEGAN, now=NOW)
    assert judged is not None
    assume(judged.expected < 8)
    assert not judged.is_abnormal


@given(seed=st.integers(0, 10_000), per_hour=st.floats(1, 40), hour=st.integers(0, 167))
def test_traffic_as_usual_is_no_alarm(seed: int, per_hour: float, hour: int) -> None:
    now = NOW.replace(minute=0) - hour * HOUR
    counts = {at: count for at, count in history(per_hour, seed=seed).items() if at < now}
    judged = judge(counts, began=BEGAN - 2 * WEEK, now=now)
    assert judged is not None
    assert not judged.is_abnormal


@given(per_hour=st.floats(3, 40), seed=st.integers(0, 10_000))
def test_a_message_ends_the_silence(per_hour: float, seed: int) -> None:
    counts = history(per_hour, until=NOW - timedelta(hours=7), seed=seed)
    silent = judge(counts, began=BEGAN, now=NOW)
    assert silent is not None
    assume(silent.is_abnormal)
    judged = judge({**counts, NOW.replace(minute=0): 1}, began=BEGAN, now=NOW)
    assert judged is not None
    assert judged.since >= silent.since or not judged.is_abnormal


@given(mean=st.floats(0.01, 300), count=st.integers(0, 400))
def test_the_tail_is_a_probability_that_grows_with_the_count(mean: float, count: int) -> None:
    assert 0 <= at_most(count, mean) <= at_most(count + 1, mean) <= 1


def test_the_tail_is_poissons() -> None:
    assert at_most(0, 5) == pytest.approx(math.exp(-5))
    assert at_most(2, 3) == pytest.approx(0.42319, abs=1e-5)  # tables of the Poisson distribution
    assert at_most(3, 0) == 1


@pytest.mark.parametrize(
    ("left", "step"),
    [(20, None), (14, 14), (10, 14), (3, 3), (2, 3), (1, 1), (0.5, 1), (0, 0), (-5, 0)],
)
def test_an_end_is_told_in_steps(left: float, step: int | None) -> None:
    assert step_of(NOW + timedelta(days=left), NOW) == step


def test_what_renews_itself_is_told_of_only_when_it_did_not() -> None:
    hourly, weekly = timedelta(minutes=30), timedelta(days=7)
    assert step_of(NOW + timedelta(minutes=40), NOW, renews_every=hourly) is None
    assert step_of(NOW - timedelta(minutes=1), NOW, renews_every=hourly) == 0
    assert step_of(NOW + timedelta(days=10), NOW, renews_every=weekly) is None
    assert step_of(NOW + timedelta(days=2), NOW, renews_every=weekly) == 3
    assert step_of(None, NOW) is None
