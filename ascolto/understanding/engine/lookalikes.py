"""Who says the same? Messages of different people in nearly the same words, found among those of the last day.

What differs from person to person (names, places, numbers, order codes, greetings) is put aside; of what is left, MinHash over pieces of
words (Broder 1997, "On the Resemblance and Containment of Documents") finds the few that may be alike, and a comparison word by word
decides. It would rather leave two apart than say that somebody wants what they do not: "is back" and "is not back" never meet, nor do
"activate" and "deactivate". The same fault in Bari and in Torino is the same fault.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from ascolto.understanding.engine.terms import EMPTY, folded
from ascolto.understanding.engine.text import prepare

FEWEST_WORDS = 4  # of a text that can be alike another: "ok, grazie" is not
FEWEST_TELLING = 2
MOST_WORDS = 120  # that are compared
SAME_WORD = 85  # how alike (0 … 100) two words are that one person mistyped
PLACEHOLDER = "#"
_PERMUTATIONS, _BANDS = 64, 16
_BITS = np.uint64((1 << 32) - 1)
_WORD = re.compile(
    r"(?=[^\W_]{0,20}[-/]?[^\W_]{0,20}\d)[^\W_]{1,40}(?:[-/][^\W_]{1,40}){1,3}|[^\W_]+(?:['’][^\W_]+)*|[.!?\n]"
)
_DENYING = """
non no mai senza nessuno nessuna niente nulla not never without none nothing cannot nicht kein keine nie ne pas jamais sans nunca sin nao
sem niet geen nooit
"""
_BEING_POLITE = """
grazie mille salve ciao buongiorno buonasera buon giorno sera gentile gentili cortesemente cordiali saluti favore cortesia thanks thank
hello hi dear regards kind please anticipo signori spettabile sono chiamo nome ok okay perfetto bene
benissimo gentilissimi great perfect danke
bitte merci bonjour gracias hola obrigado
"""
_NEGATIONS, _POLITE = frozenset(_DENYING.split()), frozenset(_BEING_POLITE.split())
_PLACES = frozenset(("a", "ad", "at", "zona", "via", "viale", "piazza", "corso", "near"))
_INFINITIVE = re.compile(r"(?:[aei]r(?:e|si|mi|lo|la|li|le|ci|vi|ne|ti|gli))$")


@dataclass(frozen=True, slots=True)
class Essence:
    """What a text says without what differs from person to person."""

    words: tuple[str, ...]  # sorted, each once
    negations: int
    bands: NDArray[np.uint32]

    @property
    def is_negated(self) -> bool:
        return self.negations > 0


def essence_of(text: str) -> Essence | None:
    """What can be compared of a text; None where it says too little (thanks, "ok") to be alike another."""
    shown = prepare(text).shown
    words, count, negations = _telling(shown)
    telling = [word for word in words if word != PLACEHOLDER]
    has_code = any(character.isdigit() for character in shown)
    if (count < FEWEST_WORDS and not has_code) or len(telling) < (1 if has_code else FEWEST_TELLING):
        return None
    if count < FEWEST_WORDS and len(telling) < FEWEST_TELLING:
        return None
    different = tuple(sorted(set(words)))
    return Essence(different, negations, _bands(different))


def _telling(shown: str) -> tuple[list[str], int, int]:
    """The words that tell, how many words there were, and how many negations."""
    has_case = not (shown.isupper() or shown.islower())
    found: list[str] = []
    count = negations = 0
    begins, before = True, ""
    for match in _WORD.finditer(shown):
        written = match.group()
        if written in ".!?\n":
            begins = True
            continue
        count += 1
        plain = folded(written.replace("’", "'"))
        head, _, tail = plain.partition("'")
        if plain.endswith("n't") or head in _NEGATIONS or plain in _NEGATIONS:
            negations += 1
        if plain.endswith("n't"):
            plain = plain[:-3]
        elif tail:
            plain = tail if len(tail) > len(head) else head
        is_name = has_case and not begins and written[:1].isupper() and written[1:].islower()
        is_place = before in _PLACES and not _INFINITIVE.search(plain)
        if any(character.isdigit() for character in plain) or is_name or is_place:
            found.append(PLACEHOLDER)
        elif len(plain) > 1 and plain not in EMPTY and plain not in _POLITE and plain not in _NEGATIONS:
            found.append(plain)
        begins, before = False, plain
        if count == MOST_WORDS:
            break
    return found, count, negations


def are_alike(one: Essence, other: Essence) -> bool:
    """Whether two texts say the same: both deny or neither does, and at most a fifth of the words differ but for typing errors."""
    if one.words == other.words:
        return one.is_negated == other.is_negated
    if one.is_negated != other.is_negated:
        return False
    mine = [word for word in one.words if word != PLACEHOLDER]
    theirs = [word for word in other.words if word != PLACEHOLDER]
    most = max(len(mine), len(theirs))
    if not most:
        return False
    allowed = most // 5
    left = set(theirs)
    missing = [word for word in mine if word not in left]
    left -= set(mine)
    if max(len(missing), len(left)) - min(len(missing), len(left)) > allowed:
        return False
    apart = 0
    for word in missing:
        match = next((known for known in left if _same_word(word, known)), None)
        if match is None:
            apart += 1
            if apart > allowed:
                return False
        else:
            left.discard(match)
    return max(apart, len(left)) <= allowed


def _same_word(one: str, other: str) -> bool:
    """Whether one is the other mistyped or inflected; what begins otherwise ("dis…", "un…") is another word."""
    return min(len(one), len(other)) >= 4 and one[:2] == other[:2] and fuzz.ratio(one, other) >= SAME_WORD


def _bands(words: tuple[str, ...]) -> NDArray[np.uint32]:
    """Sixteen numbers; texts that share many pieces of words share some of them."""
    pieces = {
        zlib.crc32(padded[start : start + 4].encode("utf-8", "replace"))
        for padded in (f"‹{word[:30]}›" for word in words)
        for start in range(max(len(padded) - 3, 1))
    }
    hashes = np.fromiter(pieces, np.uint64, len(pieces))
    least = ((_A[:, None] * hashes[None, :] + _B[:, None]) >> np.uint64(32)).min(axis=1)
    rows = least.reshape(_BANDS, _PERMUTATIONS // _BANDS)
    mixed = (rows * _MIX[None, :]).sum(axis=1, dtype=np.uint64)
    return ((mixed ^ (mixed >> np.uint64(29))) & _BITS).astype(np.uint32)


_dice = np.random.RandomState(
    20
)  # the same permutations in every process: state is rebuilt and must come out the same
_A = _dice.randint(1, 2**62, _PERMUTATIONS, dtype=np.int64).astype(np.uint64) * np.uint64(2) + np.uint64(1)
_B = _dice.randint(0, 2**62, _PERMUTATIONS, dtype=np.int64).astype(np.uint64)
_MIX = _dice.randint(1, 2**62, _PERMUTATIONS // _BANDS, dtype=np.int64).astype(np.uint64) | np.uint64(1)


class Leaders:
    """The first message of each group within a window of time. A group is known by a number that its owner gives it."""

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._bands = np.zeros((0, _BANDS), np.uint32)
        self._keys = np.zeros(0, np.int64)
        self._moments = np.zeros(0, np.int64)
        self._of: dict[int, tuple[int, Essence]] = {}  # key: row and essence
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, key: int) -> bool:
        return key in self._of

    def find(self, essence: Essence) -> int | None:
        """The oldest group that says the same, if any."""
        if not self._of:
            return None
        rows = np.flatnonzero((self._bands == essence.bands).any(axis=1))
        for key in sorted(int(self._keys[row]) for row in rows):
            if key >= 0 and are_alike(essence, self._of[key][1]):
                return key
        return None

    def leads(self, key: int, essence: Essence) -> bool:
        """Whether the group says this."""
        return key in self._of and are_alike(essence, self._of[key][1])

    def add(self, key: int, essence: Essence, moment: int) -> None:
        """Begin a group. Beyond the limit the one that was quiet longest goes."""
        if key in self._of:
            return
        if len(self._of) >= self._limit:
            self.remove(
                int(self._keys[np.argmin(np.where(self._keys >= 0, self._moments, np.iinfo(np.int64).max))])
            )
        if not self._free:
            self._grow()
        row = self._free.pop()
        self._bands[row], self._keys[row], self._moments[row] = essence.bands, key, moment
        self._of[key] = row, essence

    def touch(self, key: int, moment: int) -> None:
        """The group was heard again."""
        row = self._of[key][0]
        self._moments[row] = max(int(self._moments[row]), moment)

    def remove(self, key: int) -> None:
        """Forget a group."""
        found = self._of.pop(key, None)
        if found:
            self._keys[found[0]] = -1
            self._bands[found[0]] = 0
            self._free.append(found[0])

    def forget_before(self, moment: int) -> list[int]:
        """Forget the groups that were last heard before `moment`; returns their numbers."""
        old = [int(key) for key in self._keys[(self._keys >= 0) & (self._moments < moment)]]
        for key in old:
            self.remove(key)
        return old

    def _grow(self) -> None:
        begin, more = len(self._keys), max(256, len(self._keys))
        self._bands = np.concatenate([self._bands, np.zeros((more, _BANDS), np.uint32)])
        self._keys = np.concatenate([self._keys, np.full(more, -1, np.int64)])
        self._moments = np.concatenate([self._moments, np.zeros(more, np.int64)])
        self._free += range(begin + more - 1, begin - 1, -1)
