"""An outgoing text as the guard of offers reads it: folded, and without the tricks that hide a word from it.

"0fferta", "s c o n t o", "оfferta" with a letter from another alphabet and "𝗽𝗿𝗼𝗺𝗼" are read as what people read. A word is only changed
where what it turns into is one that matters (`offer_words`): order codes and sizes stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ascolto.understanding.engine.offer_words import families
from ascolto.understanding.engine.text import prepare

MOST_WORDS = 900  # of a slice of 4,000 characters: its beginning and its end

_WORDS = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[!?.]+|[^\w\s]")
_BREAK = re.compile(
    r"[ \t\r]*[\n⏎](?:\s*[\n⏎])*(?![a-zà-ÿ])"
)  # a line that goes on with a small letter was only wrapped
_ENDED = re.compile(r"[.!?;:…,]\s*$")
_SPREAD = re.compile(r"(?<!\w)[^\W_](?:([ .\-_*·])[^\W_]){3,30}(?!\w)")
_MIXED = re.compile(r"(?=[^\s]{0,40}[^\W\d_])[\w@$€!|+]{3,40}")
_LOOK_ALIKE = str.maketrans("аеорсхуіѕԁոкмтвнοαειντρκηυ", "aeopcxyisdnkmtbhoaeivtpknu")  # Cyrillic and Greek
_FIGURES = "0134578@$€!|+"
_SHAPED = str.maketrans(_FIGURES, "oieastbaseilt")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign, and where it stands in the folded text."""

    word: str
    start: int
    end: int


def folded(text: str) -> str:
    """The text as it is judged: prepared like every text, line breaks as ends of sentences, disguised words as what they say."""
    broken = _BREAK.sub(_as_end, text) if "\n" in text or "⏎" in text else text
    plain = prepare(unicodedata.normalize("NFKC", broken) if not broken.isascii() else broken).plain
    return undisguised(plain)


def undisguised(plain: str) -> str:
    """A folded text with the words in it that were made to look like others put right."""
    if _SPREAD.search(plain):
        plain = _SPREAD.sub(lambda found: found.group().replace(found.group(1), ""), plain)
    if plain.isascii() and not any(character in _FIGURES for character in plain):
        return plain
    return _MIXED.sub(lambda found: _as_read(found.group()), plain)


def tokens_of(plain: str) -> list[Token]:
    """The words, numbers and signs of a folded text, in order; of very many the first and the last."""
    found = [Token(one.group(), one.start(), one.end()) for one in _WORDS.finditer(plain)]
    if len(found) <= MOST_WORDS:
        return found
    return found[: MOST_WORDS // 2] + found[-(MOST_WORDS // 2) :]


def _as_end(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 3) : found.start()]
    return "\n" if _ENDED.search(before) else " . "


def _as_read(word: str) -> str:
    """What a word says to the eye, where that is a word that matters and what is written is not."""
    if (word.isalpha() and word.isascii()) or word.isdigit() or _matters(word):
        return word
    seen = word
    if not seen.isascii() and any(character.isascii() and character.isalpha() for character in seen):
        seen = seen.translate(_LOOK_ALIKE)
    letters = seen.rstrip("!|+€$")
    if sum(character.isalpha() for character in letters) >= 2 and not letters[-1].isdigit():
        letters = letters.translate(_SHAPED)
    for said in (letters, _without_accents(letters)):
        if said.isalpha() and _matters(said):
            return said + seen[len(letters) :]
    return word


def _matters(word: str) -> bool:
    return any(family != "number" for family in families(word))


def _without_accents(word: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )
