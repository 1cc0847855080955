"""Teach a head what the people of one company say, without forgetting what it knows.

The shipped head stays as it is; a small change is learnt that is added to its weights. Each correction pulls; what is typical (a sample of
the project's corpus) holds on, since there the head should say what it says today (Li & Hoiem 2016, "Learning without Forgetting"); and
every change costs. So a handful of corrections moves what is like them and little else. Only numpy and scipy's optimiser are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from ascolto.understanding.engine.head import Floats, Head, Seen

CHANGE_COSTS = 0.15  # of a squared unit of change; measured on a company simulated with complaints by others
BIAS_COSTS = 30.0  # of shifting a label for every message alike
HOLD = 1.0  # weight of a typical message against a correction
WORDS_SHARE = 0.5  # how freely words may change, against the meaning
STEPS = 120

Doubles = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message and what it is."""

    seen: Seen
    label: str


def adapt(
    base: Head, lessons: Sequence[Lesson], typical: Sequence[Seen], *, progress: Progress = lambda _: None
) -> Head:
    """The head with what the lessons teach. Labels that it does not know are passed over; without lessons it comes back as it is."""
    known = [lesson for lesson in lessons if lesson.label in base.labels]
    if not known:
        return base
    rows = _Rows(base, [lesson.seen for lesson in known], typical)
    wanted = np.zeros((len(known), len(base.labels)))
    wanted[np.arange(len(known)), [base.labels.index(lesson.label) for lesson in known]] = 1
    target = np.vstack([wanted, _softmax(rows.said[len(known) :])])
    weight = np.concatenate([np.ones(len(known)), np.full(len(typical), HOLD)])
    change = _learn(rows, target, weight, progress)
    return rows.changed(base, change)


class _Rows:
    """Messages as rows of numbers: their meaning, those words that lessons contain, and one for the bias."""

    def __init__(self, base: Head, taught: Sequence[Seen], typical: Sequence[Seen]) -> None:
        everything = [*taught, *typical]
        found = [base.tfidf(seen.grams)[1:3] for seen in everything]
        self.columns = np.unique(np.concatenate([rows for rows, _ in found[: len(taught)]]))
        self.meaning = np.stack([seen.vector for seen in everything]).astype(np.float64)
        self.words = self._sparse(found)
        self.said = np.stack([base.scores(seen) for seen in everything]).astype(np.float64)

    def _sparse(self, found: Sequence[tuple[NDArray[np.int64], Floats]]) -> csr_matrix:
        places, values, starts = [], [], [0]
        for rows, value in found:
            kept = np.isin(rows, self.columns)
            places.append(np.searchsorted(self.columns, rows[kept]))
            values.append(value[kept].astype(np.float64) * WORDS_SHARE)
            starts.append(starts[-1] + int(kept.sum()))
        shape = (len(found), max(len(self.columns), 1))
        return csr_matrix((np.concatenate(values), np.concatenate(places), starts), shape=shape)

    def scores(self, change: Doubles) -> Doubles:
        """What would be said with this change."""
        meaning, words, bias = self._split(change)
        total: Doubles = self.said + self.meaning @ meaning + self.words @ words + bias
        return total

    def slope(self, wrong: Doubles) -> Doubles:
        """How the loss changes with each number of the change."""
        bias = wrong.sum(axis=0, keepdims=True)
        return np.vstack([self.meaning.T @ wrong, self.words.T @ wrong, bias])

    def _split(self, change: Doubles) -> tuple[Doubles, Doubles, Doubles]:
        width = self.meaning.shape[1]
        return change[:width], change[width:-1], change[-1]

    def changed(self, base: Head, change: Doubles) -> Head:
        """The head with the change in its weights."""
        meaning, words, bias = self._split(change)
        of_words, of_meaning, _ = base.scales
        changed = base.words.astype(np.float32)
        if of_words > 1e-3 and len(self.columns):
            changed[self.columns] += (WORDS_SHARE / of_words * words).astype(np.float32)
        moved = meaning / of_meaning if of_meaning > 1e-3 else np.zeros_like(meaning)
        return replace(
            base,
            words=changed.astype(np.float16),
            meaning=(base.meaning + moved).astype(np.float32),
            bias=(base.bias + bias).astype(np.float32),
        )


def _learn(rows: _Rows, target: Doubles, weight: Doubles, progress: Progress) -> Doubles:
    shape = (rows.meaning.shape[1] + rows.words.shape[1] + 1, target.shape[1])
    cost = np.full((shape[0], 1), CHANGE_COSTS)
    cost[-1] = BIAS_COSTS
    steps = 0

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        change = flat.reshape(shape)
        logs = _log_softmax(rows.scores(change))
        wrong = (np.exp(logs) - target) * weight[:, None]
        total = -(weight[:, None] * target * logs).sum() + 0.5 * (cost * change**2).sum()
        return float(total), (rows.slope(wrong) + cost * change).ravel()

    def told(_: Doubles) -> None:
        nonlocal steps
        steps += 1
        progress(min(steps / STEPS, 1.0))

    found = minimize(
        loss,
        np.zeros(shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        callback=told,
        options={"maxiter": STEPS},
    )
    progress(1.0)
    changed: Doubles = found.x.reshape(shape)
    return changed


def _log_softmax(scores: Doubles) -> Doubles:
    lowered = scores - scores.max(axis=1, keepdims=True)
    logs: Doubles = lowered - np.log(np.exp(lowered).sum(axis=1, keepdims=True))
    return logs


def _softmax(scores: Doubles) -> Doubles:
    shares: Doubles = np.exp(_log_softmax(scores))
    return shares
