"""A text as the models see it: bounded, without tricks, with what carries feeling kept apart.

Everything here is linear in the length of what is looked at, and what is looked at is bounded: a text of a megabyte costs as much as one
of a few thousand characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LOOKED_AT = 4_000  # characters of a text that are looked at: its beginning and, of a longer one, its end
_TAIL = 1_000
READ_BY_ENCODER = 220  # characters: 3.7 ms; the reading of a long mail stays under 6 ms
_MARKS_KEPT = 2  # combining marks a letter may carry; zalgo carries dozens

_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.]{0,60}")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_ELONGATED = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_REPEATED = re.compile(r"([^\w\s])\1{3,}")
_SPACES = re.compile(r"\s+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text made ready: `shown` keeps case and punctuation, `plain` is folded for the word features."""

    shown: str
    plain: str
    elongations: int  # words drawn out like "noooo"
    is_cut: bool  # longer than what is looked at

    @property
    def letters(self) -> int:
        """How many letters there are to judge by."""
        return sum(character.isalpha() for character in self.shown)


def window(text: str) -> str:
    """The part of a text that is looked at: its beginning and its end, where people say what they want."""
    if len(text) <= LOOKED_AT:
        return text
    return text[: LOOKED_AT - _TAIL] + " " + text[-_TAIL:]


def prepare(text: str) -> Prepared:
    """Make a text ready: NFC, no invisible or stacked marks, links and addresses as placeholders, elongations cut to two letters."""
    seen = _without_stacked_marks(_INVISIBLE.sub("", _SURROGATES.sub(" ", window(text)).replace("\0", " ")))
    seen = unicodedata.normalize("NFC", seen)
    seen = _MAIL.sub(" ✉ ", _LINK.sub(" ⇗ ", seen))
    seen = _HANDLE.sub(" @ ", seen).replace("#", " #")
    seen, elongations = _ELONGATED.subn(r"\1\1", seen)
    shown = _SPACES.sub(" ", seen).strip()
    return Prepared(shown, shown.casefold().replace("’", "'"), elongations, len(text) > LOOKED_AT)


def _without_stacked_marks(text: str) -> str:
    """At most two combining marks on a letter: more are there to spoil what is read."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    return "".join(kept)


def for_encoder(prepared: Prepared, at_most: int = READ_BY_ENCODER) -> str:
    """What the sentence encoder reads: its cost grows with the length, so of a long text the beginning and the end, at a word's border."""
    text = _REPEATED.sub(r"\1\1\1", prepared.shown).replace("⇗", "").replace("✉", "").replace("@ ", "")
    if len(text) <= at_most:
        return text
    head, tail = at_most * 7 // 10, at_most * 3 // 10
    return text[:head].rsplit(" ", 1)[0] + " " + text[-tail:].split(" ", 1)[-1]
