"""What a text is made of for the linear parts: words, pairs of words and pieces of words.

A feature is a number of 32 bits made from its letters, so that a message's few hundred features are made and looked up by a handful of
vector operations, a model's vocabulary is one sorted array, and the stored model does not hold anybody's words. Of a vocabulary of 60,000
a stranger's feature is mistaken for a known one once in 70,000 cases.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ascolto.understanding.engine.text import Prepared

_FACE = r"(?<![\w:;=])(?:[:;=][-'’o^]?[)(\]\[DPp3/\\|*]{1,9}|[xX]D{1,9}|[oO]_{1,3}[oO])(?!\w)|<3+|\^_{0,3}\^|-_{1,3}-"
_WHOLE_EMOJI = r"[^\w\s](?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[^\w\s])*"
WORDS = re.compile(rf"{_FACE}|[^\W_]+(?:['’][^\W_]+)*|[!?]{{1,3}}|[⇗✉@#]|{_WHOLE_EMOJI}")
_FLAVOURS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")  # of an emoji: skin and drawing
MOST_WORDS = 400  # of a text; more say nothing new about what it is
LONGEST_WORD = 30  # letters of a word that are looked at

_SIZES = (2, 3, 4, 5)  # of pieces
_STEP = np.uint32(0x9E3779B1)
_PAIR = np.uint32(0x85EBCA6B)
_SALT = np.uint32(0x27D4EB2F)

Keys = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Grams:
    """The different features of a text, and where in it they come from."""

    keys: Keys  # sorted, each once
    amounts: NDArray[np.float32]  # 1 + log(how often), of each key
    is_piece: NDArray[np.bool_]  # a piece of a word; else a word or a pair
    of_key: NDArray[np.int64]  # for each place in the text where a feature is: which key …
    of_word: NDArray[np.int64]  # … which word …
    shares: NDArray[np.float32]  # … and its share of the key; all places of a key have 1 together


def words_of(prepared: Prepared) -> list[str]:
    """The words and signs of a text as they are written, in order; an emoji with its skin or its family is one."""
    found = WORDS.findall(prepared.shown)
    return found if len(found) <= MOST_WORDS else found[: MOST_WORDS // 2] + found[-MOST_WORDS // 2 :]


def folded(word: str) -> str:
    """A word as it is compared: without case, with one kind of apostrophe; an emoji in its plainest form."""
    if word.isascii():
        return word.lower()
    return _FLAVOURS.sub("", word.casefold()).replace("’", "'") or word


def grams_of(words: Sequence[str]) -> Grams:
    """The features of folded words: each word, each pair of neighbours, and the pieces of 2–5 letters of each word."""
    count = len(words)
    crc = zlib.crc32
    whole = np.fromiter((crc(word.encode("utf-8", "replace")) for word in words), np.uint32, count)
    pairs = whole[:-1] * _PAIR + whole[1:] + _SALT
    pieces, of_piece = _pieces(words)
    places = np.arange(count, dtype=np.int64)
    keys, first, of_key = np.unique(
        np.concatenate([whole, pairs, pairs, pieces]), return_index=True, return_inverse=True
    )
    parts = np.ones(len(of_key), np.float32)
    parts[count : count + 2 * len(pairs)] = 0.5  # a pair belongs half to either word
    amounts = np.bincount(of_key, weights=parts, minlength=len(keys)).astype(np.float32)
    return Grams(
        keys=keys,
        amounts=np.log(amounts) + np.float32(1.0),
        is_piece=first >= count + 2 * len(pairs),
        of_key=of_key,
        of_word=np.concatenate([places, places[:-1], places[1:], of_piece]),
        shares=parts / amounts[of_key],
    )


def _pieces(words: Sequence[str]) -> tuple[Keys, NDArray[np.int64]]:
    """The pieces of all words, with the place of their word. A word's border counts as a letter."""
    padded = [f"‹{word[:LONGEST_WORD]}›" for word in words]
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype="<u4")
    of_letter = np.repeat(np.arange(len(padded), dtype=np.int64), [len(word) for word in padded])
    running, keys, places = letters * _STEP + _SALT, [], []
    for size in _SIZES:
        running = running[:-1] * _STEP + letters[size - 1 :]
        inside = of_letter[: len(running)] == of_letter[size - 1 :]
        keys.append(running[inside] + np.uint32(size) * _SALT)
        places.append(of_letter[: len(running)][inside])
    return np.concatenate(keys), np.concatenate(places)
