"""Tens of thousands of meanings in half a kilobyte each, and the nearest to one of them in about two milliseconds.

A vector is kept as 512 numbers of 8 bits, and as 512 signs. The signs find the nearest few hundred rows (their Hamming distance grows with
the angle: Charikar 2002, "Similarity Estimation Techniques from Rounding Algorithms"), the numbers put those in order. Blocks are never
moved, so growing needs no second copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.encoder import DIMENSIONS
from ascolto.understanding.engine.head import Floats

BLOCK = 4_096
LOOKED_AT = 600  # rows that are compared exactly
_WORDS = DIMENSIONS // 64


@dataclass(slots=True)
class _Block:
    numbers: NDArray[np.int8]
    scales: Floats
    signs: NDArray[np.uint64]
    owners: NDArray[np.int32]  # -1: free


class FullStore(RuntimeError):
    """There is no room for more rows."""


class VectorStore:
    """Vectors that belong to owners (small numbers); an owner may have several."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._blocks: list[_Block] = []
        self._free: list[int] = []
        self._first = np.full(rows, -1, np.int32)  # of an owner, its first row; grows with the owners
        self._others: dict[int, list[int]] = {}  # of an owner with several, the rest
        self._next = 0

    def __len__(self) -> int:
        return self._next - len(self._free)

    @property
    def room(self) -> int:
        """How many rows more there may be."""
        return self._rows - len(self)

    def add(self, owner: int, vectors: Floats) -> None:
        """Put the vectors of a new owner in. Raises FullStore."""
        if len(vectors) > self.room:
            raise FullStore
        if owner >= len(self._first):
            more = np.full(owner + 1 - len(self._first) + BLOCK, -1, np.int32)
            self._first = np.concatenate([self._first, more])
        rows = [self._put(owner, vector) for vector in vectors]
        if rows:
            self._first[owner] = rows[0]
        if rows[1:]:
            self._others[owner] = rows[1:]

    def remove(self, owner: int) -> None:
        """Take an owner's vectors out; their numbers are wiped."""
        for row in self._rows_of(owner):
            block, place = self._blocks[row // BLOCK], row % BLOCK
            block.owners[place] = -1
            block.numbers[place], block.signs[place] = 0, 0
            self._free.append(row)
        self._others.pop(owner, None)
        if owner < len(self._first):
            self._first[owner] = -1

    def nearest(self, vector: Floats, at_most: int) -> list[tuple[int, float]]:
        """Owners and the cosine of their nearest row, the nearest first."""
        if not len(self):
            return []
        signs = _signs(vector)
        far = np.concatenate([self._distances(block, signs) for block in self._blocks])
        looked_at = min(LOOKED_AT, len(far))
        rows = np.argpartition(far, looked_at - 1)[:looked_at]
        rows = rows[far[rows] <= DIMENSIONS]
        cosines = self._cosines(rows, vector)
        best: dict[int, float] = {}
        for place in np.argsort(-cosines).tolist():
            best.setdefault(self._owner(int(rows[place])), float(cosines[place]))
            if len(best) == at_most:
                break
        return list(best.items())

    def cosines(self, owners: Sequence[int], vector: Floats) -> list[float]:
        """For each owner the cosine of its nearest row; 0 without any."""
        rows = [(place, row) for place, owner in enumerate(owners) for row in self._rows_of(owner)]
        found = np.zeros(len(owners), np.float32)
        if rows:
            places, numbers = np.array(rows, np.int64).T
            np.maximum.at(found, places, self._cosines(numbers, vector))
        listed: list[float] = found.tolist()
        return listed

    def _put(self, owner: int, vector: Floats) -> int:
        if self._free:
            row = self._free.pop()
        else:
            row, self._next = self._next, self._next + 1
            if row // BLOCK == len(self._blocks):
                self._blocks.append(_new_block(min(BLOCK, self._rows - row)))
        block, place = self._blocks[row // BLOCK], row % BLOCK
        largest = float(np.abs(vector).max()) or 1.0
        block.numbers[place] = np.rint(vector * (127 / largest))
        block.scales[place] = largest / 127
        block.signs[place] = _signs(vector)
        block.owners[place] = owner
        return row

    def _rows_of(self, owner: int) -> list[int]:
        first = int(self._first[owner]) if owner < len(self._first) else -1
        return [] if first < 0 else [first, *self._others.get(owner, ())]

    @staticmethod
    def _distances(block: _Block, signs: NDArray[np.uint64]) -> NDArray[np.uint16]:
        found = np.bitwise_count(block.signs ^ signs).sum(axis=1, dtype=np.uint16)
        found[block.owners < 0] = DIMENSIONS + 1
        return found

    def _owner(self, row: int) -> int:
        return int(self._blocks[row // BLOCK].owners[row % BLOCK])

    def _cosines(self, rows: NDArray[np.int64], vector: Floats) -> Floats:
        found = np.zeros(len(rows), np.float32)
        which = rows // BLOCK
        for number in np.unique(which).tolist():
            here = which == number
            block, places = self._blocks[number], rows[here] % BLOCK
            found[here] = (block.numbers[places].astype(np.float32) @ vector) * block.scales[places]
        return found

    @property
    def size_in_bytes(self) -> int:
        """Memory of the blocks and of the table of owners."""
        blocks = sum(
            b.numbers.nbytes + b.scales.nbytes + b.signs.nbytes + b.owners.nbytes for b in self._blocks
        )
        return blocks + self._first.nbytes + 150 * len(self._others)


def _new_block(rows: int) -> _Block:
    return _Block(
        np.zeros((rows, DIMENSIONS), np.int8),
        np.zeros(rows, np.float32),
        np.zeros((rows, _WORDS), np.uint64),
        np.full(rows, -1, np.int32),
    )


def _signs(vector: Floats) -> NDArray[np.uint64]:
    return np.packbits(vector > 0).view(np.uint64)
