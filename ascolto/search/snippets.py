"""The part of a text in which something was found, with what was found marked. Pure; safe to put into a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from ascolto.search.query import Phrase, Query, Word
from ascolto.search.words import folded, stems, words_of

LENGTH = 180  # characters of a snippet
_LEAD = 40  # of them before the first mark
_READ = 20_000
_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"\s+")

Span = tuple[int, int]


@dataclass(slots=True)
class Wanted:
    """What is marked in a text."""

    words: frozenset[str]
    stems: frozenset[str]
    beginnings: tuple[str, ...]
    codes: tuple[str, ...]
    known: dict[str, bool] = field(default_factory=dict)  # the same words come again and again

    def has(self, word: str) -> bool:
        """Whether a word is one of those."""
        found = self.known.get(word)
        if found is None:
            found = self.known[word] = self._has(folded(word))
        return found

    def _has(self, word: str) -> bool:
        return (
            word in self.words
            or word in self.stems
            or word.startswith(self.beginnings)
            or not self.stems.isdisjoint(stems(word))
            or any(word.endswith(code) or (len(word) > 1 and word in code) for code in self.codes)
        )


def wanted_by(query: Query) -> Wanted:
    """What a query wants to see marked."""
    words: set[str] = set()
    roots: set[str] = set()
    beginnings: list[str] = []
    codes: list[str] = []
    for part in query.said:
        if part.negated:
            continue
        found = words_of(part.text)
        words.update(found)
        if isinstance(part, Phrase):
            continue
        roots.update(stem for word in found for stem in stems(word))
        code = "".join(found)
        if len(code) > 3 and any(letter.isdigit() for letter in code):
            codes.append(code)
        if (part.begins or part is query.parts[-1]) and found and len(found[-1]) > 2:
            beginnings.append(found[-1])
    return Wanted(frozenset(words), frozenset(roots), tuple(beginnings), (*codes, *_joined(query)))


def _joined(query: Query) -> Iterable[str]:
    """The numbers of a query in one, as people write a telephone number with spaces."""
    numbers = [part.text for part in query.said if isinstance(part, Word) and part.text.isdigit()]
    return ["".join(numbers)] if len(numbers) > 1 else []


def spans(text: str, wanted: Wanted) -> list[Span]:
    """Where in the text the wanted words stand."""
    return [match.span() for match in _WORD.finditer(text[:_READ]) if wanted.has(match[0])]


@dataclass(frozen=True, slots=True)
class Snippet:
    """About LENGTH characters as HTML: escaped, with marks in <mark>; `has_marks`: whether anything was found in the text."""

    html: str
    has_marks: bool


def snippet(text: str, wanted: Wanted) -> Snippet:
    """The part of a text with the most marks; its beginning when there are none."""
    line = _SPACES.sub(" ", text[:_READ]).strip()
    found = spans(line, wanted)
    start = _start(line, found)
    end = min(len(line), start + LENGTH)
    if end < len(line):
        space = line.rfind(" ", start, end)
        end = space if space > start + LENGTH // 2 else end
    lead, rest = "…" if start else "", "…" if end < len(line) else ""
    return Snippet(lead + _marked(line, start, end, found) + rest, bool(found))


def marked(text: str, wanted: Wanted) -> str:
    """The whole of a short text as HTML, with marks."""
    return _marked(text, 0, len(text), spans(text, wanted))


def _start(line: str, found: list[Span]) -> int:
    """Where the window begins: a little before the place with the most marks."""
    if len(line) <= LENGTH or not found:
        return 0
    best = max(
        found, key=lambda span: (sum(span[0] <= s < span[0] + LENGTH - _LEAD for s, _ in found), -span[0])
    )
    start = max(0, min(best[0] - _LEAD, len(line) - LENGTH))
    space = line.find(" ", start, best[0])
    return space + 1 if start and space >= 0 else start


def _marked(text: str, start: int, end: int, found: list[Span]) -> str:
    parts, at = [], start
    for first, after in found:
        if first < at or after > end:
            continue
        parts += [escape(text[at:first]), "<mark>", escape(text[first:after]), "</mark>"]
        at = after
    return "".join(parts) + escape(text[at:end])
