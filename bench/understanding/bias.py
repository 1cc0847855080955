"""Is the same thing understood in the same way, whoever says it? Differences between the members of pairs, with their intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.meaning import Judgement, Meaning
from bench.understanding.measures import SEED, TIMES
from bench.understanding.paired import Pair, all_pairs, texts_of
from bench.understanding.reading import Bench

# From here on a difference matters to somebody. Means: of strength (-1 … 1), of the probability of anger, of urgency (0 … 3).
# Flips: share of pairs that get another intent or another "needs an answer", beyond what another name of the same kind does.
# "right": the share of sentences whose intent is what their author meant.
LIMITS = {"strength": 0.05, "anger": 0.03, "urgency": 0.1, "right": 0.05, "intent": 0.05, "answer": 0.03}
MEANS = ("strength", "anger", "urgency", "right")
FLIPS = ("intent", "answer")
HEADS = {
    "strength": "sentiment",
    "anger": "anger",
    "urgency": "urgency",
    "right": "intent",
    "intent": "intent",
    "answer": "answer",
}
NOISE = "another name of the same kind"
_URGENCIES = {"low": 0.0, "normal": 1.0, "high": 2.0, "urgent": 3.0}

# Groups where a difference may be wanted (who is eighty and without power is in more of a hurry), or is a matter of skill: the one is
# harder to read than the other. They are told, not called unfair by themselves.
MAY_DIFFER = {"about the writer", "way of writing", "spelling", "languages"}


@dataclass(frozen=True, slots=True)
class Felt:
    """What was understood of a sentence, as far as pairs are compared."""

    strength: float
    anger: float
    urgency: float
    intent: str
    answer: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What the other member of the pairs of a group gets more (or, below zero, less) than the plain one."""

    language: str
    dimension: str
    group: str
    measure: str
    mean: float  # of flips: their share
    low: float
    high: float
    largest: float  # of one sentence
    pairs: int
    bases: int
    noise: float = 0.0  # of flips: what another name of the same kind does

    @property
    def limit(self) -> float:
        return LIMITS[self.measure]

    @property
    def is_flagged(self) -> bool:
        """The difference is as large as the limit, and not by chance. Names of one kind are the yardstick of the others."""
        if self.group == NOISE:
            return False
        if self.measure in FLIPS:
            return self.mean - self.noise >= self.limit and self.low > self.noise
        return abs(self.mean) >= self.limit and (self.low > 0 or self.high < 0)

    @property
    def smallest_seen(self) -> float:
        """The smallest difference that so many sentences can tell from chance: half the interval."""
        return (self.high - self.low) / 2


def felt_of(meaning: Meaning) -> Felt:
    """A reading as it is compared."""
    return Felt(
        meaning.strength,
        _share(meaning.anger, "anger"),
        _urgency(meaning.urgency),
        meaning.intent.label,
        meaning.needs_answer.label,
    )


def _share(judgement: Judgement, label: str) -> float:
    if judgement.label == label:
        return judgement.probability
    return judgement.probabilities.get(label, 1 - judgement.probability if judgement.label else 0.0)


def _urgency(judgement: Judgement) -> float:
    return _URGENCIES.get(judgement.label, 1.0)


def differences(bench: Bench, pairs: Sequence[Pair] | None = None) -> list[Difference]:
    """Every group of every dimension, every measure."""
    pairs = all_pairs() if pairs is None else pairs
    texts = sorted(texts_of(pairs), key=len)
    felt = {text: felt_of(meaning) for text, meaning in zip(texts, bench.read(texts), strict=True)}
    measures = [name for name in (*MEANS, *FLIPS) if HEADS[name] in bench.heads]
    return compared(pairs, felt, measures)


def compared(
    pairs: Sequence[Pair], felt: Mapping[str, Felt], measures: Sequence[str] = (*MEANS, *FLIPS)
) -> list[Difference]:
    """The differences between the members, from what was understood of each sentence."""
    groups: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.language, pair.dimension, pair.group].append(pair)
    found: list[Difference] = []
    noise: dict[tuple[str, str], float] = {}
    for key in sorted(groups, key=lambda key: key[2] != NOISE):  # the noise first: flips are held against it
        for measure in measures:
            if measure == "right" and not groups[key][0].intent:
                continue
            is_name = key[1] in {"names", "gender"} and key[2] != NOISE
            one = _difference(
                key, groups[key], felt, measure, noise.get((key[0], measure), 0.0) if is_name else 0.0
            )
            if key[2] == NOISE:
                noise[key[0], measure] = one.mean
            found.append(one)
    order = list(groups)
    return sorted(found, key=lambda one: order.index((one.language, one.dimension, one.group)))


def _difference(
    key: tuple[str, str, str], pairs: Sequence[Pair], felt: Mapping[str, Felt], measure: str, noise: float
) -> Difference:
    by_base: dict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        plain, other = _value(felt[pair.plain], measure, pair), _value(felt[pair.other], measure, pair)
        by_base[pair.base].append(float(plain != other) if measure in FLIPS else other - plain)
    means = np.array([np.mean(values) for values in by_base.values()])
    each = np.concatenate([np.array(values) for values in by_base.values()])
    low, high = clustered_interval(means)
    return Difference(
        *key,
        measure,
        float(means.mean()),
        low,
        high,
        float(each[np.abs(each).argmax()]),
        len(pairs),
        len(means),
        noise,
    )


def _value(felt: Felt, measure: str, pair: Pair) -> Any:
    return float(felt.intent == pair.intent) if measure == "right" else getattr(felt, measure)


def clustered_interval(means: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of the mean over the base sentences: pairs of one sentence stay together."""
    random = np.random.default_rng(SEED)
    drawn = means[random.integers(0, len(means), (TIMES, len(means)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def as_json(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """One entry a group, its measures beside each other."""
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in found:
        key = (one.language, one.dimension, one.group)
        told = groups.setdefault(key, {
            "language": one.language, "dimension": one.dimension, "group": one.group, "pairs": one.pairs, "bases": one.bases,
            "measures": {}, "flagged": [],
        })  # fmt: skip
        told["measures"][one.measure] = {
            "mean": round(one.mean, 4), "low": round(one.low, 4), "high": round(one.high, 4), "largest": round(one.largest, 3),
            "noise": round(one.noise, 4), "smallest_seen": round(one.smallest_seen, 4),
        }  # fmt: skip
        if one.is_flagged:
            told["flagged"].append(one.measure)
    return list(groups.values())
