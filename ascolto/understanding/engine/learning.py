"""Learn a head from labelled messages. The only module that needs scikit-learn; reading needs what it leaves behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from ascolto.understanding.engine.features import Keys
from ascolto.understanding.engine.head import Floats, Head, Seen

Progress = Callable[[float], None]  # told the share of the work that is done


FEW_LABELS = 8
LENT = 0.1  # weight of signs in messages that are not typical


class TooLittle(ValueError):
    """There are not at least two labels with examples."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message; `weight` says how much it counts."""

    seen: Seen
    label: str
    weight: float = 1.0
    is_typical: bool = True  # like what will be read: only such messages decide how the parts are weighed


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn. The regularisations are those of scikit-learn (larger = freer)."""

    words_c: float = 0.5
    meaning_c: float | None = (
        None  # None: 2 for a few labels, 20 for many (measured on complaints and bank questions)
    )
    signs_c: float = 1.0
    folds: int = 3
    features: int = 60_000  # kept of the word features, the most frequent
    seen_in: int = 2  # messages that a word feature must occur in
    unknown: float = (
        0.0  # how much features that are not kept count for a text's length; 1: as the rarest ones
    )
    balanced: bool = True  # rare labels count as much as frequent ones


@dataclass(slots=True)
class _Fitted:
    words: Floats  # its last row is the bias
    unseen: Floats  # below zero for labels that were not among the examples
    meaning: Floats
    meaning_bias: Floats
    signs: Floats


def learn(
    name: str,
    examples: Sequence[Example],
    *,
    encoder: str,
    recipe: Recipe = Recipe(),
    progress: Progress = lambda _: None,
) -> Head:
    """Learn a head. Raises TooLittle. The same examples in the same order give the same head."""
    labels = tuple(sorted({example.label for example in examples}))
    if len(labels) < 2:
        raise TooLittle("At least two labels need examples.")
    keys, idf = _vocabulary(examples, recipe)
    unknown = recipe.unknown * float(np.log(1 + len(examples)) + 1)
    sign_names = tuple(sorted({name for example in examples for name in example.seen.signs}))
    head = _empty(name, labels, keys, idf, unknown, sign_names, encoder)
    matrices = _Matrices(head, examples)
    scores = _held_out(matrices, recipe, progress)
    if scores is not None:
        head.scales, head.bias = _stack(scores)
    fitted = _fit(matrices, np.arange(len(examples)), recipe)
    head.words, head.words_bias = fitted.words[:-1].astype(np.float16), fitted.words[-1]
    head.meaning, head.meaning_bias, head.signs = fitted.meaning, fitted.meaning_bias, fitted.signs
    head.card = {"examples": len(examples), "labels": dict(Counter(example.label for example in examples))}
    progress(1.0)
    return head


def pruned(head: Head, keep: int) -> Head:
    """The head with only the `keep` word features that can move a result most; in place."""
    if len(head.keys) > keep:
        words = head.words.astype(np.float32)
        reach = head.idf * np.abs(words - words.mean(axis=1, keepdims=True)).max(axis=1)
        kept = np.sort(np.argsort(-reach, kind="stable")[:keep])
        head.keys, head.idf, head.words = head.keys[kept], head.idf[kept], head.words[kept]
    return head


def _empty(
    name: str, labels: tuple[str, ...], keys: Keys, idf: Floats, unknown: float, sign_names: tuple[str, ...], encoder: str
) -> Head:  # fmt: skip
    count = len(labels)
    return Head(
        name=name, labels=labels, keys=keys, idf=idf, unknown=unknown, words=np.zeros((len(idf), count), np.float16),
        words_bias=np.zeros(count, np.float32), meaning=np.zeros((512, count), np.float32),
        meaning_bias=np.zeros(count, np.float32), sign_names=sign_names,
        signs=np.zeros((len(sign_names), count), np.float32), scales=(1.0, 1.0, 1.0 if sign_names else 0.0),
        bias=np.zeros(count, np.float32), encoder=encoder,
    )  # fmt: skip


def _vocabulary(examples: Sequence[Example], recipe: Recipe) -> tuple[Keys, Floats]:
    """The word features that are kept, sorted, and log((1 + n) / (1 + df)) + 1 of each."""
    keys, df = np.unique(
        np.concatenate([example.seen.grams.keys for example in examples]), return_counts=True
    )
    needed = recipe.seen_in if len(examples) >= 200 else 1
    frequent = np.argsort(-df, kind="stable")[: recipe.features]
    kept = np.sort(frequent[df[frequent] >= needed])
    idf: Floats = (np.log((1 + len(examples)) / (1 + df[kept])) + 1).astype(np.float32)
    return keys[kept], idf


class _Matrices:
    """The examples as numbers."""

    def __init__(self, head: Head, examples: Sequence[Example]) -> None:
        rows, bias = [], len(head.keys)
        for example in examples:
            _, found, values, known = head.tfidf(example.seen.grams)
            rows.append((np.append(found, bias), np.append(values, np.float32(known))))
        starts = np.concatenate([[0], np.cumsum([len(found) for found, _ in rows])])
        columns = np.concatenate([found for found, _ in rows])
        values = np.concatenate([value for _, value in rows])
        self.words = csr_matrix(
            (values, columns, starts), shape=(len(examples), bias + 1)
        )  # the last: the bias
        self.meaning = np.stack([example.seen.vector for example in examples]).astype(np.float32)
        self.signs = np.stack([head.sign_values(example.seen) for example in examples])
        places = {label: place for place, label in enumerate(head.labels)}
        self.labels = np.array([places[example.label] for example in examples])
        self.weights = np.array([example.weight for example in examples])
        self.typical = np.array([example.is_typical for example in examples])
        self.count = len(head.labels)


@dataclass(frozen=True, slots=True)
class _Scores:
    """What the parts said of examples that they did not learn from."""

    parts: tuple[Floats, Floats, Floats]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


def _fit(data: _Matrices, chosen: NDArray[np.int64], recipe: Recipe) -> _Fitted:
    labels, weights = data.labels[chosen], data.weights[chosen]
    balance = "balanced" if recipe.balanced else None
    svm = LinearSVC(C=recipe.words_c, class_weight=balance, random_state=0, fit_intercept=False)
    svm.fit(data.words[chosen], labels, sample_weight=weights)
    free = recipe.meaning_c or (2.0 if data.count <= FEW_LABELS else 20.0)
    lr = LogisticRegression(C=free, class_weight=balance, max_iter=300)
    middle = data.meaning[chosen].mean(axis=0)
    lr.fit(data.meaning[chosen] - middle, labels, sample_weight=weights)
    words, unseen = _spread(svm, data.count)
    meaning, meaning_bias = _spread(lr, data.count)
    meaning_bias = meaning_bias - middle @ meaning
    signs = np.zeros((data.signs.shape[1], data.count), np.float32)
    if data.signs.shape[1]:
        # An emoji means one thing in one place and another elsewhere: what is not typical only lends signs that are missing here.
        own = np.where(data.typical[chosen], 1.0, LENT)
        small = LogisticRegression(C=recipe.signs_c, class_weight=balance, max_iter=300)
        small.fit(data.signs[chosen], labels, sample_weight=weights * own)
        signs = _spread(small, data.count)[0]
    return _Fitted(words, unseen, meaning, meaning_bias, signs)


def _spread(model: LinearSVC | LogisticRegression, count: int) -> tuple[Floats, Floats]:
    """Weights and biases for all labels; a label that this fold did not see gets a low score, a pair of labels two mirrored columns."""
    weights = model.coef_.T.astype(np.float32)
    bias = np.zeros(weights.shape[1], np.float32) + np.float32(model.intercept_)
    if weights.shape[1] == 1:
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    if weights.shape[1] == count:
        return weights, bias
    wide, low = np.zeros((len(weights), count), np.float32), np.full(count, float(bias.min()) - 1, np.float32)
    wide[:, model.classes_], low[model.classes_] = weights, bias
    return wide, low


def _held_out(data: _Matrices, recipe: Recipe, progress: Progress) -> _Scores | None:
    """What each part says of every typical example when it did not learn from it; None when there are too few to hold out."""
    typical, others = np.flatnonzero(data.typical), np.flatnonzero(~data.typical)
    labels = data.labels[typical]
    fewest = int(np.bincount(labels, minlength=data.count).min())
    folds = min(recipe.folds, max(fewest, 2))
    if fewest < 2 or len(labels) < 4 * data.count:
        return None
    parts = tuple(np.zeros((len(labels), data.count), np.float32) for _ in range(3))
    splitter = StratifiedKFold(n_splits=folds, shuffle=True, random_state=0)
    for done, (train, test) in enumerate(splitter.split(labels, labels)):
        fitted, held = _fit(data, np.concatenate([typical[train], others]), recipe), typical[test]
        parts[0][test] = data.words[held] @ fitted.words + fitted.unseen
        parts[1][test] = data.meaning[held] @ fitted.meaning + fitted.meaning_bias
        parts[2][test] = data.signs[held] @ fitted.signs
        progress((done + 1) / (folds + 1))
    return _Scores((parts[0], parts[1], parts[2]), labels, data.weights[typical])


def _stack(scores: _Scores) -> tuple[tuple[float, float, float], Floats]:
    """The scale of each part and the bias of each label that make the held-out sums most probable (maximum likelihood)."""
    count, parts = scores.parts[0].shape[1], scores.parts
    target = np.zeros((len(scores.labels), count))
    target[np.arange(len(scores.labels)), scores.labels] = 1
    share = scores.weights / scores.weights.sum()

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        sums = sum(scale * part for scale, part in zip(values[:3], parts, strict=True)) + values[3:]
        sums -= sums.max(axis=1, keepdims=True)
        logs = sums - np.log(np.exp(sums).sum(axis=1, keepdims=True))
        wrong = (np.exp(logs) - target) * share[:, None]
        slope = np.array([(wrong * part).sum() for part in parts])
        cost = -(share[:, None] * logs * target).sum() + doubt * ((values - begin) ** 2).sum()
        return float(cost), np.concatenate([slope, wrong.sum(axis=0)]) + 2 * doubt * (values - begin)

    begin = np.concatenate([[1.0, 1.0, 0.5], np.zeros(count)])
    doubt = 0.5 / len(scores.labels) + 1e-5  # of a dozen examples the stack believes little
    bounds = [(0, None)] * 3 + [(None, None)] * count
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    return (float(found[0]), float(found[1]), float(found[2])), found[3:].astype(np.float32)
