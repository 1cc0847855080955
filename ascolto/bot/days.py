"""A day, as customers say it who were asked for one: read as moments are, after what else an answer holds was taken away. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from ascolto.conversations.when import READ_AT_MOST, read_when
from ascolto.conversations.when_said import MONTH
from ascolto.kit.text import fold

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_POLITE = re.compile(
    r"\b(?:grazie|per favore|perfavore|per piacere|per cortesia|please|thanks|thank you|ciao|salve|buongiorno|hello|hi"
    r"|(?:mi |ci )?(?:va|andrebbe|andra|sta) (?:bene|benissimo)|(?:sarebbe|e) (?:perfetto|l'ideale|meglio)|se (?:possibile"
    r"|si puo)|if possible"
    r"|would (?:be|suit) (?:fine|great|good|me|best)|(?:works|is fine|is good|suits)(?: for)?(?: me)?|i can|posso|ci sono|direi"
    r"|facciamo|let's say"
    r"|a partire|a decorrere|starting|dalla|dal|from|on)\b"
)
_IN_WORDS = (
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto"
    " diciannove venti ventuno ventidue ventitre ventiquattro venticinque ventisei ventisette ventotto ventinove trenta trentuno",
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
    " seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth"
    " twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first",
)
_NUMBERS = {word: place for words in _IN_WORDS for place, word in enumerate(words.split(), 1)} | {"primo": 1}
_NUMBER = "|".join(sorted((word.replace("-", "[ -]") for word in _NUMBERS), key=len, reverse=True))
_DAY_IN_WORDS = re.compile(
    rf"\b({_NUMBER})(?= (?:of |di )?(?:{MONTH})\b)|(?<=\bthe )({_NUMBER})\b|(?<=\bil )({_NUMBER})\b"
)


def day_in(said: str, now: datetime, language: str, latest: date) -> date | None:
    """The day that is meant, from today until `latest`; None where there is none, or it is not certain. `now` has the company's zone."""
    iso = _ISO.search(said)
    if iso:
        try:
            found = date(int(iso[1]), int(iso[2]), int(iso[3]))
        except ValueError:
            return None
        return found if now.date() <= found <= latest else None
    zone = getattr(now.tzinfo, "key", "UTC")
    for told in _readings(said[:READ_AT_MOST]):
        for moment in (
            now,
            datetime.combine(now.date(), time(0), now.tzinfo),
        ):  # today counts, however late it is
            read = read_when(told, now=moment, zone=zone, language=language or "en")
            day = read.at.astimezone(now.tzinfo).date() if read else None
            if day is not None and now.date() <= day <= latest:
                return day
    return None


def _readings(said: str) -> Iterator[str]:
    """As it was said; then without what is only polite, and with its numbers as digits."""
    yield said
    plain = re.sub(r"\s*([/-])\s*(?=\d)", r"\1", fold(said).replace("’", "'"))
    plain = re.sub(rf"\b({MONTH})\.", r"\1", plain)
    plain = _DAY_IN_WORDS.sub(
        lambda found: str(_NUMBERS[found[0].replace(" ", "-")]), _POLITE.sub(" ", plain)
    )
    yield " ".join(re.sub(r"[,;!?«»\"]", " ", plain).split())
