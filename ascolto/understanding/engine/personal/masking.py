"""The same text without its personal data, and back: placeholders like ⟦IBAN-1⟧ that a language model can copy.

The same value gets the same placeholder; the same value in another spelling gets its number with a letter (⟦PHONE-1B⟧), so that every
spelling comes back as it was. What a text holds that only looks like a placeholder is hidden too, as ⟦TEXT-1⟧: nobody who writes "⟦IBAN-1⟧"
gets to see what was hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ascolto.understanding.engine.meaning import PersonalDatum
from ascolto.understanding.engine.personal.finding import find_personal
from ascolto.understanding.engine.personal.kinds import TAGS
from ascolto.understanding.engine.personal.looked import looked_at

_TEXT = "TEXT"
_TAG = "|".join((*TAGS.values(), _TEXT))
_EXACT = re.compile(rf"⟦((?:{_TAG})-[0-9]{{1,6}}[A-Z]{{0,3}})⟧")
_LOOSE = re.compile(
    rf"[⟦〚\[({{<«]{{1,2}}[ \u00a0]?(?P<tag>{_TAG})[ \u00a0]?[-‐‑–—_ ]?[ \u00a0]?(?P<number>[0-9]{{1,6}}[A-Z]{{0,3}})[ "
    rf"\u00a0]?[⟧〛\])}}>»]{{1,2}}"
    rf"|(?<![^\W_])(?P<bare>{_TAG})[-‐‑–—_](?P<count>[0-9]{{1,6}}[A-Z]{{0,3}})(?![^\W_])[⟧〛]?"
    rf"|[⟦〚](?P<open>{_TAG})[-‐‑–—_ ]?(?P<figure>[0-9]{{1,6}}[A-Z]{{0,3}})(?![^\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with placeholders, and what each of them hides."""

    text: str
    table: Mapping[str, str] = field(repr=False)


def mask(
    text: str, found: Iterable[PersonalDatum] | None = None, known: Mapping[str, str] | None = None
) -> Masked:
    """The text with each personal datum as a placeholder.

    `found`: what was found in this very text before; `known`: the table of another text of the same conversation, whose placeholders go
    on here (the new table holds them too). What is too long to be looked at does not stay in the text either.
    """
    if found is None:
        found = find_personal(text)
    names = _Names(known or {})
    out: list[str] = []
    place = 0
    for start, end, tag in sorted(_hidden(text, found)):
        out += _without_lookalikes(text[place:start], names)
        out.append(names.placeholder(tag, text[start:end]))
        place = end
    out += _without_lookalikes(text[place:], names)
    return Masked("".join(out), names.table)


def restore(text: str, table: Mapping[str, str]) -> str:
    """Put back what was hidden, also where brackets were dropped or changed, or letters made small."""
    out: list[str] = []
    place = 0
    for found in _EXACT.finditer(text):
        value = table.get(found.group(1))
        if value is not None:
            out += (_restore_loose(text[place : found.start()], table), value)
            place = found.end()
    out.append(_restore_loose(text[place:], table))
    return "".join(out)


def _restore_loose(piece: str, table: Mapping[str, str]) -> str:
    return _LOOSE.sub(lambda found: table.get(_name(found), found.group()), piece) if table else piece


def _name(found: re.Match[str]) -> str:
    tag, number = next(
        (found[tag], found[number])
        for tag, number in (("tag", "number"), ("bare", "count"), ("open", "figure"))
        if found[tag]
    )
    return f"{tag}-{number}".upper()


def _hidden(text: str, found: Iterable[PersonalDatum]) -> Iterator[tuple[int, int, str]]:
    for datum in found:
        yield datum.start, datum.end, TAGS[datum.kind]
    parts = looked_at(len(text))
    for (_, end), (start, _) in pairwise(parts):
        yield end, start, _TEXT


def _without_lookalikes(piece: str, names: _Names) -> list[str]:
    found = _LOOSE.search(piece)
    out: list[str] = []
    while found is not None:
        out += (piece[: found.start()], names.placeholder(_TEXT, found.group()))
        piece = piece[found.end() :]
        found = _LOOSE.search(piece)
    out.append(piece)
    return out


class _Names:
    """Gives each value its placeholder."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.table = dict(known)
        self._by_value = {(name.partition("-")[0], value): name for name, value in known.items()}
        self._numbers: dict[tuple[str, str], str] = {}
        self._spellings: dict[str, int] = {}
        self._highest: dict[str, int] = {}
        for name, value in known.items():
            self._take(name, value)

    def placeholder(self, tag: str, value: str) -> str:
        name = self._by_value.get((tag, value)) or self._new(tag, value)
        return f"⟦{name}⟧"

    def _new(self, tag: str, value: str) -> str:
        number = self._numbers.get((tag, _essence(tag, value)))
        another = f"{tag}-{self._highest.get(tag, 0) + 1}"
        name = another if number is None else number + _letters(self._spellings[number])
        self._take(name, value)
        self._by_value[tag, value] = name
        self.table[name] = value
        return name

    def _take(self, name: str, value: str) -> None:
        tag, _, number = name.partition("-")
        digits = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self._highest[tag] = max(self._highest.get(tag, 0), int(digits))
        self._numbers.setdefault((tag, _essence(tag, value)), f"{tag}-{digits}")
        self._spellings[f"{tag}-{digits}"] = self._spellings.get(f"{tag}-{digits}", 0) + 1


def _letters(count: int) -> str:
    """B for the second spelling, C for the third … Z, then BA, BB …: at most two letters, since a text has few spellings of one value."""
    return chr(65 + count) if count < 26 else _letters(count // 26) + chr(65 + count % 26)


def _essence(tag: str, value: str) -> str:
    """What two spellings of one value have in common."""
    if tag == _TEXT:
        return value
    return "".join(character for character in value.lower() if character.isalnum()) or value
