"""Words of feeling with their strength, and phrases that are signs of something; looked up word by word, whatever the language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicons"
_ROOT = 3  # letters by which stems are found
_Phrase = tuple[tuple[str, ...], str]  # its words, the name of its sign


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
    """Phrases by their first word."""

    def __init__(self) -> None:
        self._whole: dict[str, list[_Phrase]] = {}
        self._stems: dict[str, list[_Phrase]] = {}

    def add(self, phrase: str, name: str) -> None:
        """Add a phrase; each of its words may be a stem with "*"."""
        words = tuple(phrase.split())
        if words[0].endswith("*"):
            self._stems.setdefault(words[0][:_ROOT], []).append((words, name))
        else:
            self._whole.setdefault(words[0], []).append((words, name))

    def at(self, words: Sequence[str], place: int) -> Iterator[tuple[str, int]]:
        """The names of the phrases that begin at a place, and how many words they have."""
        word = words[place]
        for phrase, name in self._whole.get(word, ()):
            if len(phrase) == 1 or _fits(phrase, words, place):
                yield name, len(phrase)
        for phrase, name in self._stems.get(word[:_ROOT], ()):
            if _fits(phrase, words, place):
                yield name, len(phrase)


def _fits(phrase: tuple[str, ...], words: Sequence[str], place: int) -> bool:
    if place + len(phrase) > len(words):
        return False
    return all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        for wanted, word in zip(phrase, words[place : place + len(phrase)], strict=True)
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
