"""Which documents share words with a question, and how telling those words are: BM25 over numbers, in a few megabytes.

Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", with the idf that never falls below zero. A
posting takes five bytes (slot and count); what is new waits in a small dictionary until it is merged into the sorted arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.head import Floats

K1, B = 1.5, 0.75
MERGE_AT = 4_000  # postings that wait before they are merged: a merge of two million takes some 30 ms
Slots = NDArray[np.int32]


@dataclass(slots=True)
class Found:
    """The scores of all slots for one question."""

    scores: Floats
    best: float  # what a document with every word of the question, each once, would get: the whole of the shares


class Lexical:
    """Counts of terms by document. A document is a slot: a small number that its owner gives and takes back."""

    def __init__(self, capacity: int) -> None:
        self._terms = np.zeros(0, np.uint32)
        self._starts = np.zeros(1, np.int64)
        self._slots = np.zeros(0, np.int32)
        self._counts = np.zeros(0, np.uint8)
        self._waiting: dict[int, list[tuple[int, int]]] = {}
        self._waits = 0
        self._lengths = np.zeros(capacity, np.uint16)
        self._alive = np.zeros(capacity, bool)
        self._total = 0  # of all lengths
        self._count = 0

    def add(self, slot: int, terms: Sequence[int]) -> None:
        """Put a document into a free slot; nothing of an earlier owner may be left there (see `purge`)."""
        counted = Counter(terms)
        for term, count in counted.items():
            self._waiting.setdefault(term, []).append((slot, min(count, 255)))
        self._waits += len(counted)
        self._lengths[slot] = min(len(terms), 65_535)
        self._alive[slot] = True
        self._total += int(self._lengths[slot])
        self._count += 1
        if self._waits >= max(MERGE_AT, len(self._slots) // 16):
            self.purge()

    def remove(self, slot: int) -> None:
        """Take a document out. Its slot is free again after the next `purge`."""
        if self._alive[slot]:
            self._alive[slot] = False
            self._total -= int(self._lengths[slot])
            self._count -= 1

    def score(self, alternatives: Sequence[tuple[int, ...]]) -> Found:
        """How much each slot says of what is asked: the terms of a question, each with its alternatives."""
        scores = np.zeros(len(self._alive), np.float32)
        best = 0.0
        mean = self._total / self._count if self._count else 1.0
        norm = (K1 * (1 - B + B * self._lengths / max(mean, 1e-6))).astype(np.float32)
        for numbers in alternatives:
            found = [self._postings(number) for number in numbers]
            slots = np.concatenate([part[0] for part in found])
            counts = np.concatenate([part[1] for part in found]).astype(np.float32)
            alive = self._alive[slots]
            slots, counts = slots[alive], counts[alive]
            known = len(np.unique(slots)) if len(found) > 1 else len(slots)
            idf = float(np.log(1 + (self._count - known + 0.5) / (known + 0.5)))
            best += idf
            values = idf * counts * (K1 + 1) / (counts + norm[slots])
            if len(found) > 1:
                gained = np.zeros(len(scores), np.float32)
                np.maximum.at(gained, slots, values)
                scores += gained
            else:
                scores[slots] += values
        return Found(scores, best)

    def having(
        self, slots: Sequence[int], alternatives: Sequence[tuple[int, ...]]
    ) -> list[NDArray[np.bool_]]:
        """For each term of a question, which of these slots have it."""
        wanted = np.array(slots, np.int32)
        return [
            np.logical_or.reduce([np.isin(wanted, self._postings(number)[0]) for number in numbers])
            for numbers in alternatives
        ]

    def _postings(self, number: int) -> tuple[Slots, NDArray[np.uint8]]:
        place = int(np.searchsorted(self._terms, np.uint32(number)))
        slots, counts = self._slots[:0], self._counts[:0]
        if place < len(self._terms) and self._terms[place] == number:
            part = slice(int(self._starts[place]), int(self._starts[place + 1]))
            slots, counts = self._slots[part], self._counts[part]
        waiting = self._waiting.get(number)
        if waiting:
            fresh = np.array(waiting, np.int64)
            slots = np.concatenate([slots, fresh[:, 0].astype(np.int32)])
            counts = np.concatenate([counts, fresh[:, 1].astype(np.uint8)])
        return slots, counts

    def purge(self) -> None:
        """Merge what waits and forget what was taken out: after this a free slot has no trace."""
        order = sorted(self._waiting)
        sizes = [len(self._waiting[term]) for term in order]
        new_terms = np.repeat(np.array(order, np.uint32), sizes)
        fresh = np.array([pair for term in order for pair in self._waiting[term]], np.int64).reshape(-1, 2)
        old_terms = np.repeat(self._terms, np.diff(self._starts))
        keep, keep_new = self._alive[self._slots], self._alive[fresh[:, 0]]
        old_terms, slots, counts = old_terms[keep], self._slots[keep], self._counts[keep]
        places = np.searchsorted(old_terms, new_terms[keep_new], side="right")
        terms = np.insert(old_terms, places, new_terms[keep_new])
        self._slots = np.insert(slots, places, fresh[keep_new, 0])
        self._counts = np.insert(counts, places, fresh[keep_new, 1])
        self._terms, begins = np.unique(terms, return_index=True)
        self._starts = np.append(begins, len(terms)).astype(np.int64)
        self._waiting, self._waits = {}, 0

    @property
    def size_in_bytes(self) -> int:
        """Memory of the arrays."""
        arrays = (self._terms, self._starts, self._slots, self._counts, self._lengths, self._alive)
        return sum(array.nbytes for array in arrays) + self._waits * 120
