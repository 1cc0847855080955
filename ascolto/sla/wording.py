"""What automatic messages of promises say, in the customer's language. Pure.

A text may hold {company} and {due}; nothing else is filled in, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

GAP = re.compile(r"\{([^{}]{0,40})\}")
GAPS: Mapping[str, frozenset[str]] = {
    "delay": frozenset({"company", "due"}),
    "wait": frozenset({"company", "wait", "position"}),
}
LANGUAGES = ("en", "it", "de", "fr", "es")
OTHERWISE = "en"  # where there is no text in a language

DELAY = {
    "en": "Automatic message from {company}: we promised you an answer by {due} and we are late. We are sorry. "
    "Your message is not lost: a person will answer it.",
    "it": "Messaggio automatico di {company}: avevamo promesso una risposta entro le {due} e siamo in ritardo. "
    "Ci scusiamo. Il tuo messaggio non è andato perso: ti risponderà una persona.",
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
}


def _day(at: datetime, language: str) -> str:
    return f"{at.day} {MONTHS[language].split()[at.month - 1]}"


_DAYS: Mapping[str, Callable[[datetime], str]] = {
    "en": lambda at: f"{at:%H:%M} on {_day(at, 'en')}",
    "it": lambda at: f"{at:%H:%M} del {_day(at, 'it')}",
}


class UnknownGap(ValueError):
    """A text holds a gap that nobody fills. `name` is what stands in it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def check_gaps(text: str, kind: str) -> None:
    """Raise UnknownGap unless every gap of the text can be filled; a brace that stands alone is one that cannot."""
    for found in GAP.finditer(text):
        if found[1] not in GAPS[kind]:
            raise UnknownGap(found[1])
    if lone := re.search(r"[{}]", GAP.sub("", text)):
        raise UnknownGap(lone[0])


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its gaps filled; what nobody fills stays as it is."""
    return GAP.sub(lambda found: values.get(found[1], found[0]), text)


def base_language(language: str) -> str:
    """`it` for `it-IT` and `it_CH`."""
    return re.split(r"[-_]", language.strip().lower(), maxsplit=1)[0]


def own_words(language: str) -> tuple[str, str]:
    """What a delay notice says where the company wrote no text, and the language that it is in."""
    chosen = language if language in DELAY else OTHERWISE
    return DELAY[chosen], chosen


def due_words(due_at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """`18:00` when that is today, else `18:00 on 23 November`, in the company's time zone."""
    local = due_at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return _DAYS.get(language, lambda at: f"{at:%H:%M}, {at:%d.%m.}")(local)
