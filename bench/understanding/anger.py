"""Anger: how well the shipped head ranks angry texts above calm ones."""

from __future__ import annotations

from pathlib import Path

from bench.understanding.goals import GOALS
from bench.understanding.judged import judge_one_label
from bench.understanding.more_sets import multiemotions
from bench.understanding.reading import Bench, shipped
from bench.understanding.rows import Goal, Row, absent
from bench.understanding.sets import ALL, TEST, Item, first_of, text_of, tweeteval


def evaluate(data: Path, bench: Bench | None = None) -> list[Row]:
    """AUC on Italian comments, English tweets and English comments."""
    bench = bench or shipped()
    head = bench.heads.get("anger")
    if head is None:
        return []
    comments = [
        Item(felt.text, _name(felt.is_angry)) for felt in multiemotions(data) if felt.is_angry is not None
    ]
    tweets = tweeteval(data, "emotion")
    english = [Item(item.text, _name(item.label == "anger")) for item in (tweets.test if tweets else ())]
    sets = (
        ("MultiEmotions-It", comments, ALL, GOALS["italian anger"], ""),
        (
            "TweetEval emotion",
            english,
            tweets.part if tweets else "",
            Goal(),
            "against joy, optimism and sadness",
        ),
        ("GoEmotions test", _goemotions(data), TEST, Goal(), "its training part taught the shipped heads"),
    )
    return [
        judge_one_label(
            bench, head, items, "anger", by_auc=True, task="anger", data=name, part=part, goal=goal, note=note
        )
        if items
        else absent("anger", name, "AUC", goal)
        for name, items, part, goal, note in sets
    ]


def _name(is_angry: bool | None) -> str:
    return "anger" if is_angry else "calm"


def _goemotions(data: Path) -> list[Item]:
    """Comments of the test part; anger and annoyance count as anger."""
    path, names = first_of(data / "goemotions", "test.tsv"), first_of(data / "goemotions", "labels.txt")
    if path is None or names is None:
        return []
    labels = text_of(names).split()
    angry = {str(place) for place, label in enumerate(labels) if label in {"anger", "annoyance"}}
    rows = (line.split("\t") for line in text_of(path).splitlines() if "\t" in line)
    return [Item(row[0], _name(bool(angry & set(row[1].split(","))))) for row in rows]
