"""What the guard of offers sees in an outgoing text: six kinds of features, each with the places of the words that it comes from.

`words` (and pairs), `turns` (three in a row, and two with any word between), `beginnings` of words, `families` of words
(`offer_words`) and `moves` (`offer_moves`) alone and beside each other in a sentence, and `alike`: words by the meaning that they share
with others, in both languages ("sconto" and "rebate"), so that a word that taught nothing still counts.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise

from ascolto.understanding.engine.offer_moves import moves_in
from ascolto.understanding.engine.offer_reading import Token
from ascolto.understanding.engine.offer_words import families

KINDS = ("words", "turns", "beginnings", "families", "moves", "alike")
_THERE_OR_NOT = frozenset({"turns", "families", "moves", "alike"})
_ENDS = ".?!;"

Features = Mapping[str, Mapping[str, tuple[int, ...]]]  # kind: feature: the places of its words
Alike = Mapping[str, int]  # word: the number of the words that mean about the same
Found = dict[str, tuple[int, ...]]


def features_of(plain: str, tokens: Sequence[Token], alike: Alike) -> Features:
    """Every feature of a folded text by kind, each with the places of the words that it comes from."""
    found: dict[str, Found] = {kind: {} for kind in KINDS}
    words = ["0" if token.word[0].isdigit() else token.word for token in tokens]
    for place, word in enumerate(words):
        _put(found["words"], word, place)
        for beginning in _beginnings(word):
            _put(found["beginnings"], beginning, place)
    for place, (first, second) in enumerate(pairwise(words)):
        _put(found["words"], f"{first} {second}", place, place + 1)
    _turns_of(words, found["turns"])
    _alike_of(words, alike, found["alike"])
    sentences = list(sentences_of(tokens))
    for number, (start, end) in enumerate(sentences):
        is_last = number == len(sentences) - 1
        _families_of(tokens[start:end], start, is_last, found["families"])
        _moves_of(plain, tokens[start:end], start, is_last, found["moves"])
    return found


def sentences_of(tokens: Sequence[Token]) -> Iterable[tuple[int, int]]:
    """Where each sentence begins and ends, in tokens."""
    start = 0
    for place, token in enumerate(tokens):
        if token.word[0] in _ENDS:
            yield start, place + 1
            start = place + 1
    if start < len(tokens):
        yield start, len(tokens)


def counted(table: Mapping[str, tuple[int, ...]], kind: str) -> Iterable[tuple[str, float]]:
    """How much of each feature there is: 1 + log(how often); those of a sentence are there or not."""
    if kind in _THERE_OR_NOT:
        return ((name, 1.0) for name in table)
    return (
        (name, 1.0 + math.log(max(len(places) // (1 + (" " in name)), 1))) for name, places in table.items()
    )


def _turns_of(plain: Sequence[str], table: Found) -> None:
    for place in range(len(plain) - 2):
        first, middle, last = plain[place : place + 3]
        _put(table, f"{first} _ {last}", place, place + 2)
        _put(table, f"{first} {middle} {last}", place, place + 1, place + 2)


def _alike_of(plain: Sequence[str], alike: Alike, table: Found) -> None:
    known = [f"#{alike[word]}" if word in alike else word for word in plain]
    for place, name in enumerate(known):
        _put(table, name, place)
    for place, (first, second) in enumerate(pairwise(known)):
        _put(table, f"{first} {second}", place, place + 1)


def _families_of(sentence: Sequence[Token], start: int, is_last: bool, table: Found) -> None:
    """What kinds of words a sentence has, alone and two by two, and with what sign it ends."""
    places: dict[str, list[int]] = {}
    for place, token in enumerate(sentence, start):
        for family in families(token.word):
            places.setdefault(family, []).append(place)
    ending = _ending(sentence)
    for family, where in places.items():
        _put(table, family, *where)
        if ending == "?":
            _put(table, f"{family} ?", *where)
        if is_last:
            _put(table, f"{family} at the end", *where)
    for first, second in combinations(sorted(places), 2):
        _put(table, f"{first} + {second}", *places[first], *places[second])
    _put(table, f"ends {ending}")
    _put(table, "begins " + " ".join("|".join(families(token.word)) or token.word for token in sentence[:2]))


def _moves_of(plain: str, sentence: Sequence[Token], start: int, is_last: bool, table: Found) -> None:
    """The turns of phrase of a sentence, alone and two by two."""
    begin = sentence[0].start
    ends = [token.end - begin for token in sentence]
    starts = [token.start - begin for token in sentence]
    places = {
        name: tuple(range(start + bisect_right(ends, first), start + bisect_left(starts, last)))
        for name, first, last in moves_in(plain[begin : sentence[-1].end])
    }
    for name, where in places.items():
        _put(table, name, *where)
        if _ending(sentence) == "?":
            _put(table, f"{name} ?", *where)
        if is_last:
            _put(table, f"{name} at the end", *where)
    for one, other in combinations(sorted(places), 2):
        _put(table, f"{one} + {other}", *places[one], *places[other])
    if not places:
        _put(table, "no move")


def _ending(sentence: Sequence[Token]) -> str:
    return sentence[-1].word[0] if sentence[-1].word[0] in "?!" else "."


def _beginnings(word: str) -> Iterable[str]:
    return (word[:length] for length in range(3, 8) if len(word) > length)


def _put(table: Found, name: str, *places: int) -> None:
    table[name] = (*table.get(name, ()), *places)
