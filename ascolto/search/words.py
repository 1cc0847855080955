"""What a text is found by: its words, their stems, and the codes in it. Pure; indexing and asking go through the same door.

Everything that is found by is a *lexeme*: a short text without spaces. Words stand for themselves. The other kinds begin with a character
of Unicode's private use area, which no word has, so that nobody can type them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import Stemmer

from ascolto.kit.text import fold

TAG = "\ue000"  # what kind of message it is, when, and whose
WHO = "\ue001"  # a word of the customer's name or handle
TAIL = "\ue002"  # a code, backwards: its end is found as a beginning
LONGEST = 64  # characters of a lexeme; what is longer is cut alike in text and question
READ_AT_MOST = 40_000  # characters of a message
NAMED_AT_MOST = 60  # names and handles of one customer
CODE = (4, 40)  # characters of a code that its end finds

_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"[^\W_]+(?:[-./_:+@#][^\W_]+){1,5}")
_DIGITS = re.compile(r"\d[\d \-./()]{4,24}\d")
_HAS_DIGIT = re.compile(r"\d")
_STEMMED = re.compile(r"[^\W\d_]{4,32}")
_italian, _english = Stemmer.Stemmer("italian"), Stemmer.Stemmer("english")
_italian.maxCacheSize = _english.maxCacheSize = 0  # the cache of `stems` serves both


@dataclass(frozen=True, slots=True)
class Document:
    """One message as it is indexed: what is written in and on it, who the customer is, and its tags."""

    texts: tuple[str, ...]
    who: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Lexemes:
    """What finds a document: its words in their order, and everything else without one."""

    words: list[str]
    marks: set[str] = field(default_factory=set)


def folded(text: str) -> str:
    """Lower case without accents; doing it again changes nothing."""
    return (
        text.lower() if text.isascii() else fold(fold(text))
    )  # a letter such as 𝕊 is only known as one after the first


def words_of(text: str) -> list[str]:
    """The words of a text, folded and without punctuation."""
    return [word[:LONGEST] for word in _WORD.findall(folded(text))]


@lru_cache(maxsize=100_000)
def stems(word: str) -> tuple[str, ...]:
    """The Italian and English stems of a folded word, without the word itself. Short words and codes have none."""
    if not _STEMMED.fullmatch(word):
        return ()
    found = {_italian.stemWord(word), _english.stemWord(word)}
    return tuple(sorted(stem for stem in found if stem != word and len(stem) > 2))


def codes_of(text: str) -> Iterator[str]:
    """Order codes, telephone numbers and the like in a folded text, without the spaces and dashes that people put in."""
    if not _HAS_DIGIT.search(text):
        return
    for run in _JOINED.findall(text):
        code = re.sub(r"[\W_]", "", run)
        if CODE[0] <= len(code) <= CODE[1] and _HAS_DIGIT.search(code):
            yield code
    for run in _DIGITS.findall(text):
        code = re.sub(r"\D", "", run)
        if 6 <= len(code) <= 20:
            yield code


def tail(code: str) -> str:
    """The lexeme that finds a code by its end."""
    return TAIL + code[::-1]


def is_code(word: str) -> bool:
    """Whether a folded word is long enough, and has a digit, to be looked for by its end."""
    return not word.isalpha() and CODE[0] <= len(word) <= CODE[1] and _HAS_DIGIT.search(word) is not None


def lexemes_of(document: Document) -> Lexemes:
    """Everything that finds a document."""
    text = folded("\n".join(document.texts)[:READ_AT_MOST])
    who = [folded(each[:400]) for each in document.who[:NAMED_AT_MOST] if each]
    found = Lexemes(words=[word[:LONGEST] for word in _WORD.findall(text)])
    marks = found.marks
    marks.update(f"{TAG}{tag}" for tag in document.tags)
    for name in who:
        words = [word[:LONGEST] for word in _WORD.findall(name)]
        found.words += words
        marks.update(WHO + word for word in words)
    known = set(found.words)
    for word in known:
        marks.update(stems(word))
    _add_codes(marks, known, codes_of(text), "")
    for name in who:
        _add_codes(marks, known, codes_of(name), WHO)
    marks.update(tail(word) for word in known if is_code(word))
    return found


def _add_codes(marks: set[str], known: set[str], codes: Iterable[str], mark: str) -> None:
    for code in codes:
        if code not in known:
            marks.add(code)
        marks.add(tail(code))
        if mark:
            marks.add(mark + code)
