"""A spike is what a stream never does by itself: neither its daily rhythm nor its size nor noise."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ascolto
from ascolto.understanding.engine.spikes import Alarm, SpikeDetector, UnreadableState

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
TWEETS = Path(ascolto.__file__).resolve().parents[2] / "shared" / "data" / "nab_tweets"


def poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def usual(index: int, size: float) -> float:
    """Busy by day, quiet at night."""
    return size * (1.2 - math.cos(index / 288 * 2 * math.pi))


def watch(
    detector: SpikeDetector, days: int, size: float, spikes: dict[int, int] | None = None
) -> list[Alarm]:
    chance, spikes = random.Random(7), spikes or {}
    seen = []
    for index in range(days * 288):
        count = poisson(chance, usual(index, size)) + spikes.get(index, 0)
        alarm = detector.observe(BEGIN + index * STEP, count)
        if alarm:
            seen.append(alarm)
    return seen


@pytest.mark.parametrize("size", [0.3, 3.0, 30.0])
def test_the_rhythm_of_the_day_and_noise_raise_next_to_no_alarm(size: float) -> None:
    assert len(watch(SpikeDetector(), 28, size)) <= 2


@pytest.mark.parametrize("size", [0.3, 3.0, 30.0])
def test_a_burst_raises_one_alarm_where_it_begins(size: float) -> None:
    burst = dict.fromkeys(range(20 * 288 + 50, 20 * 288 + 62), int(12 + size * 6))
    raised = [
        alarm
        for alarm in watch(SpikeDetector(), 22, size, burst)
        if alarm.at >= BEGIN + 20 * timedelta(days=1)
    ]
    assert len(raised) == 1
    [alarm] = raised
    assert BEGIN + (20 * 288 + 50) * STEP <= alarm.at <= BEGIN + (20 * 288 + 56) * STEP
    assert alarm.count >= 2 * alarm.expected
    assert alarm.minutes in (5, 15, 60)


def test_few_messages_are_no_spike_however_quiet_the_stream() -> None:
    detector = SpikeDetector(floor=10)
    assert watch(detector, 10, 0.01, {9 * 288: 4}) == []


def test_a_second_burst_within_six_hours_is_the_same_spike_and_later_another() -> None:
    spikes = {15 * 288: 90, 15 * 288 + 36: 90, 16 * 288: 90}
    raised = [alarm.at for alarm in watch(SpikeDetector(), 17, 3.0, spikes)]
    assert raised == [BEGIN + 15 * 288 * STEP, BEGIN + 16 * 288 * STEP]


def test_nothing_is_rare_before_two_days_were_seen() -> None:
    assert watch(SpikeDetector(), 2, 3.0, {300: 500}) == []


def test_a_detector_goes_on_after_a_restart_as_if_nothing_had_been() -> None:
    whole, first = SpikeDetector(), SpikeDetector()
    chance = random.Random(3)
    counts = [
        poisson(chance, usual(index, 4)) + (60 if index % 1700 == 1699 else 0) for index in range(8 * 288)
    ]
    half = len(counts) // 2
    expected = [whole.observe(BEGIN + index * STEP, count) for index, count in enumerate(counts)]
    seen = [first.observe(BEGIN + index * STEP, count) for index, count in enumerate(counts[:half])]
    again = SpikeDetector.from_bytes(first.to_bytes())
    seen += [again.observe(BEGIN + index * STEP, count) for index, count in enumerate(counts[half:], half)]
    assert seen == expected
    assert any(expected)


def test_the_state_stays_small() -> None:
    detector = SpikeDetector()
    chance = random.Random(1)
    for index in range(32 * 288):
        detector.observe(BEGIN + index * STEP, chance.randrange(5000))
    assert len(detector.to_bytes()) <= 60_000


@pytest.mark.parametrize("state", [b"", b"nonsense", SpikeDetector().to_bytes()[:40]])
def test_a_state_that_is_none_is_refused(state: bytes) -> None:
    with pytest.raises(UnreadableState):
        SpikeDetector.from_bytes(state)


def test_gaps_old_news_and_odd_counts_are_survived() -> None:
    detector = SpikeDetector()
    for moment, count in [
        (BEGIN, 3),
        (BEGIN, 9),
        (BEGIN - STEP, 5),
        (BEGIN + 900 * STEP, -4),
        (BEGIN + 10**6 * STEP, 10**12),
    ]:
        assert detector.observe(moment, count) is None
    assert detector.observe((BEGIN + (10**6 + 1) * STEP).replace(tzinfo=None), 1.5) is None


@pytest.mark.skipif(not TWEETS.exists(), reason="the labelled streams are not here")
def test_most_labelled_windows_are_hit_with_few_false_alarms() -> None:
    from bench.understanding.spikes import SHORT, evaluate

    [whole] = [row for row in evaluate(TWEETS) if row["data"] == "all" and row["part"] == SHORT]
    assert whole["value"] >= 14 / 18
    assert whole["false_per_week"] <= 0.7
