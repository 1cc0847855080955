"""Words of feeling with their strength, and phrases that are signs of something; looked up word by word, whatever the language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicons"
_ROOT = 3  # letters by which stems are found
_Phrase = tuple[
    str, str, tuple[str, ...], str
]  # how its first and second word begin, its words after the first, its sign


def core(word: str) -> str:
    """A folded word without an elided article: "un'ottima" is "ottima", "don't" stays."""
    if "'" not in word:
        return word
    last = word.rsplit("'", 1)[1]
    return last if len(last) > 2 else word


@dataclass(slots=True)
class Words:
    """Whole words and stems with a value each."""

    whole: dict[str, float] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, float]]] = field(default_factory=dict)  # the longest first

    def add(self, word: str, value: float) -> None:
        """Add a word, or a stem that ends in "*"; of two values of a word the first stays."""
        if not word.endswith("*"):
            self.whole.setdefault(word, value)
            return
        stem = word[:-1]
        found = self.stems.setdefault(stem[:_ROOT], [])
        found.append((stem, value))
        found.sort(key=lambda pair: -len(pair[0]))

    def get(self, word: str) -> float:
        """The value of a word, or 0."""
        value = self.whole.get(word)
        if value is not None:
            return value
        for stem, value in self.stems.get(word[:_ROOT], ()):
            if word.startswith(stem):
                return value
        return 0.0


class Phrases:
    """Phrases by their first word; each word of a phrase may be a stem with "*"."""

    def __init__(self) -> None:
        self._whole: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[_Phrase]] = {}  # by the first letters of the stem

    def add(self, phrase: str, name: str) -> None:
        """Add a phrase with the name of its sign."""
        first, *rest = phrase.split()
        entry = (first.rstrip("*"), rest[0].rstrip("*") if rest else "", tuple(rest), name)
        index, key = (self._stems, first[:_ROOT]) if first.endswith("*") else (self._whole, first)
        index.setdefault(key, []).append(entry)

    def find(self, words: Sequence[str]) -> list[tuple[int, str, int]]:
        """The phrases in a text: the place of the first word, the name of the sign, how many words."""
        found: list[tuple[int, str, int]] = []
        whole, stems, last = self._whole.get, self._stems.get, len(words) - 1
        for place, word in enumerate(words):
            here = whole(word)
            if stem := stems(word[:_ROOT]):
                here = [*(here or ()), *(entry for entry in stem if word.startswith(entry[0]))]
            if not here:
                continue
            after = words[place + 1] if place < last else ""
            for _, second, rest, name in here:
                if not rest or (after.startswith(second) and _follow(rest, words, place + 1)):
                    found.append((place, name, len(rest) + 1))
        return found


def _follow(rest: tuple[str, ...], words: Sequence[str], place: int) -> bool:
    if place + len(rest) > len(words):
        return False
    return all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        for wanted, word in zip(rest, words[place : place + len(rest)], strict=True)
    )


@cache
def feelings() -> Words:
    """Words of feeling from -5 to 5: our own list first, then the public ones."""
    words = Words()
    for line in _lines("own.txt"):
        value, *listed = line.split()
        for word in listed:
            words.add(word, float(value))
    for line in _lines("public.tsv"):
        word, value = line.split("\t")
        if not words.get(word):
            words.add(word, float(value))
    return words


@cache
def cues() -> Phrases:
    """Phrases that are signs of a feeling."""
    return _phrases("cues.txt")


@cache
def pressing() -> Phrases:
    """Phrases that make a message urgent, or say that it is not."""
    return _phrases("urgency.txt")


def _phrases(name: str) -> Phrases:
    """Of lines "sign: word word | a phrase | + word word": the first section and those with a plus are single words."""
    phrases = Phrases()
    for line in _lines(name):
        sign, _, listed = line.partition(":")
        for place, section in enumerate(listed.split("|")):
            is_list = place == 0 or section.startswith(" + ")
            for phrase in section.replace("+", "").split() if is_list else [section.strip()]:
                phrases.add(phrase, sign)
    return phrases


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
