"""The signs of feeling in a text that are not words of its topic: marks, capitals, emoji, drawn-out letters, words of feeling with what
negates, strengthens or softens them, and turns of phrase.

A word of feeling counts with its strength; a negation before it turns it and halves it, "molto" strengthens, "poco" softens, and what
comes after the last "ma" or "but" counts more than what comes before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ascolto.understanding.engine.emoji import GROUP_OF
from ascolto.understanding.engine.lexicon import core, cues, feelings
from ascolto.understanding.engine.small_words import BETWEEN, CONTRASTS, NEGATORS, STRONGER, UNTIL, WEAKER
from ascolto.understanding.engine.text import Prepared

# Every sign, with what screens say of it (they translate these words).
SIGN_NAMES: dict[str, str] = {
    "happy_emoji": "happy emoji",
    "loving_emoji": "hearts and kisses",
    "laughing_emoji": "laughing emoji",
    "sad_emoji": "sad emoji",
    "angry_emoji": "angry emoji",
    "mocking_emoji": "mocking emoji",
    "happy_face": "a smile made of characters",
    "sad_face": "a frown made of characters",
    "exclamations": "exclamation marks",
    "questions": "question marks",
    "astonished": "question and exclamation marks together",
    "dots": "trailing dots",
    "quotes": "a word between quotation marks",
    "capitals": "words in capitals",
    "drawn_out": "drawn-out letters",
    "pleasant": "pleasant words",
    "unpleasant": "unpleasant words",
    "very_pleasant": "very pleasant words",
    "very_unpleasant": "very unpleasant words",
    "not_pleasant": "a negated pleasant word",
    "not_unpleasant": "a negated unpleasant word",
    "ends_pleasant": "ends on a pleasant word",
    "ends_unpleasant": "ends on an unpleasant word",
    "contrast": "a turn (“but”)",
    "praise_with_fault": "praise beside a fault",
    "mocking_praise": "praise that may be mockery",
    "ironic_phrase": "a turn of phrase that is often ironic",
    "fault": "something does not work",
    "thanks": "thanks",
    "swearing": "swearing or insults",
    "threat": "a threat",
    "at_you": "a reproach at you",
    "wish": "a wish",
    "joyful_wait": "looking forward",
    "mild_praise": "mild praise",
    "so_so": "a shrug",
    "weary": "weariness",
    "only_marks": "no words at all",
}

_FACES = re.compile(r"(?:[:;=][-'’o^]?[)\]DPp3*]|[xX]D|<3|\^_*\^)")
_FROWNS = re.compile(r"(?:[:;=][-'’o^]?[(\[/\\|]|-_+-|[oO]_+[oO])")
_SHOUT = re.compile(r"[^\W\d_a-zà-ÿ]{3,}")
_QUOTED = re.compile(r"[\"“«][^\"”»]{2,25}[\"”»]")
_REACH = 4  # words that a negation reaches


@dataclass(slots=True)
class Signs:
    """The signs of a text by name, each between 0 and 1, and which word negates which."""

    values: dict[str, float] = field(default_factory=dict)
    negators: dict[int, int] = field(default_factory=dict)

    def count(self, name: str, of: float) -> None:
        """See a sign once more; `of` of them make it full."""
        self.values[name] = min(self.values.get(name, 0.0) + 1 / of, 1.0)


def read_signs(prepared: Prepared, written: Sequence[str], words: Sequence[str]) -> Signs:
    """The signs of a text, from its words as written and as folded."""
    signs = Signs()
    if prepared.elongations:
        signs.values["drawn_out"] = min(prepared.elongations, 2) / 2
    if _QUOTED.search(prepared.shown):
        signs.values["quotes"] = 1.0
    _marks(signs, written, words)
    negated = _negations(signs, words)
    _phrases(signs, words, negated)
    _feelings(signs, words, negated)
    if not any(word[0].isalpha() for word in words):
        signs.values["only_marks"] = 1.0
    there = signs.values.keys()
    if there & {"mocking_praise", "thanks"} and there & {"fault", "unpleasant", "weary"}:
        signs.values["praise_with_fault"] = 1.0
    return signs


def _marks(signs: Signs, written: Sequence[str], words: Sequence[str]) -> None:
    for place, word in enumerate(words):
        first = word[0]
        if first.isalpha():
            if _SHOUT.fullmatch(written[place]):
                signs.count("capitals", 4)
        elif first == "!" or first == "?":
            signs.count("exclamations" if first == "!" else "questions", 3 / len(word))
            if "!" in word and "?" in word:
                signs.count("astonished", 1)
        elif first == "…" or (first == "." and words[place - 1 : place] == ["."]):
            signs.count("dots", 2)
        elif (group := GROUP_OF.get(first)) is not None:
            signs.count(group, 3)
        elif _FACES.match(word):
            signs.count("happy_face", 1)
        elif len(word) > 1 and _FROWNS.match(word):
            signs.count("sad_face", 1)


def _negations(signs: Signs, words: Sequence[str]) -> set[int]:
    """The places of the words that a negation reaches. Notes for each negator the word that it is about."""
    negated: set[int] = set()
    for place, word in enumerate(words):
        if word not in NEGATORS and not word.endswith("n't"):
            continue
        about = -1
        for after in range(place + 1, min(place + 1 + _REACH, len(words))):
            if words[after] in UNTIL or words[after] in CONTRASTS:
                break
            negated.add(after)
            if about < 0 and words[after] not in BETWEEN and words[after][0].isalpha():
                about = after
        if about >= 0 and about not in signs.negators and words[about] not in NEGATORS:
            signs.negators[about] = place
    return negated


def _phrases(signs: Signs, words: Sequence[str], negated: set[int]) -> None:
    for place, name, _ in cues().find(words):
        if name != "negated_fault":
            signs.count(name, 2)
        elif place in negated:
            signs.count("fault", 2)


def _feelings(signs: Signs, words: Sequence[str], negated: set[int]) -> None:
    """Add up the words of feeling."""
    turn = max((place for place, word in enumerate(words) if word in CONTRASTS), default=-1)
    good = bad = 0.0
    best = worst = last = 0.0
    value_of = feelings().get
    for place, word in enumerate(words):
        value = value_of(word) or (value_of(core(word)) if "'" in word else 0.0)
        if not value:
            continue
        if place in negated:
            signs.count("not_pleasant" if value > 0 else "not_unpleasant", 2)
            value *= -0.5
        before = words[max(place - 2, 0) : place]
        value *= (
            1.3 if any(w in STRONGER for w in before) else 0.6 if any(w in WEAKER for w in before) else 1.0
        )
        best, worst, last = max(best, value), min(worst, value), value
        value *= 0.6 if place < turn else 1.2 if turn >= 0 else 1.0
        good, bad = good + max(value, 0.0), bad - min(value, 0.0)
    if 0 <= turn < len(words) - 1:
        signs.values["contrast"] = 1.0
    for name, total in (("pleasant", good), ("unpleasant", bad)):
        if total:
            signs.values[name] = math.tanh(total / 6)
    for name, there in (("very_pleasant", best >= 4), ("very_unpleasant", worst <= -4),
                        ("ends_pleasant", last > 0), ("ends_unpleasant", last < 0)):  # fmt: skip
        if there:
            signs.values[name] = 1.0
