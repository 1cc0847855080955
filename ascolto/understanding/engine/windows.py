"""A long text in pieces that the sentence encoder reads well: it was made for a sentence or two, and its cost grows with the length."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ascolto.understanding.engine.encoder import DIMENSIONS, Encoder
from ascolto.understanding.engine.head import Floats
from ascolto.understanding.engine.text import for_encoder, prepare

WINDOW = 260  # characters that the encoder reads well
MOST_WINDOWS = 8  # vectors of one document
_SENTENCE = re.compile(r"(?<=[.!?…:;])\s+|\n+")


def windows_of(text: str) -> list[str]:
    """A text in pieces that the encoder reads well: whole sentences as long as they fit. At most MOST_WINDOWS."""
    shown = prepare(text).shown if len(text) <= WINDOW else text[: WINDOW * MOST_WINDOWS * 2]
    if len(shown) <= WINDOW:
        return [shown]
    pieces: list[str] = []
    for sentence in _SENTENCE.split(shown):
        if pieces and len(pieces[-1]) + len(sentence) < WINDOW:
            pieces[-1] += " " + sentence
        elif sentence.strip():
            pieces.append(sentence)
    return pieces[:MOST_WINDOWS] or [shown]


def encode_windows(texts: Sequence[str], encoder: Encoder) -> list[Floats]:
    """For each text the vectors of its pieces, encoded together."""
    pieces = [windows_of(text) for text in texts]
    flat = [for_encoder(prepare(piece)) for parts in pieces for piece in parts]
    vectors = encoder.encode(flat) if flat else np.zeros((0, DIMENSIONS), np.float32)
    made, begin = [], 0
    for parts in pieces:
        made.append(vectors[begin : begin + len(parts)])
        begin += len(parts)
    return made
