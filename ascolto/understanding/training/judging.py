"""May a version that was learnt serve? Only if it is no worse than the one that does, on two sets that it did not learn from.

The corrections may not contradict each other. On what people corrected (each correction judged by a version that did not see it: five
fixed parts) it must answer as well or better; on a fixed part of the project's corpus it may lose no more than a hair. The second set is
what stops corrections that are wrong but agree with each other: they would pull the model away from what thousands of other messages
say. Where corrections deny what the model is surest of, it may lose next to nothing there. Whoever knows better lets a refused version
serve by hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST = 20  # corrections that a verdict needs
F1_LOST = {"corrections": 0.01, "corpus": 0.015}  # macro-F1 that may be lost
LOSS_GAINED = {"corrections": 0.02, "corpus": 0.05}  # log-loss that may be gained
SURPRISED = 3.0  # log-loss of what serves on the corrections: 1.6–3.3 where people were right (simulated) …
DENIED = 5.0  # … 4–7.5 where they were not: from here on a person must decide
STRICT = 0.1  # share of the losses that is allowed on the corpus where the corrections surprise
GUESSING = 1.0  # log-loss of held-out corrections that no agreement explains; of many labels that of guessing
CHANGED = 0.12  # share of the corpus whose answer may change

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says of a set: probabilities, messages x labels."""

    labels: tuple[str, ...]
    shares: Doubles

    def answers(self) -> list[str]:
        """The most probable label of each message."""
        return [self.labels[best] for best in self.shares.argmax(axis=1)]


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a version is on a set."""

    n: int
    accuracy: float
    macro_f1: float
    log_loss: float  # mean, natural logarithm
    ece: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a version may serve, and why, in a sentence for people."""

    may_serve: bool
    why: str
    figures: dict[str, Any]


def figures_of(said: Said, gold: Sequence[str]) -> Figures:
    """The measures of a set. A label that the version does not know is always wrong."""
    answers = np.array(said.answers())
    right = answers == np.array(gold)
    place = {label: number for number, label in enumerate(said.labels)}
    of_gold = np.array(
        [said.shares[row, place[label]] if label in place else 0.0 for row, label in enumerate(gold)]
    )
    return Figures(
        len(gold),
        round(float(right.mean()), 4),
        round(macro_f1(gold, answers.tolist()), 4),
        round(float(-np.log(np.clip(of_gold, 1e-6, 1.0)).mean()), 4),
        round(calibration_error(said.shares.max(axis=1), right), 4),
    )


def judge(live: dict[str, Said], candidate: dict[str, Said], gold: Mapping[str, Sequence[str]]) -> Verdict:
    """Hold a candidate against what is live, on the sets "corrections" and "corpus"."""
    before = {name: figures_of(live[name], gold[name]) for name in gold}
    after = {name: figures_of(candidate[name], gold[name]) for name in gold}
    figures = {name: {"before": asdict(before[name]), "after": asdict(after[name])} for name in gold}
    if after["corrections"].n < FEWEST:
        return Verdict(
            False, f"only {after['corrections'].n} corrections: {FEWEST} are needed to judge", figures
        )
    if before["corrections"].log_loss > DENIED:
        return Verdict(False, "the corrections deny what the model is surest of: look at them first", figures)
    if after["corrections"].log_loss > max(GUESSING, math.log(len(candidate["corrections"].labels))):
        return Verdict(False, "the corrections contradict each other", figures)
    surprises = before["corrections"].log_loss > SURPRISED
    for name in gold:
        old, new = before[name], after[name]
        share = STRICT if surprises and name == "corpus" else 1.0
        if old.macro_f1 - new.macro_f1 > share * F1_LOST[name]:
            return Verdict(
                False, f"worse on the {name}: macro-F1 {old.macro_f1:.3f} → {new.macro_f1:.3f}", figures
            )
        if new.log_loss - old.log_loss > share * LOSS_GAINED[name]:
            return Verdict(
                False, f"less sure on the {name}: log-loss {old.log_loss:.3f} → {new.log_loss:.3f}", figures
            )
    pairs = zip(live["corpus"].answers(), candidate["corpus"].answers(), strict=True)
    changed = float(np.mean([old != new for old, new in pairs]))
    if changed > CHANGED:
        return Verdict(False, f"it would answer {changed:.0%} of ordinary messages otherwise", figures)
    told = ", ".join(f"{name} {before[name].macro_f1:.3f} → {after[name].macro_f1:.3f}" for name in gold)
    return Verdict(True, f"no worse (macro-F1 on {told})", figures)


def macro_f1(gold: Sequence[str], said: Sequence[str]) -> float:
    """The mean over the labels that are in `gold` of 2·hits / (gold + said)."""
    labels = sorted(set(gold))
    if not labels:
        return 0.0
    return sum(f1_of(label, gold, said) for label in labels) / len(labels)


def f1_of(label: str, gold: Sequence[str], said: Sequence[str]) -> float:
    """F1 of one label."""
    hits = sum(one == other == label for one, other in zip(gold, said, strict=True))
    both = sum(one == label for one in gold) + sum(one == label for one in said)
    return 2 * hits / both if both else 0.0


def calibration_error(highest: Doubles, right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width."""
    if not len(highest):
        return 0.0
    bins = np.minimum((highest * 10).astype(int), 9)
    return float(
        sum(
            abs(highest[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )
