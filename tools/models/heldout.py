"""How good a head is on messages that it did not learn from, and from which probability its answer counts as sure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from ascolto.understanding.engine.head import softmax
from ascolto.understanding.engine.learning import Example, Recipe, learn

FOLDS = 4
RIGHT = 0.8  # share of the sure answers that must be right
Doubles = NDArray[np.float64]


def held_out(
    name: str, examples: Sequence[Example], extra: Sequence[Example], groups: Sequence[int], *, encoder: str, recipe: Recipe
) -> tuple[tuple[str, ...], Doubles]:  # fmt: skip
    """The labels, and for each example what a head says that saw neither it nor its group; `extra` always teaches."""
    labels = [example.label for example in examples]
    names = tuple(sorted({*labels, *(example.label for example in extra)}))
    said = np.zeros((len(examples), len(names)))
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(
        labels, labels, groups
    ):
        head = learn(name, [*(examples[place] for place in train), *extra], encoder=encoder, recipe=recipe)
        columns = [names.index(label) for label in head.labels]
        for place in test:
            said[place, columns] = softmax(head.scores(examples[place].seen))
    return names, said


def sure_from(names: Sequence[str], said: Doubles, labels: Sequence[str], *, right: float = RIGHT) -> float:
    """The lowest probability (in steps of 0.05, to 0.9) from which this share of the answers is right."""
    hits = np.array([names[best] for best in said.argmax(axis=1)]) == np.array(labels)
    highest = said.max(axis=1)
    for step in range(6 if len(names) > 2 else 11, 19):
        sure = highest >= step / 20
        if not sure.any() or hits[sure].mean() >= right:
            return step / 20
    return 0.9


def figures(names: Sequence[str], said: Doubles, labels: Sequence[str], sure: float) -> dict[str, object]:
    """Accuracy, macro-F1, F1 of each label, calibration error, and what the sure answers are worth."""
    answers, gold = np.array([names[best] for best in said.argmax(axis=1)]), np.array(labels)
    highest, right = said.max(axis=1), answers == gold
    bins = np.minimum((highest * 10).astype(int), 9)
    ece = sum(
        abs(highest[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in set(bins.tolist())
    )
    each = f1_score(gold, answers, labels=list(names), average=None, zero_division=0)
    return {
        "accuracy": round(float(right.mean()), 3),
        "macro_f1": round(float(f1_score(gold, answers, average="macro", zero_division=0)), 3),
        "f1": {name: round(float(value), 3) for name, value in zip(names, each, strict=True)},
        "ece": round(float(ece), 3),
        "sure": round(float((highest >= sure).mean()), 3),
        "accuracy_where_sure": round(float(right[highest >= sure].mean()), 3),
    }
