"""What somebody typed into the search box, read without ever failing. Pure.

    guasto "numero verde" -fibra rout* from:giulia channel:email after:01/03/2026

Words all have to be there; a leading - means without; quotes keep words together; a trailing * finds what begins so. Filters are
`name:value`, in English or Italian. What only looks like a filter is taken as words, with a hint. `str(query)` writes it down again in
one canonical way: reading that gives the same query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ascolto.kit.text import clean
from ascolto.search.days import is_day

LONGEST_QUERY = 500  # characters
MOST_PARTS = 16

NAMES = {
    "from": "from",
    "da": "from",
    "cliente": "from",
    "customer": "from",
    "to": "assignee",
    "a": "assignee",
    "assignee": "assignee",
    "assegnato": "assignee",
    "assegnata": "assignee",
    "channel": "channel",
    "canale": "channel",
    "label": "label",
    "etichetta": "label",
    "tag": "label",
    "status": "status",
    "stato": "status",
    "team": "team",
    "squadra": "team",
    "gruppo": "team",
    "before": "before",
    "prima": "before",
    "after": "after",
    "dopo": "after",
    "since": "after",
    "dal": "after",
    "on": "on",
    "il": "on",
    "has": "has",
    "ha": "has",
    "con": "has",
    "is": "is",
    "è": "is",
}
VALUES = {
    "status": {
        "open": "open",
        "aperta": "open",
        "aperto": "open",
        "pending": "pending",
        "attesa": "pending",
        "on_hold": "on_hold",
        "hold": "on_hold",
        "on-hold": "on_hold",
        "sospesa": "on_hold",
        "sospeso": "on_hold",
        "resolved": "resolved",
        "done": "resolved",
        "closed": "resolved",
        "risolta": "resolved",
        "risolto": "resolved",
        "chiusa": "resolved",
        "chiuso": "resolved",
    },
    "has": {
        "file": "file",
        "files": "file",
        "attachment": "file",
        "allegato": "file",
        "allegati": "file",
    },
    "is": {
        "public": "public",
        "pubblica": "public",
        "pubblico": "public",
        "private": "private",
        "privata": "private",
        "privato": "private",
        "note": "note",
        "nota": "note",
        "spam": "spam",
        "waiting": "waiting",
        "attesa": "waiting",
        "answer": "answer",
        "risposta": "answer",
    },
    "assignee": {
        "me": "me",
        "io": "me",
        "nobody": "nobody",
        "none": "nobody",
        "nessuno": "nobody",
    },
}
_DATES = {"before", "after", "on"}
_CLOSED = {"status", "has", "is"}  # these have no other values; people, teams and labels do
_QUOTES = str.maketrans("“”„‟«»″＂", '""""""""')
_PART = re.compile(r'(?P<minus>[-*]*)(?:(?P<name>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Word:
    """A word to be found; `begins`: also as the beginning of longer ones."""

    text: str
    begins: bool = False
    negated: bool = False

    def __str__(self) -> str:
        return f"{'-' * self.negated}{self.text}{'*' * self.begins}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together in this order."""

    text: str
    negated: bool = False

    def __str__(self) -> str:
        return f'{"-" * self.negated}"{self.text}"'


@dataclass(frozen=True, slots=True)
class Filter:
    """A property of the message or its conversation, by its English name."""

    name: str
    value: str
    negated: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if " " in self.value else self.value
        return f"{'-' * self.negated}{self.name}:{value}"


Part = Word | Phrase | Filter


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that was not understood as a filter: its name and value. `name` is empty when the name itself is unknown."""

    said: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for, in the order in which it was typed."""

    parts: tuple[Part, ...] = ()
    hints: tuple[Hint, ...] = ()

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def filters(self) -> list[Filter]:
        return [part for part in self.parts if isinstance(part, Filter)]

    @property
    def said(self) -> list[Word | Phrase]:
        """The words and phrases."""
        return [part for part in self.parts if not isinstance(part, Filter)]


def parse(text: str) -> Query:
    """Read what was typed. Never raises; beyond LONGEST_QUERY characters and MOST_PARTS parts nothing is read."""
    line = " ".join(clean(text, LONGEST_QUERY).translate(_QUOTES).split())
    parts: list[Part] = []
    hints: list[Hint] = []
    for match in _PART.finditer(line):
        parts += _read(match, hints)
        if len(parts) >= MOST_PARTS:
            break
    return Query(tuple(parts[:MOST_PARTS]), tuple(dict.fromkeys(hints)))


def _read(match: re.Match[str], hints: list[Hint]) -> list[Part]:
    negated, name, quoted, bare = "-" in match["minus"], match["name"], match["quoted"], match["bare"]
    if name is None:
        return _phrase(quoted, negated) if quoted is not None else _word(bare, negated)
    value = " ".join((quoted if quoted is not None else bare).split())
    known = _filter(name, value, negated)
    if known is not None:
        return [known]
    is_address = value.startswith("//")
    if value and not is_address:
        hints.append(Hint(f"{name}:{value}", NAMES.get(name.lower(), "")))
    if quoted is None:
        return _word(bare if is_address else f"{name}:{bare}", negated)
    return [*_word(name, negated), *_phrase(quoted, negated)]


def _filter(name: str, value: str, negated: bool) -> Filter | None:
    canonical = NAMES.get(name.lower())
    if canonical is None or not any(letter.isalnum() for letter in value):
        return None
    if canonical in _DATES:
        return Filter(canonical, value.lower(), negated) if is_day(value) else None
    meant = VALUES.get(canonical, {}).get(value.lower())
    if meant is None and canonical in _CLOSED:
        return None
    return Filter(canonical, meant or value, negated)


def _word(text: str, negated: bool) -> list[Part]:
    bare = text.strip("*")
    if not any(letter.isalnum() for letter in bare):
        return []
    return [Word(bare, text.endswith("*"), negated)]


def _phrase(text: str, negated: bool) -> list[Part]:
    text = " ".join(text.split())
    return [Phrase(text, negated)] if any(letter.isalnum() for letter in text) else []
