"""Was this answered already? Documents that ask, or tell of, what a message asks: by their meaning and by their words.

Of a short question the meaning leads and words in common help; of a long article the words lead, since 260 characters are all that the
encoder reads at once: an article has several vectors, one for each few sentences. The sum of both, weighed (Bruch et al. 2023, "An
Analysis of Fusion Functions for Hybrid Retrieval": better than fusing ranks), orders the documents; a logistic regression turns it into
the probability that a document is about what is asked. Where the weights come from: docs/decisions/retrieval.md.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ascolto.understanding.engine.head import Floats
from ascolto.understanding.engine.lexical import Lexical
from ascolto.understanding.engine.terms import alternatives_of, terms_of, words_of
from ascolto.understanding.engine.text import window
from ascolto.understanding.engine.vectors import VectorStore

LIMIT = 60_000  # documents in memory; beyond, the oldest go
MOST_ASKED = 120  # different words of a question that are looked for
POOL = 100  # candidates of either kind that are put in order
CONFIDENT = 0.8  # from this score on it is said that this was answered already
SHOWN = 0.12  # below nothing is suggested: fewer than one in eight would help
SAME_MEANING = 0.7  # cosine from which "means the same" is given as a reason
MOST_SHIFT = 1.5  # log-odds that people's verdicts can add or take
MOST_KINDS = 16
Key = tuple[str, int]  # kind and target


@dataclass(frozen=True, slots=True)
class Document:
    """Something that may answer. `moment` orders documents by age (seconds); `scope` groups those that the same people see.

    `is_article`: the text tells rather than asks, and is longer than a question, so its words count more than its vectors.
    """

    kind: str
    target: int
    text: str  # the question, or the article
    vectors: Floats
    language: str = ""
    scope: int = 0
    moment: int = 0
    shift: float = 0.0  # log-odds from people's verdicts
    is_article: bool = False

    @property
    def key(self) -> Key:
        return self.kind, self.target


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `languages`: the likely ones of a short text."""

    text: str
    vector: Floats
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may answer, with the reasons."""

    kind: str
    target: int
    scope: int
    score: float  # 0 … 1: the probability that it is about the same
    meaning: float  # cosine
    words: float  # share of the question's telling words that it has, 0 … about 1
    common: tuple[str, ...]

    @property
    def is_confident(self) -> bool:
        return self.score >= CONFIDENT


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much words in common count beside meaning (which counts 1), and how their sum becomes a probability."""

    words: float
    bias: float
    slope: float

    def log_odds(self, meaning: float, words: float) -> float:
        """How likely a document answers, as log-odds."""
        return self.bias + self.slope * (meaning + self.words * words)


QUESTIONS = Weighing(0.45, -5.6, 6.2)
ARTICLES = Weighing(1.5, -5.0, 5.0)
ACROSS = Weighing(0.35, -11.4, 15.0)  # the two texts are in different languages


class Index:
    """Documents by meaning and by words. Not for two threads at once."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._capacity = limit + limit // 16 + 64  # slots that were given back rest until the next purge
        self._lexical = Lexical(self._capacity)
        self._vectors = VectorStore(limit)
        self._slots: dict[int, int] = {}  # by kind and target in one number
        self._kinds: list[str] = []
        self._keys = np.full(self._capacity, -1, np.int64)
        self._next = 0
        self._free: list[int] = []
        self._resting: list[int] = []
        self._scopes = np.zeros(self._capacity, np.int32)
        self._moments = np.full(self._capacity, np.iinfo(np.int64).max, np.int64)
        self._articles = np.zeros(self._capacity, bool)
        self._shifts = np.zeros(self._capacity, np.float32)
        self._languages = np.zeros(self._capacity, "S2")

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: Key) -> bool:
        return self._number(key) in self._slots

    def keys(self) -> Iterator[Key]:
        """Kind and target of every document."""
        return map(self._key, self._slots)

    def _number(self, key: Key) -> int:
        kind, target = key
        if kind not in self._kinds:
            self._kinds.append(kind)
        return target * MOST_KINDS + self._kinds.index(kind)

    def _key(self, number: int) -> Key:
        return self._kinds[number % MOST_KINDS], number // MOST_KINDS

    def add(self, document: Document) -> None:
        """Put a document in, or exchange it. When there is no room the oldest make some; one older than all others stays outside."""
        self.remove(document.key)
        needed = max(len(document.vectors), 1)
        while len(self._slots) >= self._limit or self._vectors.room < needed:
            oldest = int(np.argmin(self._moments))
            if self._keys[oldest] < 0 or self._moments[oldest] >= document.moment:
                return
            self.remove(self._key(int(self._keys[oldest])))
        slot = self._take_slot()
        terms = terms_of(document.text, document.language)
        number = self._number(document.key)
        self._slots[number], self._keys[slot] = slot, number
        self._scopes[slot], self._moments[slot] = document.scope, document.moment
        self._articles[slot], self._shifts[slot] = document.is_article, _bounded(document.shift)
        self._languages[slot] = document.language[:2].encode("ascii", "ignore")
        self._vectors.add(slot, document.vectors)
        self._lexical.add(slot, terms)

    def remove(self, key: Key) -> None:
        """Take a document out, if it is there."""
        slot = self._slots.pop(self._number(key), None)
        if slot is None:
            return
        self._keys[slot] = -1
        self._moments[slot] = np.iinfo(np.int64).max
        self._lexical.remove(slot)
        self._vectors.remove(slot)
        self._resting.append(slot)

    def purge(self) -> None:
        """Forget every trace of what was taken out."""
        if self._resting:
            self._lexical.purge()
            self._free += self._resting
            self._resting = []

    def shift(self, key: Key, by: float) -> None:
        """Let people's verdicts move a document: log-odds, at most MOST_SHIFT either way."""
        slot = self._slots.get(self._number(key))
        if slot is not None:
            self._shifts[slot] = _bounded(by)

    def search(
        self,
        question: Question,
        *,
        at_most: int = 5,
        each_scope: int = 0,
        shown: float = SHOWN,
        without: Collection[Key] = (),
    ) -> list[Candidate]:
        """The best documents, and `each_scope` of every scope among the nearest POOL; the best first, none below `shown`."""
        words = list(dict.fromkeys(words_of(window(question.text))))[:MOST_ASKED]
        alternatives = alternatives_of(words, question.languages)
        found = self._lexical.score(alternatives)
        pool = dict(self._vectors.nearest(question.vector, POOL))
        telling = np.flatnonzero(found.scores)
        if len(telling) > POOL:
            telling = telling[np.argpartition(found.scores[telling], -POOL)[-POOL:]]
        more = [slot for slot in telling.tolist() if slot not in pool]
        pool.update(zip(more, self._vectors.cosines(more, question.vector), strict=True))
        barred = {self._number(key) for key in without}
        ranked = []
        for slot, meaning in pool.items():
            if self._keys[slot] >= 0 and int(self._keys[slot]) not in barred:
                share = float(found.scores[slot]) / found.best if found.best else 0.0
                ranked.append((self._score(slot, meaning, share, question), meaning, share, slot))
        ranked.sort(key=lambda entry: -entry[0])
        chosen = list(self._chosen(ranked, at_most, each_scope, shown))
        return self._with_reasons(chosen, words, alternatives)

    def _score(self, slot: int, meaning: float, share: float, question: Question) -> float:
        language = self._languages[slot].decode()
        across = bool(language and question.languages and language not in question.languages)
        how = ACROSS if across else ARTICLES if self._articles[slot] else QUESTIONS
        return 1 / (1 + math.exp(-how.log_odds(meaning, share) - float(self._shifts[slot])))

    def _chosen(
        self, ranked: Sequence[tuple[float, float, float, int]], at_most: int, each_scope: int, shown: float
    ) -> Iterator[tuple[float, float, float, int]]:
        """The best overall and the best of each scope."""
        of_scope: dict[int, int] = {}
        for place, entry in enumerate(ranked):
            if entry[0] < shown:
                return
            scope = int(self._scopes[entry[3]])
            if place < at_most or of_scope.get(scope, 0) < each_scope:
                of_scope[scope] = of_scope.get(scope, 0) + 1
                yield entry

    def _with_reasons(
        self,
        chosen: Sequence[tuple[float, float, float, int]],
        words: Sequence[str],
        alternatives: Sequence[tuple[int, ...]],
    ) -> list[Candidate]:
        slots = [slot for *_rest, slot in chosen]
        having = self._lexical.having(slots, alternatives)
        made = []
        for place, (score, meaning, share, slot) in enumerate(chosen):
            kind, target = self._key(int(self._keys[slot]))
            common = tuple(word for word, has in zip(words, having, strict=True) if has[place])
            made.append(Candidate(kind, target, int(self._scopes[slot]), score, meaning, share, common))
        return made

    def _take_slot(self) -> int:
        if not self._free and self._next >= self._capacity:
            self.purge()
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1

    @property
    def size_in_bytes(self) -> int:
        """Memory of all of it, about."""
        tables = (
            self._scopes.nbytes
            + self._moments.nbytes
            + self._articles.nbytes
            + self._shifts.nbytes
            + self._languages.nbytes
            + self._keys.nbytes
        )
        return tables + self._lexical.size_in_bytes + self._vectors.size_in_bytes + 140 * len(self._slots)


def _bounded(shift: float) -> float:
    return max(-MOST_SHIFT, min(MOST_SHIFT, shift))
