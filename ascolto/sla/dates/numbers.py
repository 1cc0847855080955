"""Numbers, weekdays and months in words, Italian and English."""

from __future__ import annotations

import re
from itertools import chain


def _words(text: str) -> list[str]:
    return text.split()


_IT_UNITS = _words(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
    " diciassette diciotto diciannove"
)
_IT_TENS = {20: "venti", 30: "trenta", 40: "quaranta", 50: "cinquanta", 60: "sessanta", 90: "novanta"}
_EN_UNITS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
)
_EN_TENS = {20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 90: "ninety"}


def _italian() -> dict[str, int]:
    words = {word: value for value, word in enumerate(_IT_UNITS) if value}
    for tens, name in _IT_TENS.items():
        words[name] = tens
        for unit in range(1, 10):
            stem = name[:-1] if unit in {1, 8} else name  # ventuno, ventotto
            words[stem + _IT_UNITS[unit].replace("tre", "tré")] = tens + unit
            words[stem + _IT_UNITS[unit]] = tens + unit
    return words | {"una": 1, "un": 1, "un'": 1}


def _english() -> dict[str, int]:
    words = {word: value for value, word in enumerate(_EN_UNITS) if value}
    for tens, name in _EN_TENS.items():
        words[name] = tens
        for unit in range(1, 10):
            words[f"{name}-{_EN_UNITS[unit]}"] = words[f"{name} {_EN_UNITS[unit]}"] = tens + unit
    return words | {"a": 1, "an": 1}


IT_NUMBERS, EN_NUMBERS = _italian(), _english()
_ARTICLES = {"un", "un'", "a", "an"}


def _any_of(words: chain[str] | list[str]) -> str:
    """A pattern for one of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


COUNT = rf"(?:\d{{1,3}}|{_any_of([w for w in chain(IT_NUMBERS, EN_NUMBERS) if w not in _ARTICLES])})"


def number(text: str) -> int:
    """The value of digits or of a number in words. Raises ValueError for anything else."""
    text = text.strip().lower()
    if text.isascii() and text.isdigit():
        return int(text)
    value = IT_NUMBERS.get(text) or EN_NUMBERS.get(text)
    if value is None:
        raise ValueError(f"not a number: {text!r}")
    return value


_WEEKDAYS = (
    _words("luned[iì]'? marted[iì]'? mercoled[iì]'? gioved[iì]'? venerd[iì]'? sabato domenica"),
    _words("monday tuesday wednesday thursday friday saturday sunday"),
)
WEEKDAY = "|".join(chain(*_WEEKDAYS))
_MONTHS = (
    _words("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    _words("january february march april may june july august september october november december"),
    _words("gen feb mar apr mag giu lug ago sett? ott nov dic"),
    _words("jan feb mar apr may june? july? aug sept? oct nov dec"),
)
MONTH = "(?:" + "|".join(chain(*_MONTHS)) + ")"


def _place(word: str, *lists: list[str]) -> int:
    for names in lists:
        for place, name in enumerate(names):
            if re.fullmatch(name, word, re.IGNORECASE):
                return place
    raise ValueError(f"not a name: {word!r}")


def weekday(word: str) -> int:
    """Monday is 0. Raises ValueError for another word."""
    return _place(word, *_WEEKDAYS)


def month(word: str) -> int:
    """January is 1. Raises ValueError for another word."""
    return _place(word.rstrip("."), *_MONTHS) + 1
