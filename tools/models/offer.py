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

from ascolto.understanding.engine.offer_features import KINDS, Alike, Features, counted, features_of
from ascolto.understanding.engine.offer_reading import folded, tokens_of
from ascolto.understanding.engine.offers import WEIGHTS, parts_of, without_advantage

CORPUS = Path(__file__).parents[2] / "ascolto" / "understanding" / "corpus"
FILES = tuple(f"outgoing_offers{part}.tsv" for part in ("", "_more", "_care", "_lessons"))
ANSWERS = "saved_pairs.tsv"  # its answers sell nothing
VERSION = "shipped-3"
FREEDOM = 8.0  # C of the logistic regression
SEEN_IN = 2  # texts that a feature must occur in
FOLDS = 10
ALIKE = 0.55  # cosine from which two sentences are held out together
PRECISION = 0.90  # of what is called an offer when half of the held-out sentences are
PART_BIAS = -0.8
ALIKE_WORDS = 400  # groups of words by meaning

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


def alike_words(groups: int = ALIKE_WORDS) -> list[str]:
    """The words of all texts written for this project in groups that mean about the same, in any language; words with blanks between."""
    from sklearn.cluster import MiniBatchKMeans

    from ascolto.understanding.engine.encoder import open_encoder

    rows = (
        row
        for path in sorted(CORPUS.glob("*.tsv"))
        if "exam" not in path.name
        for row in path.read_text("utf-8").splitlines()
    )
    known = sorted(
        {
            token.word
            for row in rows
            for token in tokens_of(folded(row.rsplit("\t", 1)[1]))
            if token.word[0].isalpha()
        }
    )
    vectors = open_encoder().encode(known)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = MiniBatchKMeans(groups, random_state=0, n_init=1, batch_size=2048).fit_predict(vectors)
    members: dict[int, list[str]] = {}
    for word, number in zip(known, found, strict=True):
        members.setdefault(int(number), []).append(word)
    return [" ".join(words) for words in members.values()]


def fit(texts: Sequence[Features], sells: NDArray[np.bool_]) -> tuple[list[Table], LogisticRegression]:
    """The tables of features and the regression over them."""
    tables = [Table(kind, texts) for kind in KINDS]
    model = LogisticRegression(C=FREEDOM, max_iter=1000)
    model.fit(hstack([table.matrix(texts) for table in tables]).tocsr(), sells)
    return tables, model


@dataclass(frozen=True, slots=True)
class Seen:
    """A line as the model sees it: the whole, and its parts where it is long."""

    whole: Features
    parts: Sequence[Features]


def seen(text: str, alike: Alike) -> Seen:
    """What the gate sees of a text."""
    plain = folded(text)
    tokens = tokens_of(plain)
    parts = [features_of(plain, part, alike) for part in parts_of(tokens)]
    return Seen(features_of(plain, tokens, alike), parts)


def held_out(texts: Sequence[Seen], sells: NDArray[np.bool_], groups: NDArray[np.int64]) -> Doubles:
    """The score of each text, or of its part that sells most, by a model that saw neither it nor anything like it."""
    scores = np.zeros(len(texts))
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=1).split(texts, sells, groups):
        tables, model = fit([texts[place].whole for place in train], sells[train])

        def judged(
            found: Sequence[Features], tables: list[Table] = tables, model: LogisticRegression = model
        ) -> Doubles:
            rows = hstack([table.matrix(found) for table in tables]).tocsr()
            return np.asarray(model.decision_function(rows) + [without_advantage(one) for one in found])

        scores[test] = judged([texts[place].whole for place in test])
        for place in test:
            if texts[place].parts:
                scores[place] = max(scores[place], judged(texts[place].parts).max() + PART_BIAS)
    return scores


def threshold_for(scores: Doubles, sells: NDArray[np.bool_], precision: float) -> float:
    """The threshold that finds most offers at this precision, as if half of the sentences were offers."""
    highest_first = np.argsort(-scores)
    found = np.cumsum(sells[highest_first]) / sells.sum()
    wrong = np.cumsum(~sells[highest_first]) / (~sells).sum()
    return float(scores[highest_first][np.nonzero(found >= precision * (found + wrong))[0][-1]])


def make() -> dict[str, Any]:
    """Learn from every line; returns what is stored, with its figures in the card."""
    lines = read_lines()
    groups = alike_words()
    alike = {word: number for number, words in enumerate(groups) for word in words.split()}
    texts = [seen(line.text, alike) for line in lines]
    sells = np.array([line.sells for line in lines])
    scores = held_out(texts, sells, groups_of(lines))
    threshold = threshold_for(scores, sells, PRECISION)
    slope = float(LogisticRegression().fit((scores - threshold)[:, None], sells).coef_[0, 0])
    tables, model = fit([text.whole for text in texts], sells)
    weights = np.split(model.coef_[0], np.cumsum([len(table.names) for table in tables])[:-1])
    return {
        "format": 1, "version": VERSION, "part_bias": PART_BIAS, "slope": round(slope, 4), "unsure": 0.2,
        "bias": round(float(model.intercept_[0]) - threshold, 4),
        "features": {
            table.kind: {name: [round(float(r), 3), round(float(w), 3)] for name, r, w in zip(table.names, table.rarity, mine, strict=True)}
            for table, mine in zip(tables, weights, strict=True)
        },
        "alike": groups,
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
