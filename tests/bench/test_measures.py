"""The measures against cases that can be counted on fingers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.understanding import learner, registry, sentiment
from bench.understanding.measures import auc, codes, ece, f1_of, interval, macro_f1, milliseconds, reliability
from bench.understanding.reading import Bench, without_links
from bench.understanding.rows import ABSENT, Goal, Row, absent, as_row
from tests.bench.conftest import write_lines


def test_macro_f1_counts_each_label_once() -> None:
    gold, said = codes(("a", "b", "c"), ["a", "a", "a", "b"], ["a", "a", "b", "b"])
    assert macro_f1(gold, said, 3) == pytest.approx((0.8 + 2 / 3) / 2)
    assert macro_f1(gold, gold, 3) == 1.0
    assert macro_f1(*codes(("a",), [], []), 1) == 0.0


def test_f1_of_one_label() -> None:
    assert f1_of(np.array([True, True, False]), np.array([True, False, False])) == pytest.approx(2 / 3)
    assert f1_of(np.array([False]), np.array([False])) == 0.0


def test_auc_is_the_share_of_pairs_in_order() -> None:
    gold = np.array([True, False, True, False])
    assert auc(gold, np.array([0.9, 0.1, 0.8, 0.2])) == 1.0
    assert auc(gold, np.array([0.1, 0.9, 0.2, 0.8])) == 0.0
    assert auc(gold, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert auc(np.array([True]), np.array([0.3])) == 0.5


def test_who_is_right_as_often_as_they_are_confident_has_no_error() -> None:
    bins = reliability(np.full(10, 0.7), np.array([True] * 7 + [False] * 3))
    assert ece(bins) == pytest.approx(0.0)
    assert ece(reliability(np.full(4, 1.0), np.array([True, True, False, False]))) == pytest.approx(0.5)
    assert ece(()) == 0.0


def test_an_interval_is_the_same_twice_and_holds_the_value() -> None:
    hits = np.array([1.0] * 60 + [0.0] * 40)
    first = interval(lambda chosen: float(hits[chosen].mean()), 100)
    assert first == interval(lambda chosen: float(hits[chosen].mean()), 100)
    assert first[0] < 0.6 < first[1]
    assert interval(lambda chosen: 1.0, 0) == (0.0, 0.0)


def test_time_of_nothing_is_nothing() -> None:
    assert milliseconds(len, []) == (0.0, 0.0)
    median, high = milliseconds(len, ["a"] * 20)
    assert 0 <= median <= high


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.9, "stretch"), (0.82, "goal"), (0.8, "floor"), (0.5, "below")]
)
def test_a_figure_is_held_against_its_bars(value: float, verdict: str) -> None:
    assert Row("a", "b", "c", value, goal=Goal(0.8, 0.82, 0.9)).verdict == verdict


def test_of_milliseconds_less_is_better_and_without_bars_there_is_no_verdict() -> None:
    assert Goal(15, 6, 4, lower_is_better=True).verdict(5.0) == "goal"
    assert Goal().verdict(1.0) == ""
    assert absent("a", "b", "c", Goal(0.5)).verdict == ""


def test_rows_of_other_modules_may_be_mappings() -> None:
    row = as_row(
        {"task": "language", "value": 0.98, "floor": 0.97, "goal": 0.985, "published": "x", "seed": 3}
    )
    assert (row.verdict, row.note, row.goal.published) == ("floor", "seed 3", "x")
    assert as_row(row) is row
    with pytest.raises(ValueError, match="not a row"):
        as_row({"value": 1.0})


def test_a_row_survives_the_file_that_ships() -> None:
    row = Row(
        "a",
        "b",
        "c",
        0.5,
        10,
        low=0.4,
        high=0.6,
        ece=0.1,
        reliability=((0.5, 0.5, 10),),
        ms=(1.0, 2.0),
        goal=Goal(0.4),
    )
    told = row.as_json()
    told.pop("verdict")
    assert as_row(told) == row


def test_links_are_taken_away_and_never_the_whole_text() -> None:
    assert without_links("guarda http://t.co/x qui http") == "guarda qui"
    assert without_links("https://t.co/x") == "https://t.co/x"


def test_a_set_that_is_not_there_is_told(tmp_path: Path, bench: Bench) -> None:
    rows = sentiment.evaluate(tmp_path, bench)
    assert rows
    assert {row.part for row in rows} == {ABSENT}
    assert {row.part for row in learner.evaluate(tmp_path, bench)} == {ABSENT}
    assert sentiment.evaluate(tmp_path, Bench(bench.encoder, {})) == []


def test_feelings_are_measured_with_and_without_links(tmp_path: Path, bench: Bench) -> None:
    items = [("pessimo servizio http://t.co/1", "0"), ("a che ora aprite", "1"), ("ottimo lavoro", "2")] * 4
    write_lines(tmp_path / "xlmt_sentiment/italian", "test", items)
    rows = [row for row in sentiment.evaluate(tmp_path, bench) if row.data == "XLM-T it"]
    assert [row.measure for row in rows] == ["macro-F1", "macro-F1 without links and length"]
    assert all(
        row.n == 12 and row.part == "test" and row.low is not None and row.ece is not None for row in rows
    )


def test_the_threshold_keeps_what_is_in_scope() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.2])
    threshold = learner.best_threshold(
        sure, np.array([True, True, True, False]), np.array([False, False, False, True])
    )
    assert 0.2 < threshold <= 0.7


def test_a_module_that_is_not_there_or_fails_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registry.measure("nobody", tmp_path).missing == "not there"

    def broken(data: Path) -> list[Row]:
        raise RuntimeError("no luck")

    monkeypatch.setattr(sentiment, "evaluate", broken)
    outcome = registry.measure("sentiment", tmp_path)
    assert outcome.rows == ()
    assert "no luck" in outcome.missing
