"""The measures, each by its definition; small enough to be read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

TIMES = 500  # bootstrap samples
SEED = 20160916
BINS = 10

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]


def codes(labels: Sequence[str], *sides: Sequence[str]) -> list[Ints]:
    """Labels as numbers; one that is not among `labels` is -1."""
    place = {label: number for number, label in enumerate(labels)}
    return [np.array([place.get(label, -1) for label in side], dtype=np.int64) for side in sides]


def macro_f1(gold: Ints, said: Ints, count: int) -> float:
    """The mean over the labels of 2·hits / (gold + said); a label that neither side has is left out."""
    hits = np.bincount(gold[gold == said], minlength=count)[:count]
    both = np.bincount(gold, minlength=count)[:count] + np.bincount(said[said >= 0], minlength=count)[:count]
    there = both > 0
    return float((2 * hits[there] / both[there]).mean()) if there.any() else 0.0


def f1_of(gold: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """F1 of one label."""
    both = int(gold.sum() + said.sum())
    return 2 * int((gold & said).sum()) / both if both else 0.0


def auc(gold: NDArray[np.bool_], score: Doubles) -> float:
    """How often something of the label scores higher than something else; ties count half (Mann and Whitney)."""
    positives = int(gold.sum())
    negatives = len(gold) - positives
    if not positives or not negatives:
        return 0.5
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[gold].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def reliability(confidence: Doubles, right: NDArray[np.bool_]) -> tuple[tuple[float, float, int], ...]:
    """Ten bins of equal width: mean confidence, share that was right, how many; empty bins are left out."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        (float(confidence[mine].mean()), float(right[mine].mean()), int(mine.sum()))
        for number in range(BINS)
        if (mine := bins == number).any()
    )


def ece(bins: Sequence[tuple[float, float, int]]) -> float:
    """Expected calibration error: the mean gap between confidence and truth, weighed by how many (Naeini et al. 2015)."""
    total = sum(count for _, _, count in bins)
    return sum(abs(confidence - right) * count for confidence, right, count in bins) / total if total else 0.0


def interval(measure: Callable[[Ints], float], count: int, *, times: int = TIMES) -> tuple[float, float]:
    """The 95 % interval of a measure over resampled items: `measure` takes the items' numbers. The same seed always."""
    if not count:
        return 0.0, 0.0
    random = np.random.default_rng(SEED)
    values = [measure(random.integers(0, count, count)) for _ in range(times)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def milliseconds(
    work: Callable[[str], object], texts: Sequence[str], *, warm: int = 5
) -> tuple[float, float]:
    """Median and p95 of one text at a time, on the processor's clock of this thread: other programs do not count."""
    if not texts:
        return 0.0, 0.0
    for text in texts[:warm]:
        work(text)
    spent = []
    for text in texts:
        begin = time.thread_time()
        work(text)
        spent.append((time.thread_time() - begin) * 1000)
    median, high = np.percentile(spent, [50, 95])
    return float(median), float(high)
