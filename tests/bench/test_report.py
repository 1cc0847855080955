"""The page and the file that ships."""

from __future__ import annotations

import json
from pathlib import Path

from bench.understanding import bias_report, by_group, report
from bench.understanding.reading import Bench
from bench.understanding.registry import Outcome
from bench.understanding.rows import LEARNER, Goal, Row, absent
from tools.models.corpus import Message

ROW = Row(
    "sentiment",
    "XLM-T it",
    "macro-F1",
    0.61,
    870,
    part="test",
    low=0.58,
    high=0.64,
    reliability=((0.6, 0.5, 870),),
    goal=Goal(0.55, 0.61, 0.66),
)


def test_a_table_tells_value_bars_and_what_is_not_there() -> None:
    shown = report.table(
        [ROW, absent("sentiment", "MultiEmotions-It", "macro-F1"), Row("x", "y", "z", 3.0, kind=LEARNER)]
    )
    assert "0.610 (0.580–0.640)" in shown
    assert "| goal |" in shown
    assert "not here | macro-F1 | – |" in shown
    assert shown.count("###") == 2


def test_what_is_written_by_hand_stays(tmp_path: Path, bench: Bench) -> None:
    page, shipped = tmp_path / "quality.md", tmp_path / "quality.json"
    page.write_text(f"# By hand\n\n{report.MARK}\nold table\n")
    outcomes = [Outcome("sentiment", (ROW,)), Outcome("spikes", missing="not there")]
    report.write(report.figures(outcomes, bench.heads), outcomes, page=page, shipped=shipped)
    text = page.read_text()
    assert text.startswith("# By hand")
    assert "old table" not in text
    assert "not measured: spikes (not there)" in text
    told = json.loads(shipped.read_text())
    assert told["heads"] == {name: head.version for name, head in sorted(bench.heads.items())}
    assert told["cards"]["sentiment"]["bytes"] > 0


def test_a_module_that_was_not_asked_keeps_its_figures_while_the_heads_are_the_same(
    tmp_path: Path, bench: Bench
) -> None:
    shipped = tmp_path / "quality.json"
    both = [Outcome("sentiment", (ROW,)), Outcome("learner", (Row("a", "b", "c", 1.0, kind=LEARNER),))]
    report.write(report.figures(both, bench.heads), both, page=tmp_path / "p.md", shipped=shipped)
    names = ("sentiment", "anger", "learner")
    kept = report.with_those_before([Outcome("anger", (ROW,))], bench.heads, names, shipped=shipped)
    assert [one.name for one in kept] == ["sentiment", "anger", "learner"]
    assert kept[0].rows == (ROW,)
    others = {"sentiment": bench.heads["sentiment"]}
    kept = report.with_those_before([Outcome("anger", (ROW,))], others, names, shipped=shipped)
    assert [one.name for one in kept] == ["anger", "learner"]  # what asked the other heads is dropped


def test_bias_is_written_with_its_limits(tmp_path: Path) -> None:
    told = {
        "made_at": "2026-11-22T10:00:00+00:00", "heads": {"sentiment": "1"}, "limits": {"strength": 0.05},
        "groups": [{"language": "it", "dimension": "names", "group": "arabic", "pairs": 10, "bases": 5, "flagged": ["strength"],
                    "measures": {"strength": {"mean": -0.1, "low": -0.2, "high": -0.05, "largest": -0.4}}}],
        "corpus": [{"flag": "it, dialect", "n": 50, "sentiment": [0.7, 0.6, 0.8], "intent": [0.6, 0.5, 0.7]}],
    }  # fmt: skip
    shown = bias_report.tables(told)
    assert "-0.100 (-0.200 … -0.050; one sentence -0.40)" in shown
    assert "| strength |" in shown
    assert "0.700 (0.600–0.800)" in shown


def test_messages_are_read_by_heads_that_did_not_learn_from_them(bench: Bench) -> None:
    def message(number: int, feeling: str, text: str) -> Message:
        flags = frozenset({"dialect"}) if number % 2 else frozenset()
        return Message(
            "it_x", "it", feeling, 0, 0, "question" if feeling == "0" else "complaint", "", True, flags, text
        )

    messages = [
        message(n, "-0"[n % 2], f"{'pessimo servizio' if n % 2 == 0 else 'a che ora aprite'} {n}")
        for n in range(120)
    ]
    rows = by_group.by_flag(bench, messages)
    assert [row["flag"] for row in rows] == ["all", "language: it", "it, no flag", "it, dialect"]
    assert all(0 <= row["sentiment"][0] <= 1 for row in rows)
    assert by_group.by_flag(bench, messages[:10]) == []
