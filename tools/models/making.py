"""From a plan to a head with a card: encode, judge by cross-validation, learn from everything, prune."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from ascolto.understanding.engine.encoder import Encoder, Vectors
from ascolto.understanding.engine.head import Head
from ascolto.understanding.engine.learning import Example, learn, pruned
from ascolto.understanding.engine.reader import see
from ascolto.understanding.engine.text import for_encoder, prepare
from tools.models.plan import Labelled, Plan
from tools.models.sources import LICENCES

FOLDS = 3
_BINS = 10


def make(plan: Plan, data: Path, encoder: Encoder, cache: Path | None, *, judge: bool = True) -> Head:
    """The finished head of a plan."""
    labelled = list(plan.examples(data))
    vectors = _encode(encoder, [one.text for one in labelled], cache)
    examples = [
        Example(see(prepare(one.text), vector), one.label, one.weight, one.is_typical)
        for one, vector in zip(labelled, vectors, strict=True)
    ]
    figures, sure_from = _judged(plan, labelled, examples, encoder.name) if judge else ({}, 0.5)
    head = learn(plan.name, examples, encoder=encoder.name, recipe=plan.recipe)
    head = pruned(head, plan.keep)
    head.version, head.sure_from = f"shipped-{plan.version}", sure_from
    head.card = _card(plan, labelled, encoder.name) | {"figures": figures}
    return head


def _encode(encoder: Encoder, texts: Sequence[str], cache: Path | None) -> Vectors:
    """The vectors of texts; kept in a folder, since the comments of GoEmotions alone take minutes."""
    read = [for_encoder(prepare(text)) for text in texts]
    name = hashlib.sha256("\0".join([encoder.name, *read]).encode("utf-8", "replace")).hexdigest()[:24]
    path = cache / f"{name}.npy" if cache else None
    if path and path.exists():
        kept: Vectors = np.load(path)
        return kept
    vectors = encoder.encode(read)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, vectors)
    return vectors


def _judged(
    plan: Plan, labelled: Sequence[Labelled], examples: Sequence[Example], encoder: str
) -> tuple[dict[str, Any], float]:
    """What the head says of our own messages when it learnt from the others: figures, and from which probability on it is sure."""
    typical = [place for place, one in enumerate(labelled) if one.is_typical]
    others = [place for place, one in enumerate(labelled) if not one.is_typical]
    truth = np.array([labelled[place].label for place in typical])
    names = sorted({labelled[place].label for place in typical})
    said = np.zeros((len(typical), len(names)))
    splitter = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=1)
    for train, test in splitter.split(truth, truth):
        known = [examples[typical[place]] for place in train] + [examples[place] for place in others]
        head = learn(plan.name, known, encoder=encoder, recipe=plan.recipe)
        for place in test:
            shares = head.answer(examples[typical[place]].seen).probabilities
            said[place] = [shares[name] for name in names]
    groups = [labelled[place].group for place in typical]
    return _figures(truth, names, said, groups), _sure_from(truth, names, said, plan.sure_at)


def _figures(truth: Any, names: list[str], said: Any, groups: Any) -> dict[str, Any]:
    answers = np.array(names)[said.argmax(axis=1)]
    found: dict[str, Any] = {
        "how": f"{FOLDS}-fold cross-validation on our messages",
        "macro_f1": round(float(f1_score(truth, answers, average="macro")), 3),
        "accuracy": round(float((truth == answers).mean()), 3),
        "calibration_error": round(_calibration_error(truth == answers, said.max(axis=1)), 3),
        "f1": {
            name: round(float(f1_score(truth, answers, labels=[name], average="macro")), 3) for name in names
        },
    }
    if len(names) == 2:
        found["auc"] = round(float(roc_auc_score(truth == names[0], said[:, 0])), 3)
    for group in sorted(set(groups) - {""}):
        here = np.array([one == group for one in groups])
        if here.sum() >= 50:
            f1 = f1_score(truth[here], answers[here], average="macro", labels=names, zero_division=0)
            found.setdefault("macro_f1_by_group", {})[group] = round(float(f1), 3)
    return found


def _calibration_error(right: Any, probability: Any) -> float:
    """Expected calibration error: how far the probabilities are from the shares of right answers, over ten bins."""
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == one).mean() * abs(right[bins == one].mean() - probability[bins == one].mean())
        for one in set(bins)
    ]
    return float(sum(gaps))


def _sure_from(truth: Any, names: list[str], said: Any, wanted: float) -> float:
    """The lowest probability from which on the wanted share of the answers was right; at most 0.9."""
    right, probability = truth == np.array(names)[said.argmax(axis=1)], said.max(axis=1)
    for threshold in np.arange(0.4, 0.9, 0.01):
        above = probability >= threshold
        if above.any() and right[above].mean() >= wanted:
            return round(float(threshold), 2)
    return 0.9


def _card(plan: Plan, labelled: Sequence[Labelled], encoder: str) -> dict[str, Any]:
    sources = Counter(one.source for one in labelled)
    return {
        "about": plan.about,
        "version": plan.version,
        "made_on": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "encoder": encoder,
        "sources": {name: {"texts": count, "licence": LICENCES[name]} for name, count in sources.items()},
        "labels": dict(Counter(one.label for one in labelled)),
        "labels_of_our_messages": dict(Counter(one.label for one in labelled if one.is_typical)),
        "recipe": {name: getattr(plan.recipe, name) for name in plan.recipe.__slots__},
    }
