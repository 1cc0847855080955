"""Complaints: the shipped head of intents on tweets to brands, which it never saw, and a head taught with other branches of trade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ascolto.understanding.engine.learning import Example, learn
from bench.understanding.goals import GOALS
from bench.understanding.judged import judge_one_label
from bench.understanding.measures import auc, f1_of, interval
from bench.understanding.reading import Bench, shipped
from bench.understanding.rows import LEARNER, Goal, Row, absent
from bench.understanding.sets import ALL, Item, Split, complaints

SET = "complaints19"
HELD_OUT = "leave one domain out"


def evaluate(data: Path, bench: Bench | None = None) -> list[Row]:
    """F1 and AUC of the shipped head on everything; F1 of a taught one on domains that it was not taught."""
    bench = bench or shipped()
    split, everything = complaints(data)
    if not everything:
        kinds = (("complaint", "shipped"), ("complaint", LEARNER))
        return [absent(task, SET, "F1 of “complaint”", GOALS["complaint"], kind=kind) for task, kind in kinds]
    measured = split.test if split else everything
    rows = _zero_shot(bench, measured, split.part if split else ALL)
    return [*rows, *([_taught(bench, split)] if split else _by_domain(bench, everything))]


def _zero_shot(bench: Bench, items: Sequence[Item], part: str) -> list[Row]:
    head = bench.heads.get("intent")
    if head is None or "complaint" not in head.labels:
        return []
    told = {
        "task": "complaint",
        "data": SET,
        "part": part,
        "note": "zero-shot: the head of intents as it ships",
    }
    return [
        judge_one_label(bench, head, items, "complaint", **told),
        judge_one_label(bench, head, items, "complaint", by_auc=True, **told),
    ]


def _taught(bench: Bench, split: Split) -> Row:
    seen = bench.seen([item.text for item in split.train])
    examples = [Example(one, item.label) for one, item in zip(seen, split.train, strict=True)]
    head = learn("complaint", examples, encoder=bench.encoder.name)
    return judge_one_label(
        bench,
        head,
        split.test,
        "complaint",
        kind=LEARNER,
        task="complaint",
        data=SET,
        part=split.part,
        goal=GOALS["complaint"],
    )


def _by_domain(bench: Bench, everything: Sequence[Item]) -> list[Row]:
    """Each domain measured by a head that was taught with the others; the answers pooled."""
    gold: list[bool] = []
    scores: list[float] = []
    for domain in sorted({item.group for item in everything}):
        taught = [item for item in everything if item.group != domain]
        mine = [item for item in everything if item.group == domain]
        if len({item.label for item in taught}) < 2:
            return [absent("complaint", SET, "F1 of “complaint”", GOALS["complaint"], kind=LEARNER)]
        examples = [
            Example(seen, item.label)
            for seen, item in zip(bench.seen([i.text for i in taught]), taught, strict=True)
        ]
        head = learn("complaint", examples, encoder=bench.encoder.name)
        scores += bench.probabilities(head, [i.text for i in mine])[
            :, head.labels.index("complaint")
        ].tolist()
        gold += [item.label == "complaint" for item in mine]
    truth, score = np.array(gold), np.array(scores)
    row = Row(
        "complaint",
        SET,
        "F1 of “complaint”",
        f1_of(truth, score >= 0.5),
        len(gold),
        LEARNER,
        HELD_OUT,
        goal=GOALS["complaint"],
    )
    low, high = interval(lambda chosen: f1_of(truth[chosen], score[chosen] >= 0.5), len(gold))
    low_auc, high_auc = interval(lambda chosen: auc(truth[chosen], score[chosen]), len(gold))
    ranked = replace(row, measure="AUC", value=auc(truth, score), low=low_auc, high=high_auc, goal=Goal())
    return [replace(row, low=low, high=high), ranked]
