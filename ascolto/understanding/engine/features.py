"""What a text is made of for the linear parts: words, pairs of words and pieces of words; and the signs that carry feeling."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]{1,3}|[⇗✉@#]|[^\w\s]")
MOST_WORDS = 400  # of a text; more say nothing new about what it is


def words_of(plain: str) -> list[str]:
    """The words and signs of a folded text, in order."""
    found = WORDS.findall(plain)
    return found if len(found) <= MOST_WORDS else found[: MOST_WORDS // 2] + found[-MOST_WORDS // 2 :]


def grams(plain: str) -> Iterator[tuple[str, int]]:
    """Every feature of a folded text with the index of the word that it comes from: words, pairs, and pieces of 2–5 letters."""
    words = words_of(plain)
    for index, word in enumerate(words):
        yield word, index
        if index:
            yield f"{words[index - 1]} {word}", index
        yield from _pieces(word, index)


def _pieces(word: str, index: int) -> Iterator[tuple[str, int]]:
    padded = f"‹{word[:30]}›"
    length = len(padded)
    for size in (2, 3, 4, 5):
        for start in range(length - size + 1):
            yield "~" + padded[start : start + size], index
