"""The text as the finders see it, and what they say of it.

Digits of other scripts, odd spaces and dashes are folded one to one; invisible characters, which people paste along with a number, are
taken out and every place remembered. What is looked at is bounded: 100,000 characters; of a longer text the first 40,000 and the last
10,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ascolto.understanding.engine.meaning import PersonalDatum

LOOKED_AT = 100_000  # characters: a text up to there is looked at as a whole
HEAD, TAIL = 40_000, 10_000  # of a longer one
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_QUOTES = "\u2018\u2019\u02bc\u00b4`"


def _one_to_one() -> dict[int, str]:
    table = dict.fromkeys(map(ord, _SPACES), " ") | dict.fromkeys(map(ord, _DASHES), "-")
    table |= dict.fromkeys(map(ord, _QUOTES), "'") | {0: " "}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width forms
    for zero in (0x660, 0x6F0, 0x966, 0x9E6):  # Arabic, Persian, Devanagari, Bengali
        table |= {zero + digit: str(digit) for digit in range(10)}
    return table


_TABLE = _one_to_one()
_ASCII_ODD = re.compile(r"[\t\0`]")


@dataclass(frozen=True, slots=True)
class Looked:
    """A folded text: `plain` in its own case, `low` in lower case, of the same length."""

    plain: str
    low: str
    offset: int = 0  # of the piece in the whole text
    places: Sequence[int] | None = None  # of each character in the piece, where some were taken out
    has_digits: bool = True

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the whole text a part of this one is."""
        if self.places is None:
            return self.offset + start, self.offset + end
        return self.offset + self.places[start], self.offset + self.places[end - 1] + 1

    def before(self, start: int, width: int = 40) -> str:
        """What stands before, in lower case."""
        return self.low[max(0, start - width) : start]

    def after(self, end: int, width: int = 25) -> str:
        """What stands behind, in lower case."""
        return self.low[end : end + width]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may hold personal data; of two that overlap the higher rank stays, then the longer."""

    start: int
    end: int
    kind: str
    is_checked: bool
    rank: int


def looked_at(length: int) -> tuple[tuple[int, int], ...]:
    """The parts of a text of that length that are looked at."""
    if length <= LOOKED_AT:
        return ((0, length),)
    return ((0, HEAD), (length - TAIL, length))


_DIGIT = re.compile(r"[0-9]")


def look(text: str) -> Iterator[Looked]:
    """The parts of a text to be looked at, folded."""
    for start, end in looked_at(len(text)):
        yield _fold(text[start:end], start)


def _fold(piece: str, offset: int) -> Looked:
    places = None
    if not piece.isascii():
        if _INVISIBLE.search(piece):
            places = [place for place, character in enumerate(piece) if not _INVISIBLE.match(character)]
            piece = "".join(piece[place] for place in places)
        piece = piece.translate(_TABLE)
    elif _ASCII_ODD.search(piece):
        piece = piece.translate(_TABLE)
    return Looked(piece, lower(piece), offset, places, _DIGIT.search(piece) is not None)


def lower(text: str) -> str:
    """Lower case of the same length: the few letters that grow keep their case."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(one if len(one) == 1 else character for character in text for one in (character.lower(),))


def settle(looked: Looked, candidates: Iterable[Candidate]) -> list[PersonalDatum]:
    """The candidates that stay, in order, none overlapping."""
    ordered = sorted(candidates, key=lambda one: (-one.rank, one.start - one.end, one.start))
    taken: list[Candidate] = []
    if len(ordered) <= 1:
        taken = ordered
    else:
        covered = bytearray(len(looked.plain))
        for one in ordered:
            if covered.find(1, one.start, one.end) < 0:
                covered[one.start : one.end] = b"\1" * (one.end - one.start)
                taken.append(one)
    return [
        PersonalDatum(one.kind, *looked.place(one.start, one.end), one.is_checked)
        for one in sorted(taken, key=lambda one: one.start)
    ]
