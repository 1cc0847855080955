"""How many people a promise takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.insights.erlang import Impossible, answered_within
from ascolto.insights.staffing import can_keep, people_needed

SOON = timedelta(seconds=20)
FOUR_HOURS = timedelta(hours=4)


def test_the_worked_example_takes_fourteen_people() -> None:
    """200 calls an hour of 3 minutes, 80 % within 20 seconds: 13 people do not reach it, 14 do."""
    assert people_needed(200, 3, within=SOON, share=0.8) == 14
    assert (
        answered_within(10, 13, handling=180, within=20)
        < 0.8
        < answered_within(10, 14, handling=180, within=20)
    )
    assert can_keep(200, 3, 14, within=SOON, share=0.8).is_kept
    kept = can_keep(200, 3, 13, within=SOON, share=0.8)
    assert (kept.is_kept, kept.needed) == (False, 14)


def test_fewer_people_than_work_never_catch_up() -> None:
    kept = can_keep(200, 3, 9, within=FOUR_HOURS, share=0.5)
    assert (kept.is_kept, kept.share, kept.busy, kept.mean_wait) == (False, 0, 1, None)


def test_several_chats_at_once_are_not_as_many_people() -> None:
    alone = people_needed(120, 10, within=SOON, share=0.9)
    three = people_needed(120, 10, within=SOON, share=0.9, concurrency=3)
    free = people_needed(120, 10, within=SOON, share=0.9, concurrency=3, slow_down=0)
    assert free < three < alone
    assert three >= 120 * 10 / 60 / 2  # three at once do the work of two
    harder = people_needed(120, 10, within=SOON, share=0.9, concurrency=3, slow_down=0.5)
    assert harder >= three


def test_who_gives_up_needs_no_answer() -> None:
    patient = people_needed(300, 5, within=SOON, share=0.9)
    impatient = people_needed(300, 5, within=SOON, share=0.9, patience=timedelta(minutes=2))
    assert impatient <= patient


def test_people_are_not_busy_without_a_break() -> None:
    tight = people_needed(300, 5, within=FOUR_HOURS, share=0.9)
    easy = people_needed(300, 5, within=FOUR_HOURS, share=0.9, busy_at_most=0.8)
    assert tight < easy
    assert can_keep(300, 5, easy, within=FOUR_HOURS, share=0.9).busy <= 0.8


def test_nobody_writes_and_nobody_is_needed() -> None:
    kept = can_keep(0, 5, 0, within=SOON, share=0.9)
    assert (kept.is_kept, kept.share, kept.needed, kept.mean_wait) == (True, 1, 0, timedelta())


@pytest.mark.parametrize(
    "wrong",
    [
        {"volume_per_hour": -1},
        {"handling_minutes": 0},
        {"concurrency": 0},
        {"share": 1},
        {"people": -1},
        {"volume_per_hour": 1e12},
    ],
)
def test_figures_without_sense_are_refused(wrong: dict[str, float]) -> None:
    figures = {
        "volume_per_hour": 10,
        "handling_minutes": 5,
        "people": 3,
        "concurrency": 1,
        "within": SOON,
        "share": 0.9,
    }
    with pytest.raises(Impossible):
        can_keep(**(figures | wrong))  # type: ignore[arg-type]
