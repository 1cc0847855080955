"""Whom a note calls: `@Name`, `@e-mail` and `@team:Name` in its text. Pure.

A name counts where an @ stands before it at the beginning of a word, in any case of letters; of several names that fit the longest one
is meant. Two people of the same name are told apart by their e-mail addresses, which the menu then writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CALLED_AT_MOST = 50  # of one note
LOOKED_AT = 20_000  # characters of a note
_AT = re.compile(r"(?<![\w@.])@")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Called:
    """A place in the text that calls somebody: the key of who was meant ("person:3", "team:2")."""

    start: int
    end: int
    key: str


def names_of(people: Iterable[tuple[int, str, str]], teams: Iterable[tuple[int, str]]) -> Mapping[str, str]:
    """What may stand behind an @, in small letters, and whom it means: people as (id, name, e-mail), teams as (id, name).

    A name that two people share means nobody: only their addresses do."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for pk, name, email in people:
        small = name.casefold().strip()
        if small in found:
            shared.add(small)
        elif small:
            found[small] = f"person:{pk}"
        found[email.casefold()] = f"person:{pk}"
    for name in shared:
        del found[name]
    return found | {f"team:{name.casefold()}": f"team:{pk}" for pk, name in teams}


def called_in(text: str, names: Mapping[str, str]) -> Sequence[Called]:
    """Every place that calls somebody, in their order; each somebody once."""
    text = text[:LOOKED_AT]
    small = text.casefold()
    if len(small) != len(text):  # a letter that becomes two in small: places would not fit
        small = text.lower() if len(text.lower()) == len(text) else text
    by_length: dict[int, set[str]] = {}
    for name in names:
        by_length.setdefault(len(name), set()).add(name)
    lengths = sorted(by_length, reverse=True)
    found: dict[str, Called] = {}
    for place in _AT.finditer(small):
        start = place.end()
        for length in lengths:
            piece = small[start : start + length]
            if piece in by_length[length] and not _goes_on(small, start + length):
                found.setdefault(names[piece], Called(place.start(), start + length, names[piece]))
                break
        if len(found) >= CALLED_AT_MOST:
            break
    return list(found.values())


def _goes_on(text: str, place: int) -> bool:
    """Whether the word does not end there."""
    return place < len(text) and _WORD.match(text[place]) is not None
