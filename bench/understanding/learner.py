"""What a company gets that teaches with its own messages: heads learnt from a set's training part, measured on the part held out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.learning import Example, learn
from bench.understanding.goals import GOALS
from bench.understanding.judged import judge_labels, judge_one_label
from bench.understanding.measures import auc, interval
from bench.understanding.more_sets import OUT, InOut, clinc
from bench.understanding.reading import Bench, shipped
from bench.understanding.rows import LEARNER, NO_BAR, Goal, Row, absent
from bench.understanding.sets import (
    ALL,
    TEST,
    Item,
    Split,
    airline,
    banking77,
    bucket,
    sms,
    tweeteval,
    youtube,
)

SHOTS = 10
KEPT_IN = 0.92  # share of in-scope questions that the threshold may not cut below, where it is set


def evaluate(data: Path, bench: Bench | None = None) -> list[Row]:
    """One head a set; training takes minutes for the sets of many intents."""
    bench = bench or shipped()
    tasks: tuple[Callable[[Path, Bench], list[Row]], ...] = (_airline, _banking, _clinc, _tweets, _spam)
    return [row for task in tasks for row in task(data, bench)]


def taught(bench: Bench, name: str, items: Sequence[Item]) -> Head:
    """A head learnt from labelled texts."""
    seen = bench.seen([item.text for item in items])
    examples = [Example(one, item.label) for one, item in zip(seen, items, strict=True)]
    return learn(name, examples, encoder=bench.encoder.name)


def _airline(data: Path, bench: Bench) -> list[Row]:
    split = airline(data)
    if split is None:
        return [absent("sentiment", "airline", "macro-F1", GOALS["airline"], kind=LEARNER)]
    head = taught(bench, "airline", split.train)
    return [
        judge_labels(bench, head, split.test, **_told("sentiment", "airline", split.part, GOALS["airline"]))
    ]


def _told(task: str, data: str, part: str, goal: Goal) -> dict[str, object]:
    return {"task": task, "data": data, "part": part, "goal": goal, "kind": LEARNER}


def shots(items: Sequence[Item], count: int = SHOTS) -> list[Item]:
    """So many examples of each label, always the same."""
    by_label: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (bucket(item.text, 1 << 30), item.text)):
        by_label[item.label].append(item)
    return [item for label in sorted(by_label) for item in by_label[label][:count]]


def _banking(data: Path, bench: Bench) -> list[Row]:
    split = banking77(data)
    rows = []
    for name, key, count in (
        ("banking77", "banking77", 0),
        (f"banking77, {SHOTS} examples each", "banking77 10", SHOTS),
    ):
        if split is None:
            rows.append(absent("intent", name, "accuracy", GOALS[key], kind=LEARNER))
            continue
        head = taught(bench, "banking", shots(split.train) if count else split.train)
        told = _told("intent", name, split.part, GOALS[key])
        rows.append(judge_labels(bench, head, split.test, is_accuracy=True, **told))  # type: ignore[arg-type]
    return rows


def _clinc(data: Path, bench: Bench) -> list[Row]:
    sets = clinc(data)
    if sets is None:
        names = (("in scope, with rejection", "clinc in"), ("out of scope found", "clinc oos"))
        return [absent("intent", "CLINC150", name, GOALS[key], kind=LEARNER) for name, key in names]
    head = taught(bench, "clinc", sets.train)
    return in_and_out(bench, head, sets)


def in_and_out(bench: Bench, head: Head, sets: InOut) -> list[Row]:
    """In-scope accuracy and out-of-scope recall with a threshold that was set on other questions; and how well the two are ranked."""
    tuned = bench.probabilities(head, [item.text for item in sets.tune])
    threshold = best_threshold(
        tuned.max(axis=1), _right(head, tuned, sets.tune), np.array([i.label == OUT for i in sets.tune])
    )
    shares = bench.probabilities(head, [item.text for item in sets.test])
    sure, is_out = shares.max(axis=1), np.array([item.label == OUT for item in sets.test])
    right = _right(head, shares, sets.test)
    inside, outside = (right & (sure >= threshold))[~is_out], (sure < threshold)[is_out]
    note = f"threshold {threshold:.2f}, set on questions that are not measured on"
    plain = _told("intent", "CLINC150", sets.part, Goal())
    rows = [
        Row(**plain, measure="in scope, nothing rejected", value=float(right[~is_out].mean()), n=len(inside))
    ]  # type: ignore[arg-type]
    for name, key, hits in (
        ("in scope, with rejection", "clinc in", inside),
        ("out of scope found", "clinc oos", outside),
    ):
        low, high = interval(lambda chosen, hits=hits: float(hits[chosen].mean()), len(hits))  # type: ignore[misc]
        told = {
            **plain,
            "goal": GOALS[key],
            "measure": name,
            "value": float(hits.mean()) if len(hits) else 0.0,
        }
        rows.append(Row(**told, n=len(hits), low=low, high=high, note=note))  # type: ignore[arg-type]
    return [*rows, Row(**plain, measure="AUC of being out of scope", value=auc(is_out, -sure), n=len(is_out))]  # type: ignore[arg-type]


def _right(head: Head, shares: np.ndarray, items: Sequence[Item]) -> np.ndarray:
    said = [head.labels[place] for place in shares.argmax(axis=1)]
    return np.array([label == item.label for label, item in zip(said, items, strict=True)])


def best_threshold(sure: np.ndarray, right: np.ndarray, is_out: np.ndarray) -> float:
    """The highest threshold that keeps KEPT_IN of the in-scope questions right, or where that is too much the best balance."""
    steps = np.unique(sure)
    inside = np.array([(right & (sure >= step))[~is_out].mean() for step in steps])
    outside = np.array([(sure < step)[is_out].mean() if is_out.any() else 0.0 for step in steps])
    kept = np.flatnonzero(inside >= KEPT_IN)
    return float(steps[kept[-1]]) if len(kept) else float(steps[int((inside + outside).argmax())])


def _tweets(data: Path, bench: Bench) -> list[Row]:
    rows = []
    for task in ("emotion", "offensive"):
        split, name = tweeteval(data, task), f"TweetEval {task}"
        if split is None or not split.train:
            rows.append(absent(task, name, "macro-F1", GOALS[task], kind=LEARNER))
            continue
        head = taught(bench, task, split.train)
        rows.append(judge_labels(bench, head, split.test, **_told(task, name, split.part, GOALS[task])))  # type: ignore[arg-type]
    return rows


def _spam(data: Path, bench: Bench) -> list[Row]:
    split = sms(data)
    if split is None:
        return [absent("spam", "SMS Spam", "F1 of “spam”", GOALS["sms spam"], kind=LEARNER)]
    head = taught(bench, "spam", split.train)
    rows = [
        judge_one_label(
            bench, head, split.test, "spam", **_told("spam", "SMS Spam", split.part, GOALS["sms spam"])
        )
    ]  # type: ignore[arg-type]
    comments = youtube(data)
    if comments:
        told = {**_told("spam", "YouTube Spam", ALL, Goal()), "note": "taught with text messages alone"}
        rows.append(judge_one_label(bench, head, comments, "spam", **told))  # type: ignore[arg-type]
    return rows + _shipped_spam(bench, split, comments)


def _shipped_spam(bench: Bench, split: Split, comments: Sequence[Item]) -> list[Row]:
    head = bench.heads.get("intent")
    if head is None or "spam" not in head.labels:
        return []
    told = {"task": "spam", "note": "the head of intents as it ships"}
    rows = [absent("spam", "SMS Spam", "F1 of “spam”", NO_BAR)]
    if split.part == TEST:  # of the training part it learnt
        rows = [judge_one_label(bench, head, split.test, "spam", data="SMS Spam", part=split.part, **told)]
    if comments:
        rows.append(judge_one_label(bench, head, comments, "spam", data="YouTube Spam", part=ALL, **told))
    return rows
