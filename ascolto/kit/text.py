"""Text as people and networks count, shorten and compare it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str, limit: int = 200_000) -> str:
    """Text that every database stores: no control characters, no lone surrogates, at most `limit` characters."""
    if (
        len(text) <= limit and text.isprintable()
    ):  # no control character, no surrogate: most texts, and quickly known
        return text
    text = text[:limit].replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text).encode("utf-8", "replace").decode("utf-8")


def excerpt(text: str, limit: int = 140) -> str:
    """The beginning of a text on one line, cut at a word where one ends near the limit."""
    line = _SPACES.sub(" ", text[: limit * 4]).strip()
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 2 // 3 else cut).rstrip(" ,;:.") + "…"


def fold(text: str) -> str:
    """Text for comparing: lower case without accents, one space between words."""
    return _folded_word(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _SPACES.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


_SHORT = 40  # characters: words of flows, names and labels, which are compared with again and again
_folded_word = lru_cache(maxsize=8192)(_folded)


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = [word for word in re.split(r"[\s._@-]+", name) if word and word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
