"""The language of a text, short ones too.

A detector of letter sequences is asked first; small words, letters that one language has, and a prior (most messages are Italian or
English, and people go on in the language they began in) settle what is short. Measured in bench/understanding/languages.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from ascolto.understanding.engine.detectors import Detector, Scores, detector, light_detector
from ascolto.understanding.engine.meaning import Language
from ascolto.understanding.engine.text import Prepared, prepare
from ascolto.understanding.engine.vocabulary import LETTERS, WORDS

FEWEST_LETTERS = 8  # below that only a word that is known decides; else the conversation's language is a better guess than any
UNKNOWN = Language("und", 0.0)
_PRIOR = {"it": 0.10, "en": 0.08, "es": 0.04, "fr": 0.04, "de": 0.04, "pt": 0.05, "nl": 0.01, "da": -0.02}
_RARER = -0.12  # languages whose customers are few
_HINTED = 0.22
_WORD_WEIGHT = 0.5
_LETTER_WEIGHT = 0.25
_LONG = 30  # letters: from there on a prior says half as much
_SURE = 0.25  # a lead over the second that makes one sure
_NOISE = re.compile(
    r"[⇗✉@#]|(?<!\w)(?:https?|rt|user|amp|lol+|omg|wtf|(?:ha|ah|he|ja|xd|hi){2,}h?|k{3,}|x+d+)(?!\w)|[\d_]",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?'?")
_DRAWN = re.compile(r"(\w)\1+$")
_CLAUSE = re.compile(r"[.!?;:\n…()\"“”«»|–—]+|, | - | / ")
_MOST_WORDS = 80


def _index() -> dict[str, tuple[tuple[str, float], ...]]:
    owners: dict[str, list[str]] = {}
    for code, words in WORDS.items():
        for word in dict.fromkeys(words.split()):
            owners.setdefault(word, []).append(code)
    return {word: tuple((code, 1.0 / len(codes)) for code in codes) for word, codes in owners.items()}


_KNOWN = _index()


def language_of(prepared: Prepared, hint: str = "") -> Language:
    """The language of a prepared text; `hint` is what the conversation speaks, and decides where there is too little to judge by."""
    return judge(prepared, hint, detector())


def language_of_draft(text: str, hint: str = "") -> Language:
    """The language of a reply that is being written: for web processes, which have no numpy. Unknown where eldc is not installed."""
    light = light_detector()
    return UNKNOWN if light is None else judge(prepare(text), hint, light)


def differs(customer: str, reply: str) -> bool:
    """Whether a reply in that language would surprise a customer of this one: both are known and no close kin."""
    first, second = _FAMILY.get(customer, customer), _FAMILY.get(reply, reply)
    return bool(first and second) and "und" not in (first, second) and first != second


_FAMILY = {
    "nb": "no",
    "nn": "no",
    "da": "no",
    "bs": "hr",
    "sr": "hr",
    "sh": "hr",
    "scn": "it",
    "nap": "it",
    "vec": "it",
    "lmo": "it",
}


def judge(prepared: Prepared, hint: str, detect: Detector) -> Language:
    """The language as seen with a certain detector of letter sequences."""
    text = " ".join(_NOISE.sub(" ", prepared.shown).split())
    letters = sum(character.isalpha() for character in text)
    words = _words(text)
    known = _by_words(words)
    if not letters or (hint and letters < FEWEST_LETTERS and max(known.values(), default=0.0) < 1.0):
        return _by_hint(hint)
    scores = _weigh(detect(text), known, len(words), text, letters, hint)
    if not scores:
        return _by_hint(hint)
    (code, best), *others = sorted(scores.items(), key=lambda pair: -pair[1])
    second, runner_up = others[0] if others else ("", 0.0)
    other = _other_language(text, code, detect) if letters >= _LONG else ""
    probability = 0.5 + min(max(best - runner_up, 0.0) / _SURE, 1.0) * 0.49
    return Language(code, round(probability, 3), other or second, is_mixed=bool(other))


def _by_hint(hint: str) -> Language:
    return Language(hint, 0.5, from_hint=True) if hint else UNKNOWN


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower().replace("’", "'"))[:_MOST_WORDS]


def _by_words(words: Iterable[str]) -> dict[str, float]:
    """How many of the words each language knows; of an elided one ("dell'ordine") the first part counts."""
    known: dict[str, float] = {}
    for word in words:
        for code, share in _KNOWN.get(word) or _KNOWN.get(_short(word)) or ():
            known[code] = known.get(code, 0.0) + share
    return known


def _short(word: str) -> str:
    """ "graziee" is "grazie", "l'ordine" is "l"."""
    head, mark, _ = word.partition("'")
    return head if mark else _DRAWN.sub(r"\1", word)


def _weigh(
    scores: Scores, known: Mapping[str, float], count: int, text: str, letters: int, hint: str
) -> dict[str, float]:
    share = _WORD_WEIGHT / max(count, 3)
    weakness = min(1.0, _LONG / max(letters, 1) * 0.5) if letters > _LONG else 1.0
    low = text.lower()
    told = () if low.isascii() else {code for letter, code in LETTERS.items() if letter in low}
    weighed = {}
    for code in scores.keys() | known.keys():
        weight = (
            scores.get(code, 0.0) + known.get(code, 0.0) * share + (_LETTER_WEIGHT if code in told else 0.0)
        )
        prior = _PRIOR.get(code, _RARER) + (_HINTED if code == hint else 0.0)
        weighed[code] = weight + prior * weakness
    return weighed


def _other_language(text: str, first: str, detect: Detector) -> str:
    """The other language of a text that is really mixed: a whole clause of it, in small words of its own."""
    found: Counter[str] = Counter()
    for clause in _CLAUSE.split(text)[:60]:
        words = _words(clause)
        if len(words) < 4:
            continue
        known = _by_words(words)
        scores = detect(clause)
        for code, hits in known.items():
            if (
                code != first
                and hits >= 2.5
                and hits > known.get(first, 0.0) + 1.5
                and scores.get(code, 0) > scores.get(first, 0) + 0.2
            ):
                found[code] += len(words)
    code, count = found.most_common(1)[0] if found else ("", 0)
    return code if count >= 4 else ""
