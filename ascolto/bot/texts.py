"""Texts as they are said: the language's wording, the channel's variant, the plural, the values of slots; and long ones in parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from babel.core import Locale, UnknownLocaleError

from ascolto.bot.flow import Text, Wording

GAP = re.compile(r"\{([a-z][a-z0-9_]{0,59})\}")
HOUSE_GAPS = frozenset({"company", "customer", "wait", "opens"})  # what every text may name besides slots
_ENDS = re.compile(r"(?<=[.!?…:])\s+|\n+")


def gaps_of(text: str) -> set[str]:
    """The names in braces."""
    return set(GAP.findall(text))


def wording_of(text: Text, language: str) -> Wording:
    """In this language, else in the first there is."""
    found = text.by_language.get(language)
    return found if found is not None else next(iter(text.by_language.values()), Wording())


def render(text: Text, language: str, channel: str, value_of: Callable[[str], str]) -> str:
    """As it is said. `value_of` gives the words for a name in braces; an unknown one leaves nothing behind."""
    wording = wording_of(text, language)
    chosen = wording.variants.get(channel) or _plural(wording, language, value_of) or wording.text
    return re.sub(r"[ \t]{2,}", " ", GAP.sub(lambda found: value_of(found[1]), chosen)).strip()


def _plural(wording: Wording, language: str, value_of: Callable[[str], str]) -> str:
    if not wording.plurals:
        return ""
    told = value_of(wording.count) if wording.count else ""
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
    return wording.plurals.get(category_of(number, language)) or wording.plurals.get("other", "")


def category_of(number: int, language: str) -> str:
    """The plural category of a number (CLDR), as "one" or "other"."""
    try:
        return Locale.parse(language).plural_form(number)
    except (UnknownLocaleError, ValueError):
        return "one" if number == 1 else "other"


def categories_of(language: str) -> set[str]:
    """The plural categories that a language needs."""
    try:
        return set(Locale.parse(language).plural_form.tags) | {"other"}
    except (UnknownLocaleError, ValueError):
        return {"one", "other"}


def parts_of(text: str, limit: int) -> list[str]:
    """A text in parts of at most `limit` characters, cut where a sentence ends, else between words, else where it must be."""
    if len(text) <= limit:
        return [text]
    parts: list[str] = []
    for piece in _pieces(text, limit):
        if parts and len(parts[-1]) + 1 + len(piece) <= limit:
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    return parts


def _pieces(text: str, limit: int) -> Iterator[str]:
    for sentence in _ENDS.split(text):
        rest = sentence.strip()
        while len(rest) > limit:
            cut = rest.rfind(" ", 1, limit + 1)
            cut = cut if cut > 0 else limit
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if rest:
            yield rest
