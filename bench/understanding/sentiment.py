"""Feeling: the shipped head on tweets and comments of six languages, which it never saw; also without what betrays the collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.understanding.goals import GOALS
from bench.understanding.judged import judge_labels
from bench.understanding.more_sets import multiemotions
from bench.understanding.reading import Bench, shipped, without_artefacts, without_links
from bench.understanding.rows import Goal, Row, absent
from bench.understanding.sets import ALL, SENTIMENTS, Item, airline, sentipolc, xlmt

LANGUAGES = {
    "it": "italian",
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
}
MOST = 2_000  # texts of a set: more do not narrow the interval enough to be waited for
Named = tuple[str, Sequence[Item], str, Goal, str]


def evaluate(data: Path, bench: Bench | None = None) -> list[Row]:
    """Rows of every set; where the head is missing there are none."""
    bench = bench or shipped()
    if "sentiment" not in bench.heads:
        return []
    rows: list[Row] = []
    for name, items, part, goal, note in _sets(data):
        if items:
            rows += _both(bench, name, items, part, goal, note)
        else:
            rows.append(absent("sentiment", name, "macro-F1", goal))
    return rows


def _sets(data: Path) -> list[Named]:
    found: list[Named] = []
    for code, folder in LANGUAGES.items():
        split = xlmt(data, folder)
        found.append(
            (
                f"XLM-T {code}",
                split.test if split else (),
                split.part if split else "",
                GOALS[f"xlmt {code}"],
                "",
            )
        )
    comments = [Item(felt.text, felt.sentiment) for felt in multiemotions(data) if felt.sentiment]
    found.append(("MultiEmotions-It", comments, ALL, GOALS["multiemotions"], ""))
    tweets, flights = sentipolc(data), airline(data)
    mixed = "tweets of both feelings are left out"
    found.append(
        (
            "SENTIPOLC16",
            tweets.test[:MOST] if tweets else (),
            tweets.part if tweets else "",
            GOALS["sentipolc"],
            mixed,
        )
    )
    note = "zero-shot: nothing of it was learnt"
    found.append(("airline", flights.test if flights else (), flights.part if flights else "", Goal(), note))
    return found


def _both(bench: Bench, name: str, items: Sequence[Item], part: str, goal: Goal, note: str) -> list[Row]:
    """With everything, and without links and length: in tweets a link marks news, and news is neutral."""
    head = bench.heads["sentiment"]
    told = {"task": "sentiment", "data": name, "labels": SENTIMENTS, "note": note}
    bare = [Item(without_links(item.text), item.label) for item in items]
    deaf_head = without_artefacts(head)
    deaf = judge_labels(bench.with_head("sentiment", deaf_head), deaf_head, bare, part=part, **told)  # type: ignore[arg-type]
    rows = [
        judge_labels(bench, head, items, part=part, goal=goal, **told),  # type: ignore[arg-type]
        replace(deaf, measure="macro-F1 without links and length"),
    ]
    if name == "MultiEmotions-It":
        rows.append(_two_sides(bench, items, part))
    return rows


def _two_sides(bench: Bench, items: Sequence[Item], part: str) -> Row:
    sided = [item for item in items if item.label != "neutral"]
    row = judge_labels(
        bench,
        bench.heads["sentiment"],
        sided,
        labels=("negative", "positive"),
        task="sentiment",
        data="MultiEmotions-It",
        part=part,
    )
    return replace(row, measure="macro-F1 of negative and positive alone")
