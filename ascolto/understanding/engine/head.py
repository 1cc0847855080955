"""A head: one question about a message ("which feeling?") answered by parts that are added up, so that the answer can be explained.

Three parts look at the same message: its words (TF-IDF over words, pairs and pieces of words, linear), its meaning (the encoder's
vector, linear) and its signs (emoji, exclamation marks, lexicon words: see signs.py). A stack learnt on held-out folds weighs them and
makes the sums honest probabilities (temperature and bias: Guo et al. 2017, "On Calibration of Modern Neural Networks").
"""

from __future__ import annotations

import io
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.meaning import Because

Floats = NDArray[np.float32]
FORMAT = 1


class UnreadableHead(ValueError):
    """The bytes are not a head, or one of a format that this release does not know."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as the heads see it, made once for all of them."""

    grams: Sequence[tuple[str, int]]  # feature, index of its word
    words: Sequence[str]
    vector: Floats
    signs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a head says of a message."""

    label: str
    probability: float
    is_sure: bool
    probabilities: Mapping[str, float]
    because: tuple[Because, ...] = ()


@dataclass(slots=True)
class Head:
    """A learnt head. `sure_from` is the probability below which the answer counts as unsure."""

    name: str
    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    words: NDArray[np.float16]  # vocabulary x labels
    words_bias: Floats
    meaning: Floats  # dimensions x labels
    meaning_bias: Floats
    sign_names: tuple[str, ...]
    signs: Floats  # signs x labels
    scales: tuple[float, float, float]  # of words, meaning and signs
    bias: Floats
    encoder: str
    sure_from: float = 0.5
    version: str = "1"
    card: dict[str, Any] = field(default_factory=dict)  # how it was made and how good it is

    def parts(self, seen: Seen) -> tuple[Floats, Floats, Floats]:
        """What words, meaning and signs say for each label, before they are weighed."""
        rows, values = self._tfidf(seen)
        words = self.words_bias + (values @ self.words[rows].astype(np.float32) if len(rows) else 0)
        meaning = seen.vector @ self.meaning + self.meaning_bias
        signs = (
            self._sign_values(seen) @ self.signs
            if self.sign_names
            else np.zeros(len(self.labels), np.float32)
        )
        return words, meaning, signs

    def scores(self, seen: Seen) -> Floats:
        """The log-odds of each label."""
        words, meaning, signs = self.parts(seen)
        a, b, c = self.scales
        total: Floats = (a * words + b * meaning + c * signs + self.bias).astype(np.float32)
        return total

    def answer(self, seen: Seen, *, explain: int = 0) -> Answer:
        """The most probable label, with up to `explain` reasons."""
        probabilities = softmax(self.scores(seen))
        best = int(np.argmax(probabilities))
        return Answer(
            label=self.labels[best],
            probability=float(probabilities[best]),
            is_sure=bool(probabilities[best] >= self.sure_from),
            probabilities=dict(zip(self.labels, map(float, probabilities), strict=True)),
            because=self.because(seen, best)[:explain] if explain else (),
        )

    def because(self, seen: Seen, label: int) -> tuple[Because, ...]:
        """What moved the result towards (or, below zero, away from) a label, the strongest first."""
        found = [*self._words_because(seen, label), *self._signs_because(seen, label)]
        whole = self.scales[1] * _above_mean(seen.vector @ self.meaning + self.meaning_bias, label)
        found.append(Because("meaning", "", round(float(whole), 3)))
        return tuple(sorted(found, key=lambda because: -abs(because.weight)))

    def _words_because(self, seen: Seen, label: int) -> list[Because]:
        rows, values = self._tfidf(seen)
        if not len(rows):
            return []
        weights = self.words[rows].astype(np.float32)
        shares = dict(
            zip(
                rows.tolist(),
                (self.scales[0] * values * (weights[:, label] - weights.mean(axis=1))).tolist(),
                strict=True,
            )
        )
        counts = Counter(self.vocabulary[gram] for gram, _ in seen.grams if gram in self.vocabulary)
        by_word: dict[str, float] = {}
        for gram, index in seen.grams:
            row = self.vocabulary.get(gram)
            if row is not None:
                by_word[seen.words[index]] = by_word.get(seen.words[index], 0.0) + shares[row] / counts[row]
        return [
            Because("word", word, round(share, 3)) for word, share in by_word.items() if abs(share) >= 0.02
        ]

    def _signs_because(self, seen: Seen, label: int) -> list[Because]:
        if not self.sign_names:
            return []
        values = self._sign_values(seen)
        shares = self.scales[2] * values * (self.signs[:, label] - self.signs.mean(axis=1))
        return [
            Because("sign", name, round(float(share), 3))
            for name, share in zip(self.sign_names, shares, strict=True)
            if abs(share) >= 0.02
        ]

    def _tfidf(self, seen: Seen) -> tuple[NDArray[np.int64], Floats]:
        counts: dict[int, int] = {}
        known = self.vocabulary.get
        for gram, _ in seen.grams:
            row = known(gram)
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        rows = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = np.fromiter(
            (1.0 + math.log(n) for n in counts.values()), dtype=np.float32, count=len(counts)
        )
        values *= self.idf[rows]
        length = float(np.sqrt(values @ values))
        return rows, values / length if length else values

    def _sign_values(self, seen: Seen) -> Floats:
        return np.array([seen.signs.get(name, 0.0) for name in self.sign_names], dtype=np.float32)

    def to_bytes(self) -> bytes:
        """The head as an npz archive without pickles."""
        card = {
            "format": FORMAT, "name": self.name, "version": self.version, "labels": self.labels, "encoder": self.encoder,
            "sign_names": self.sign_names, "scales": self.scales, "sure_from": self.sure_from, "card": self.card,
        }  # fmt: skip
        vocabulary = "\n".join(self.vocabulary)  # in the order of the rows; a feature holds no line break
        out = io.BytesIO()
        np.savez_compressed(
            out,
            card=np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), dtype=np.uint8),
            vocabulary=np.frombuffer(vocabulary.encode(), dtype=np.uint8),
            idf=self.idf.astype(np.float16), words=self.words, words_bias=self.words_bias,
            meaning=self.meaning.astype(np.float16), meaning_bias=self.meaning_bias, signs=self.signs, bias=self.bias,
        )  # fmt: skip
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Head:
        """The head that `to_bytes` wrote. Raises UnreadableHead."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                card = json.loads(stored["card"].tobytes())
                if card["format"] != FORMAT:
                    raise UnreadableHead(f"a head of format {card['format']} needs another release")
                grams = stored["vocabulary"].tobytes().decode().split("\n")
                return cls(
                    name=card["name"], labels=tuple(card["labels"]), vocabulary={g: row for row, g in enumerate(grams) if g},
                    idf=stored["idf"].astype(np.float32), words=stored["words"], words_bias=stored["words_bias"],
                    meaning=stored["meaning"].astype(np.float32), meaning_bias=stored["meaning_bias"],
                    sign_names=tuple(card["sign_names"]), signs=stored["signs"], scales=tuple(card["scales"]),
                    bias=stored["bias"], encoder=card["encoder"], sure_from=card["sure_from"],
                    version=card["version"], card=card["card"],
                )  # fmt: skip
        except (KeyError, TypeError, OSError, EOFError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise UnreadableHead(f"this is not a head: {error}") from error
        except ValueError as error:
            raise (
                error if isinstance(error, UnreadableHead) else UnreadableHead(f"this is not a head: {error}")
            ) from error


def softmax(scores: Floats) -> Floats:
    """Log-odds as probabilities."""
    raised = np.exp(scores - scores.max())
    shares: Floats = raised / raised.sum()
    return shares


def _above_mean(scores: Floats, label: int) -> float:
    return float(scores[label] - scores.mean())
