"""A head: one question about a message ("which feeling?") answered by parts that are added up, so that the answer can be explained.

Three parts look at the same message: its words (TF-IDF over words, pairs and pieces of words, linear), its meaning (the encoder's
vector, linear) and its signs (emoji, exclamation marks, lexicon words: see signs.py). A stack learnt on held-out folds weighs them and
makes the sums honest probabilities (temperature and bias: Guo et al. 2017, "On Calibration of Modern Neural Networks").
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.features import Grams, Keys
from ascolto.understanding.engine.meaning import Because

Floats = NDArray[np.float32]
FORMAT = 1
LEAST = 0.02  # log-odds below which a reason is not worth a word
_NONE, _NO_VALUES = np.zeros(0, np.int64), np.zeros(0, np.float32)


class UnreadableHead(ValueError):
    """The bytes are not a head, or one of a format that this release does not know."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as the heads see it, made once for all of them (by `reader.see`)."""

    grams: Grams
    words: Sequence[str]  # as they are written
    vector: Floats
    signs: Mapping[str, float]
    negators: Mapping[int, int] = field(default_factory=dict)  # place of a word: of the word that negates it
    plain: Sequence[str] = ()  # the words as they are compared: folded


@dataclass(frozen=True, slots=True)
class Answer:
    """What a head says of a message."""

    label: str
    probability: float
    is_sure: bool
    probabilities: Mapping[str, float]
    because: tuple[Because, ...] = ()


@dataclass(slots=True)
class _Heard:
    """What the parts of a head say of a message, before they are weighed."""

    places: NDArray[np.int64]  # in the text, of the features that are known
    values: Floats
    weights: Floats  # features x labels
    sign_names: list[str]  # that are there
    sign_shares: Floats  # signs x labels
    words: Floats
    meaning: Floats

    @property
    def signs(self) -> Floats:
        """What the signs say together."""
        together: Floats = self.sign_shares.sum(axis=0)
        return together


@dataclass(slots=True)
class Head:
    """A learnt head. `sure_from` is the probability below which the answer counts as unsure."""

    name: str
    labels: tuple[str, ...]
    keys: Keys  # the word features that it knows, sorted
    idf: Floats  # of each
    unknown: (
        float  # the idf of a feature that it does not know: dampens the words of a text it knows little of
    )
    words: NDArray[np.float16]  # keys x labels
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
        heard = self._hear(seen)
        return heard.words, heard.meaning, heard.signs

    def scores(self, seen: Seen) -> Floats:
        """The log-odds of each label."""
        return self._weighed(self._hear(seen))

    def answer(self, seen: Seen, *, explain: int = 0) -> Answer:
        """The most probable label, with up to `explain` reasons."""
        heard = self._hear(seen)
        probabilities = softmax(self._weighed(heard))
        best = int(probabilities.argmax())
        reasons = self._reasons(seen, heard, best, LEAST)[:explain] if explain else ()
        shares = probabilities.tolist()
        return Answer(
            label=self.labels[best],
            probability=shares[best],
            is_sure=shares[best] >= self.sure_from,
            probabilities=dict(zip(self.labels, shares, strict=True)),
            because=tuple(Because(kind, what, round(share, 3)) for share, kind, what in reasons),
        )

    def because(self, seen: Seen, label: int, *, least: float = LEAST) -> tuple[Because, ...]:
        """What moved the result towards (or, below zero, away from) a label, the strongest first; shares below `least` are left out.

        Together with `prior(seen, label)` all shares add up to the label's log-odds less the mean of those of all labels.
        """
        reasons = self._reasons(seen, self._hear(seen), label, least)
        return tuple(Because(kind, what, share) for share, kind, what in reasons)

    def prior(self, seen: Seen, label: int) -> float:
        """What is said for a label before anything is read, against the mean of the labels."""
        a, b, _ = self.scales
        known = self.tfidf(seen.grams)[3]
        return above_mean(a * known * self.words_bias + b * self.meaning_bias + self.bias, label)

    def _hear(self, seen: Seen) -> _Heard:
        places, rows, values, known = self.tfidf(seen.grams)
        weights = self.words[rows].astype(np.float32)
        names = [name for name in self.sign_names if name in seen.signs] if seen.signs else []
        at = [self.sign_names.index(name) for name in names]
        amounts = np.array([seen.signs[name] for name in names], np.float32)
        return _Heard(
            places=places,
            values=values,
            weights=weights,
            sign_names=names,
            sign_shares=self.signs[at] * amounts[:, None],
            words=known * self.words_bias + values @ weights,
            meaning=seen.vector @ self.meaning + self.meaning_bias,
        )

    def _weighed(self, heard: _Heard) -> Floats:
        a, b, c = self.scales
        total: Floats = (a * heard.words + b * heard.meaning + c * heard.signs + self.bias).astype(np.float32)
        return total

    def _reasons(self, seen: Seen, heard: _Heard, label: int, least: float) -> list[tuple[float, str, str]]:
        """Shares with their kind and name, the strongest first."""
        a, b, c = self.scales
        of_key = np.zeros(len(seen.grams.keys), np.float32)
        of_key[heard.places] = heard.values * (heard.weights[:, label] - heard.weights.mean(axis=1))
        of_place = of_key[seen.grams.of_key] * seen.grams.shares
        of_word = a * np.bincount(seen.grams.of_word, weights=of_place, minlength=len(seen.words))
        found = [(share, "word", what) for what, share in _told(seen, of_word.tolist()).items()]
        of_sign = c * (heard.sign_shares[:, label] - heard.sign_shares.mean(axis=1))
        found += [
            (share, "sign", name) for name, share in zip(heard.sign_names, of_sign.tolist(), strict=True)
        ]
        found.append((b * above_mean(heard.meaning - self.meaning_bias, label), "meaning", ""))
        found = [reason for reason in found if abs(reason[0]) >= least]
        found.sort(key=lambda reason: -abs(reason[0]))
        return found

    def tfidf(self, grams: Grams) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, float]:
        """Of the features that are known: their place in the text, their row here, and their value; and the share that is known.

        Words with pairs, and pieces, are brought to length one on their own; what is unknown counts for the length, so that the words
        of a language that the head never learnt say little, and what they say before being read (the bias) as well.
        """
        if not len(self.keys) or not len(grams.keys):
            return _NONE, _NONE, _NO_VALUES, 0.0
        rows = np.searchsorted(self.keys, grams.keys)
        rows[rows == len(self.keys)] = 0
        known = self.keys[rows] == grams.keys
        values = grams.amounts * np.where(known, self.idf[rows], np.float32(self.unknown))
        squares = values * values
        all_of_them, pieces = float(squares.sum()), float(squares @ grams.is_piece)
        lengths = np.array([all_of_them - pieces, pieces], np.float32)
        values *= (1.0 / np.sqrt(np.maximum(lengths, 1e-9)))[grams.is_piece.view(np.int8)]
        places = np.flatnonzero(known)
        share = float(squares[places].sum()) / all_of_them if all_of_them else 0.0
        return places, rows[places], values[places], math.sqrt(share)

    def sign_values(self, seen: Seen) -> Floats:
        """The signs of a message in the order of `sign_names`."""
        found = seen.signs.get
        return np.array([found(name, 0.0) for name in self.sign_names], dtype=np.float32)

    def to_bytes(self) -> bytes:
        """The head as an npz archive without pickles."""
        card = {
            "format": FORMAT, "name": self.name, "version": self.version, "labels": self.labels, "encoder": self.encoder,
            "sign_names": self.sign_names, "scales": self.scales, "sure_from": self.sure_from, "unknown": self.unknown, "card": self.card,
        }  # fmt: skip
        out = io.BytesIO()
        np.savez_compressed(
            out,
            card=np.frombuffer(json.dumps(card, ensure_ascii=False).encode(), dtype=np.uint8),
            steps=np.diff(self.keys, prepend=np.uint32(0)),  # differences of sorted numbers are small and pack well
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
                return cls(
                    name=card["name"], labels=tuple(card["labels"]),
                    keys=np.cumsum(stored["steps"], dtype=np.uint32), unknown=card["unknown"],
                    idf=stored["idf"].astype(np.float32), words=stored["words"], words_bias=stored["words_bias"],
                    meaning=stored["meaning"].astype(np.float32), meaning_bias=stored["meaning_bias"],
                    sign_names=tuple(card["sign_names"]), signs=stored["signs"], scales=tuple(card["scales"]),
                    bias=stored["bias"], encoder=card["encoder"], sure_from=card["sure_from"],
                    version=card["version"], card=card["card"],
                )  # fmt: skip
        except (KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
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


def above_mean(scores: Floats, label: int) -> float:
    """How much more is said for a label than for the labels on average."""
    return float(scores[label] - scores.mean())


def _told(seen: Seen, of_word: Sequence[float]) -> dict[str, float]:
    """The shares by word; a negated word is told with its negator ("non … funziona"), and their shares are one."""
    shares: dict[str, float] = {}
    taken = {negator: word for word, negator in seen.negators.items()}
    for place, share in enumerate(of_word):
        if place in taken or not share:
            continue
        what, negator = seen.words[place], seen.negators.get(place)
        if negator is not None:
            what = f"{seen.words[negator]} {'' if negator == place - 1 else '… '}{what}"
            share += of_word[negator]
        shares[what] = shares.get(what, 0.0) + share
    return shares
