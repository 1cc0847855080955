"""Learn what sells in an outgoing text: `weights/offers.json` for the guard at the gate, and how good it is when held out.

Only sentences written for this project teach it. Sentences that mean nearly the same (a line and its translation) are held out together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from ascolto.understanding.engine.offers import (
    KINDS,
    WEIGHTS,
    Features,
    counted,
    features_of,
    without_advantage,
    words_of,
)
from ascolto.understanding.engine.text import prepare

CORPUS = Path(__file__).parents[2] / "ascolto" / "understanding" / "corpus"
FILES = ("outgoing_offers.tsv", "outgoing_offers_more.tsv")
ANSWERS = "saved_pairs.tsv"  # its answers sell nothing
FREEDOM = 4.0  # C of the logistic regression
SEEN_IN = 2  # texts that a feature must occur in
FOLDS = 10
ALIKE = 0.55  # cosine from which two sentences are held out together
RECALL = 0.93  # of held-out offers that the threshold must find
PART_BIAS = -0.4

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as a company writes it: `sells` or not, and what it is about."""

    language: str
    sells: bool
    kind: str
    text: str


def read_lines(folder: Path = CORPUS) -> list[Line]:
    """Every labelled outgoing sentence; fields: language, 1 or 0, kind, text."""
    found = []
    for name in FILES:
        if (folder / name).exists():
            for row in (folder / name).read_text(encoding="utf-8").splitlines():
                language, sells, kind, text = row.split("\t")
                found.append(Line(language, sells == "1", kind, text.replace("⏎", "\n")))
    for row in (folder / ANSWERS).read_text(encoding="utf-8").splitlines():
        language, _, _, answer = row.split("\t")
        found.append(Line(language, False, "answer", answer.replace("⏎", "\n")))
    return found


def groups_of(lines: Sequence[Line]) -> NDArray[np.int64]:
    """A number for each line, the same for lines that mean nearly the same."""
    from sklearn.cluster import AgglomerativeClustering

    from ascolto.understanding.engine.encoder import open_encoder

    vectors = open_encoder().encode([line.text[:400] for line in lines])
    clusters = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=1 - ALIKE)
    return np.asarray(clusters.fit_predict(vectors), dtype=np.int64)


class Table:
    """The features that are kept of one kind, with their rarity."""

    def __init__(self, kind: str, texts: Sequence[Features]) -> None:
        frequency = Counter(name for text in texts for name in text[kind])
        kept = sorted(name for name, count in frequency.items() if count >= SEEN_IN)
        self.kind, self.names = kind, kept
        self.place = {name: number for number, name in enumerate(kept)}
        self.rarity = np.array([np.log((1 + len(texts)) / (1 + frequency[name])) + 1 for name in kept])

    def matrix(self, texts: Sequence[Features]) -> csr_matrix:
        """Texts x features, each row of length one."""
        rows, columns, values = [], [], []
        for number, text in enumerate(texts):
            known = [
                (self.place[name], amount)
                for name, amount in counted(text[self.kind], self.kind)
                if name in self.place
            ]
            found = np.array([amount * self.rarity[column] for column, amount in known])
            rows += [number] * len(known)
            columns += [column for column, _ in known]
            values += list(found / (np.sqrt(found @ found) or 1.0)) if len(known) else []
        return csr_matrix((values, (rows, columns)), shape=(len(texts), len(self.names)))


def fit(texts: Sequence[Features], sells: NDArray[np.bool_]) -> tuple[list[Table], LogisticRegression]:
    """The tables of features and the regression over them."""
    tables = [Table(kind, texts) for kind in KINDS]
    model = LogisticRegression(C=FREEDOM, max_iter=1000)
    model.fit(hstack([table.matrix(texts) for table in tables]).tocsr(), sells)
    return tables, model


def held_out(texts: Sequence[Features], sells: NDArray[np.bool_], groups: NDArray[np.int64]) -> Doubles:
    """The score of each text by a model that saw neither it nor anything like it."""
    scores = np.zeros(len(texts))
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=1).split(texts, sells, groups):
        tables, model = fit([texts[place] for place in train], sells[train])
        held = [texts[place] for place in test]
        scores[test] = model.decision_function(hstack([table.matrix(held) for table in tables]).tocsr())
        scores[test] += [without_advantage(text) for text in held]
    return scores


def threshold_for(scores: Doubles, sells: NDArray[np.bool_], recall: float) -> float:
    """The highest threshold that still finds this share of the offers."""
    return float(np.sort(scores[sells])[int((1 - recall) * sells.sum())])


def make() -> dict[str, Any]:
    """Learn from every line; returns what is stored, with its figures in the card."""
    lines = read_lines()
    texts = [features_of(words_of(prepare(line.text))) for line in lines]
    sells = np.array([line.sells for line in lines])
    scores = held_out(texts, sells, groups_of(lines))
    threshold = threshold_for(scores, sells, RECALL)
    slope = float(LogisticRegression().fit((scores - threshold)[:, None], sells).coef_[0, 0])
    tables, model = fit(texts, sells)
    weights = np.split(model.coef_[0], np.cumsum([len(table.names) for table in tables])[:-1])
    return {
        "format": 1, "version": "shipped-1", "part_bias": PART_BIAS, "slope": round(slope, 4), "unsure": 0.2,
        "bias": round(float(model.intercept_[0]) - threshold, 4),
        "features": {
            table.kind: {name: [round(float(r), 3), round(float(w), 3)] for name, r, w in zip(table.names, table.rarity, mine, strict=True)}
            for table, mine in zip(tables, weights, strict=True)
        },
        "card": figures(scores - threshold, sells) | {"lines": len(lines), "licence": "the project's own sentences"},
    }  # fmt: skip


def figures(scores: Doubles, sells: NDArray[np.bool_]) -> dict[str, float]:
    """Recall and precision at the threshold, and the precision that other recalls would have."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    said = scores >= 0
    hits = int((said & sells).sum())
    return {
        "recall": round(hits / int(sells.sum()), 3), "precision": round(hits / max(int(said.sum()), 1), 3),
        "average precision": round(float(average_precision_score(sells, scores)), 3),
        "auc": round(float(roc_auc_score(sells, scores)), 3),
    }  # fmt: skip


def main() -> None:
    """Write the weights and say how good they are."""
    made = make()
    WEIGHTS.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(WEIGHTS.name, f"{WEIGHTS.stat().st_size / 1000:.0f} kB", made["card"])


if __name__ == "__main__":
    main()
