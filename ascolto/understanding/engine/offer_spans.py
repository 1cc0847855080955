"""The sentences of an outgoing text as places in it, so that the one that sells can be marked and taken out.

Bounded: of a long text its beginning and its end are looked at, as everywhere (`text.window`), and so many sentences of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ascolto.understanding.engine.text import LOOKED_AT

_TAIL = 1_000  # characters that are looked at of the end of a longer text
MOST = 120  # sentences
Span = tuple[int, int]

_SENTENCE = re.compile(r"[^\n⏎]+?(?:[.!?…;]+[\"'»”)\]]*(?=\s|$)|(?=[\n⏎])|$)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:sig|sigg|sig\.ra|dott|ing|avv|gent|spett|egr|mr|mrs|ms|dr|art|tel|es|n|nr|no|ca|max|min|st|vs|ns)|\b[^\W\d_])\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str) -> list[Span]:
    """Where each sentence of a text begins and ends, without the blanks around it; abbreviations do not end one."""
    found: list[Span] = []
    for begin, end in _windows(len(text)):
        found += _joined(text, begin, end)
    return found[:MOST]


def _windows(length: int) -> Iterable[Span]:
    if length <= LOOKED_AT:
        return ((0, length),)
    return (0, LOOKED_AT - _TAIL), (length - _TAIL, length)


def _joined(text: str, begin: int, end: int) -> Iterable[Span]:
    start: int | None = None
    for match in _SENTENCE.finditer(text, begin, end):
        piece = match.group().strip()
        if not any(character.isalnum() or ord(character) > 0x2000 for character in piece):
            continue
        first = match.start() + len(match.group()) - len(match.group().lstrip())
        last = match.start() + len(match.group().rstrip())
        start = first if start is None else start
        if _ABBREVIATED.search(text, max(start, last - 12), last) and text[last : last + 1] == " ":
            continue
        yield start, last
        start = None
    if start is not None:
        yield start, start + len(text[start:end].rstrip())
