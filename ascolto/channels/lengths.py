"""How networks count the length of a text."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

import regex

_URL = re.compile(r"https?://[^\s<>\"']+")
_MENTION = re.compile(r"(@[A-Za-z0-9_]+)@[A-Za-z0-9.-]+[A-Za-z0-9]")
_URL_LENGTH = 23  # of every link on X and on Mastodon, whatever its own length
# X counts these code points as one, all others as two (twitter-text configuration v3: weights 100 and 200 of 100)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


class Counting(StrEnum):
    """The unit of a limit."""

    CHARACTERS = "characters"  # Unicode code points
    UTF16 = "utf16"  # as JavaScript counts
    BYTES = "bytes"  # UTF-8
    GRAPHEMES = "graphemes"  # what a person sees as one character (Bluesky)
    WEIGHTED = "weighted"  # X: wide characters and emoji count two, links 23
    LINKS_23 = "links_23"  # Mastodon: links count 23, of a remote handle only its name


def measured_length(text: str, counting: Counting) -> int:
    """The length of `text` as the network counts it."""
    return _COUNTS[counting](text)


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _weighted(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    links = len(_URL.findall(text))
    return links * _URL_LENGTH + sum(_weight(cluster) for cluster in graphemes(_URL.sub("", text)))


def _weight(cluster: str) -> int:
    """An emoji counts two whatever it is made of; other characters one by one."""
    if len(cluster) > 1 and any(_is_emoji_part(char) for char in cluster):
        return 2
    return sum(1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in cluster)


def _links_23(text: str) -> int:
    links = len(_URL.findall(text))
    bare = _MENTION.sub(r"\1", _URL.sub("", text))
    return links * _URL_LENGTH + len(graphemes(bare))


def _is_emoji_part(char: str) -> bool:
    point = ord(char)
    return point in {0x200D, 0xFE0F, 0x20E3} or 0x1F1E6 <= point <= 0x1FAFF or 0x2600 <= point <= 0x27BF


def graphemes(text: str) -> list[str]:
    """The text cut into what people see as single characters (extended grapheme clusters, Unicode Standard Annex 29)."""
    return regex.findall(r"\X", text)


_COUNTS = {
    Counting.CHARACTERS: len,
    Counting.UTF16: _utf16,
    Counting.BYTES: _bytes,
    Counting.GRAPHEMES: lambda text: len(graphemes(text)),
    Counting.WEIGHTED: _weighted,
    Counting.LINKS_23: _links_23,
}
