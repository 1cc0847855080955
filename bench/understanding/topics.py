"""Topics of a company: what it gets that teaches with such data, and how well what fits no topic is turned away.

banking77 and CLINC150 with the learner of the product (`engine/topics.py`). Where a folder has the published test part, it is the test;
else CLINC150 is measured on its validation part and banking77 on every fifth question of its training part.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ascolto.understanding.engine.head import Head, Seen, softmax
from ascolto.understanding.engine.learning import Example, Recipe
from ascolto.understanding.engine.reject import NONE, is_none
from ascolto.understanding.engine.topics import teach
from bench.understanding.goals import GOALS
from bench.understanding.reading import shipped
from bench.understanding.rows import LEARNER, Row

RECIPE = Recipe(folds=5)
SHOTS = 10
SEED = 7

Labelled = tuple[list[str], list[str]]  # texts, labels


@dataclass(frozen=True, slots=True)
class Split:
    """What teaches, what is measured on, and which part that is."""

    train: Labelled
    test: Labelled
    part: str
    none_train: Sequence[str] = ()
    none_test: Sequence[str] = ()


def evaluate(data: Path) -> list[Row]:
    """The rows of the sets that are there."""
    rows: list[Row] = []
    bank, clinc = banking77(data / "banking77"), clinc150(data / "clinc150")
    if bank is not None:
        rows += _accuracy(bank, "banking77", "banking77", "accuracy")
        few = Split(few_of(bank.train), bank.test, bank.part)
        rows += _accuracy(few, "banking77", "banking77 10", f"accuracy, {SHOTS} examples a topic")
    if clinc is not None:
        rows += _with_none(clinc)
    return rows


def banking77(folder: Path) -> Split | None:
    """The bank's questions."""
    if not (folder / "train.csv").exists():
        return None
    train = _csv(folder / "train.csv")
    if (folder / "test.csv").exists():
        return Split(train, _csv(folder / "test.csv"), "test")
    teach_on = [place for place in range(len(train[0])) if place % 5]
    held = [place for place in range(len(train[0])) if place % 5 == 0]
    return Split(_chosen(train, teach_on), _chosen(train, held), "every fifth of train")


def clinc150(folder: Path) -> Split | None:
    """Questions to an assistant, and questions that it was not made for."""
    for name in ("data_full.json", "train_val.json", "data.json"):
        if (folder / name).exists():
            stored = json.loads((folder / name).read_text(encoding="utf-8"))
            part = "test" if "test" in stored else "val"
            none_train = [text for text, _ in stored.get("oos_train", ())]
            none_test = [text for text, _ in stored.get(f"oos_{part}", ())]
            return Split(_pairs(stored["train"]), _pairs(stored[part]), part, none_train, none_test)
    return None


def few_of(train: Labelled, shots: int = SHOTS) -> Labelled:
    """The same number of examples of each topic, drawn by a fixed lot."""
    lot = random.Random(SEED)
    by_label: dict[str, list[int]] = {}
    for place, label in enumerate(train[1]):
        by_label.setdefault(label, []).append(place)
    return _chosen(
        train,
        [
            place
            for label in sorted(by_label)
            for place in lot.sample(by_label[label], min(shots, len(by_label[label])))
        ],
    )


def learnt(split: Split) -> Head:
    """The head that the training part teaches."""
    return teach(_examples(*split.train), _examples(list(split.none_train), [NONE] * len(split.none_train)),
                 encoder=shipped().encoder.name, recipe=RECIPE, progress=lambda _: None)  # fmt: skip


def _accuracy(split: Split, data: str, goal: str, measure: str) -> list[Row]:
    head, seen = learnt(split), shipped().seen(split.test[0])
    right = [_best(head, one) == label for one, label in zip(seen, split.test[1], strict=True)]
    value = sum(right) / len(right)
    return [
        Row(
            "topics",
            data,
            measure,
            value,
            len(right),
            LEARNER,
            split.part,
            goal=GOALS[goal],
            size=len(head.to_bytes()),
        )
    ]


def _with_none(split: Split) -> list[Row]:
    head = learnt(split)
    scores = [head.scores(seen) for seen in shipped().seen(split.test[0])]
    right = [
        head.labels[int(softmax(one).argmax())] == label
        for one, label in zip(scores, split.test[1], strict=True)
    ]
    kept = [not is_none(head, one) for one in scores]
    none = [is_none(head, head.scores(seen)) for seen in shipped().seen(list(split.none_test))]
    in_scope = sum(hit and stays for hit, stays in zip(right, kept, strict=True)) / len(right)

    def row(measure: str, value: float, count: int, goal: Any = None) -> Row:
        return Row(
            "topics",
            "CLINC150",
            measure,
            value,
            count,
            LEARNER,
            split.part,
            **({"goal": goal} if goal else {}),
        )

    rows = [
        row("in-scope accuracy, nothing turned away", sum(right) / len(right), len(right)),
        row("in-scope accuracy", in_scope, len(right), GOALS["clinc in"]),
    ]
    if none:
        rows.append(row("out-of-scope recall", sum(none) / len(none), len(none), GOALS["clinc oos"]))
    return rows


def _examples(texts: list[str], labels: list[str]) -> list[Example]:
    return [
        Example(one, label, is_typical=label != NONE)
        for one, label in zip(shipped().seen(texts), labels, strict=True)
    ]


def _best(head: Head, seen: Seen) -> str:
    return head.labels[int(head.scores(seen).argmax())]


def _csv(path: Path) -> Labelled:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def _pairs(rows: Sequence[Sequence[str]]) -> Labelled:
    return [row[0] for row in rows], [row[1] for row in rows]


def _chosen(labelled: Labelled, places: Sequence[int]) -> Labelled:
    return [labelled[0][place] for place in places], [labelled[1][place] for place in places]
