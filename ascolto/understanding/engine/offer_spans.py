"""The sentences of an outgoing text as places in it, so that the one that sells can be marked and taken out.

Bounded: of a very long text the beginning and the end are looked at. An answer of a few pages is read whole, so that nothing hides in
its middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ascolto.understanding.engine.text import LOOKED_AT

MOST_READ = 24_000  # characters of a text that are looked at
MOST = 400  # sentences
Span = tuple[int, int]

_SENTENCE = re.compile(r"(?:(?!\n(?![a-zà-ÿ]))[^⏎])+?(?:[.!?…;]+[\"'»”)\]]*(?=\s|$)|(?=\n(?![a-zà-ÿ])|⏎)|$)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:sig|sigg|sig\.ra|dott|ing|avv|gent|spett|egr|mr|mrs|ms|dr|art|tel|es|n|nr|no|ca|max|min|st|vs|ns)|\b[^\W\d_])\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str) -> list[Span]:
    """Where each sentence of a text begins and ends, without the blanks around it; abbreviations do not end one."""
    found: list[Span] = []
    for begin, end in _windows(text):
        found += _joined(text, begin, end)
    return found[:MOST]


def slices(text: str) -> list[str]:
    """The text in pieces that are judged one by one, each no longer than what one judgement looks at."""
    return [text[begin:end] for begin, end in _windows(text)] or [""]


def _windows(text: str) -> Iterable[Span]:
    length = len(text)
    if length <= LOOKED_AT:
        return [(0, length)]
    if length > MOST_READ:
        return [*_cut(text, 0, MOST_READ - LOOKED_AT), (length - LOOKED_AT, length)]
    return _cut(text, 0, length)


def _cut(text: str, begin: int, end: int) -> list[Span]:
    """Pieces of a text, where possible between two sentences."""
    found = []
    while end - begin > LOOKED_AT:
        border = max(
            text.rfind(sign, begin + LOOKED_AT // 2, begin + LOOKED_AT) for sign in (". ", "! ", "? ", "\n")
        )
        found.append((begin, border + 1 if border >= 0 else begin + LOOKED_AT))
        begin = found[-1][1]
    return [*found, (begin, end)]


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
