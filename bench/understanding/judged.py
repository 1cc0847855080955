"""Rows of classification tasks: what a head says of labelled texts, with its interval, its honesty and its cost."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.reader import see
from ascolto.understanding.engine.text import for_encoder, prepare
from bench.understanding.measures import auc, codes, ece, f1_of, interval, macro_f1, milliseconds, reliability
from bench.understanding.reading import Bench
from bench.understanding.rows import Row
from bench.understanding.sets import Item

TIMED = 150  # texts whose reading is timed one by one


def judge_labels(
    bench: Bench,
    head: Head,
    items: Sequence[Item],
    *,
    labels: Sequence[str] = (),
    is_accuracy: bool = False,
    **told: Any,
) -> Row:
    """Macro-F1 (or accuracy) of a head's most probable label. `labels`: those that count; else the head's."""
    counted = tuple(labels) or head.labels
    shares = bench.probabilities(head, [item.text for item in items])
    kept = [place for place, label in enumerate(head.labels) if label in counted]
    shares = shares[:, kept] / np.maximum(shares[:, kept].sum(axis=1, keepdims=True), 1e-9)
    names = [head.labels[place] for place in kept]
    best = shares.argmax(axis=1)
    gold, said = codes(counted, [item.label for item in items], [names[place] for place in best])
    bins = reliability(shares.max(axis=1), gold == said)

    def measure(chosen: np.ndarray) -> float:
        if is_accuracy:
            return float((gold[chosen] == said[chosen]).mean())
        return macro_f1(gold[chosen], said[chosen], len(counted))

    low, high = interval(measure, len(items))
    return Row(
        measure="accuracy" if is_accuracy else "macro-F1", value=measure(np.arange(len(items))), n=len(items),
        low=low, high=high, ece=ece(bins), reliability=bins, ms=cost(bench, head, items), size=size_of(head), **told,
    )  # fmt: skip


def judge_one_label(
    bench: Bench,
    head: Head,
    items: Sequence[Item],
    label: str,
    *,
    gold_label: str = "",
    by_auc: bool = False,
    **told: Any,
) -> Row:
    """How well a head finds one label: F1, or with `by_auc` how well it ranks. `gold_label`: its name in the set, where it differs."""
    shares = bench.probabilities(head, [item.text for item in items])
    score = shares[:, head.labels.index(label)].astype(np.float64)
    gold = np.array([item.label == (gold_label or label) for item in items])
    said = shares.argmax(axis=1) == head.labels.index(label)
    bins = reliability(np.maximum(score, 1 - score), gold == (score >= 0.5))

    def measure(chosen: np.ndarray) -> float:
        return auc(gold[chosen], score[chosen]) if by_auc else f1_of(gold[chosen], said[chosen])

    low, high = interval(measure, len(items))
    return Row(
        measure="AUC" if by_auc else f"F1 of “{gold_label or label}”", value=measure(np.arange(len(items))), n=len(items),
        low=low, high=high, ece=ece(bins), reliability=bins, ms=cost(bench, head, items), size=size_of(head), **told,
    )  # fmt: skip


def cost(bench: Bench, head: Head, items: Sequence[Item]) -> tuple[float, float]:
    """Milliseconds of one text from letters to the answer of this head: median and p95."""

    def work(text: str) -> None:
        ready = prepare(text)
        head.answer(see(ready, bench.plain_encoder.encode([for_encoder(ready)])[0]))

    return milliseconds(work, [item.text for item in items[:TIMED]])


def size_of(head: Head) -> int:
    """Bytes of the head as it is stored."""
    return io.BytesIO(head.to_bytes()).getbuffer().nbytes
