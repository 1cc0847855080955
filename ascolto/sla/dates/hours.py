"""Hours, ranges of hours and parts of the day in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time

from ascolto.sla.dates.moments import LAST_MINUTE, Frame, Piece
from ascolto.sla.dates.numbers import COUNT, MONTH, number

_UNITS = (
    r"(?!\s*(?:/|-\s*\d|%|€|£|\$|°)|\s+(?:e\s+\w+\s+)?(?:ore|ora|minut\w+|min|giorn\w+|settiman\w+|mes[ei]"
    r"|ann[oi]|euro|giga|gb|mb|mega|per cento|domande"
    r"|fatture|richieste|segnalazioni|linee|offerte|e?-?mail|volte|persone|sedi|utenze|rate|chiamate|hours?|minutes?|mins?"
    rf"|(?:working |business )?days?|weeks?|months?|years?|euros?|pounds|percent|people|times|of\b"
    rf"|{MONTH}\b)|\d|\.\d|(?:st|nd|rd|th)\b)"
)
_MERIDIEM = (
    r"(?:\s*(?P<mer>a\.?\s?m\b\.?|p\.?\s?m\b\.?|o'clock|di mattina|del mattino|di sera|della sera"
    r"|di pomeriggio|del pomeriggio|in the morning"
    r"|in the afternoon|in the evening|h\b|hrs\b))?"
)
_IT_MINUTES = (
    r"(?:\s*[:.,]\s?(?P<m>[0-5]\d)\b|\s+e\s+(?P<and>mezz[ao]|un quarto|tre quarti|(?:cinque|dieci|venti"
    r"|venticinque|trenta|quaranta|cinquanta|\d\d))\b|\s+meno\s+(?P<less>un quarto|cinque|dieci|venti"
    r"|\d\d)\b)?"
)
_HOUR = rf"(?P<h>{COUNT})(?!\w)"

_ITALIAN = re.compile(
    r"\b(?:(?P<prep>prima|dopo|non oltre|non più tardi|entro|per|verso|massimo|max|circa"
    r"|intorno)\s+(?:(?:circa|massimo)\s+)?"
    r"(?:alle|le|delle|l'|dell'|all')|alle|all'|(?:le\s+|alle\s+|entro\s+)?ore|h)\s*"
    rf"(?:ore\s+)?{_HOUR}{_IT_MINUTES}{_MERIDIEM}{_UNITS}",
    re.IGNORECASE,
)
_ITALIAN_RANGE = re.compile(
    rf"\b(?:(?:tra|fra)\s+(?:le\s+|l')|dalle\s+(?:ore\s+)?"
    rf"|dall')(?P<a>{COUNT})(?:[:.]\d\d)?(?:\s+e\s+mezza)?\s+(?:e|ed|alle|all')\s*(?:le\s+|l'"
    rf"|alle\s+)?(?:ore\s+)?"
    rf"{_HOUR}{_IT_MINUTES}{_MERIDIEM}{_UNITS}",
    re.IGNORECASE,
)
_ENGLISH_PREP = r"(?P<prep>no later than|not later than|by|at|before|around|about|after|than)"
_ENGLISH = re.compile(
    rf"\b{_ENGLISH_PREP}\s+(?:about\s+|around\s+)?(?:(?P<rel>half past|quarter past|a quarter past"
    rf"|quarter to|a quarter to|(?:five|ten|twenty) (?:past|to))\s+)?"
    rf"{_HOUR}(?:[:.](?P<m>[0-5]\d)\b)?{_MERIDIEM}{_UNITS}",
    re.IGNORECASE,
)
_BARE = re.compile(
    (
        r"(?<![\d:.,/])\b(?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d))?\s?(?P<mer>a\.?m\b\.?|p\.?m\b\.?|o'clock)"
        r"|(?<![\d:.,/])\b(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)\b(?!:\d)"
    ),
    re.IGNORECASE,
)
_ENGLISH_RANGE = re.compile(
    (
        rf"\b(?:between|from)\s+(?P<a>{COUNT})(?:[:.]\d\d)?\s?(?:am|pm|a\.m\.|p\.m\.)?\s+(?:and|to|till"
        rf"|until)\s+{_HOUR}(?:[:.](?P<m>[0-5]\d))?{_MERIDIEM}{_UNITS}"
    ),
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?P<prep>dopo|after)?\s*(?:a\s+|per\s+|entro\s+|by\s+"
    r"|at\s+)?(?:(?P<noon>mezzogiorno(?P<half> e mezzo)?|noon|midday)|(?P<midnight>mezzanotte|midnight)"
    r"|(?P<lunch>(?:l')?ora di pranzo|all'ora di pranzo|pranzo|lunch ?time|lunch))\b",
    re.IGNORECASE,
)

EARLY, NOON, LUNCH, EVENING = time(10), time(12), time(13), time(22)
_PARTS: tuple[
    tuple[str, time | None, int, bool], ...
] = (  # pattern, until (None: the working day), from, stands alone
    (
        (
            r"first thing(?: in the morning)?|(?:come\s+)?prima cosa|di prima mattina|in prima mattinata"
            r"|a inizio giornata"
        ),
        EARLY,
        7,
        True,
    ),
    (r"(?:in\s+)?tarda mattinata|late morning|late in the morning", LUNCH, 10, True),
    (r"(?:nel\s+|in\s+)?primo pomeriggio|early afternoon|early in the afternoon", time(15), 12, True),
    (r"stamattina|stamani|stamane|questa mattina|in mattinata|this morning|in the morning", NOON, 6, True),
    (
        (
            r"nel (?:tardo )?pomeriggio|(?:entro |in )?(?:questo |il )?pomeriggio|this afternoon|in the afternoon"
            r"|late afternoon"
        ),
        None,
        12,
        True,
    ),
    (
        r"in serata|stasera|questa sera|entro (?:la )?sera|per sera|tonight|this evening|in the evening",
        EVENING,
        17,
        True,
    ),
    (r"mattina|mattinata|morning", NOON, 6, False),
    (r"afternoon", None, 12, False),
    (r"sera|evening|night", EVENING, 17, False),
    (
        r"(?:in|entro (?:la )?|nel corso della |nella )\s*giornata|(?:la )?fine (?:della )?giornata"
        r"|(?:the )?end of (?:the )?(?:business |working )?day"
        r"|close of (?:business|play)|within the day|eod|cob|orario di chiusura",
        None,
        0,
        True,
    ),
)
_PART_PATTERNS = [
    (re.compile(rf"(?<!good )(?<!buon )(?<!buona )\b(?:{pattern})\b", re.IGNORECASE), until, from_hour, alone)
    for pattern, until, from_hour, alone in _PARTS
]


def find_hours(text: str, frame: Frame) -> Iterator[Piece]:
    """Hours and parts of the day; those that lie within an earlier one of this list are to be dropped by the caller."""
    for pattern in (_ITALIAN_RANGE, _ENGLISH_RANGE):
        yield from (piece for found in pattern.finditer(text) if (piece := _range(found)))
    for pattern in (_ITALIAN, _ENGLISH, _BARE):
        yield from (piece for found in pattern.finditer(text) if (piece := _clock(found)))
    for found in _NAMED.finditer(text):
        yield _named(found)
    for part, until, from_hour, alone in _PART_PATTERNS:
        for found in part.finditer(text):
            ends = until or _end_of(frame, found[0])
            yield Piece(*found.span(), until=ends, from_hour=from_hour, stands_alone=alone)


def _end_of(frame: Frame, words: str) -> time:
    """The end of the working day; of today's, when it is over, the end of the day itself."""
    is_afternoon = "noon" in words.lower() or "pomeriggio" in words.lower()
    return frame.day_ends if is_afternoon or frame.at.time() < frame.day_ends else LAST_MINUTE


def _named(found: re.Match[str]) -> Piece:
    after = found["prep"] is not None
    if found["noon"]:
        return Piece(*found.span(), hour=12, minute=30 if found["half"] else 0, is_exact=True, after=after)
    if found["midnight"]:
        return Piece(*found.span(), hour=24, is_exact=True)
    return Piece(*found.span(), hour=15 if after else 13, is_exact=True)


def _range(found: re.Match[str]) -> Piece | None:
    piece = _clock(found)
    if piece is None or piece.hour is None or piece.is_exact:
        return piece
    first = number(found["a"])
    # "between nine and twelve" ends at noon; "between eleven and one" ends after it
    hour = piece.hour + 12 if piece.hour < first and piece.hour < 12 else piece.hour
    exact = first >= 7 or hour > 12
    return Piece(piece.start, piece.end, hour=hour, minute=piece.minute, is_exact=exact)


def _clock(found: re.Match[str]) -> Piece | None:
    groups = found.groupdict()
    hour = number(groups.get("h") or groups["h2"])
    minute = int(groups.get("m") or groups.get("m2") or 0)
    hour, minute = _with_words(hour, minute, groups)
    if hour > 24 or minute > 59 or hour < 0 or (hour == 24 and minute):
        return None
    meridiem = re.sub(r"[.\s]", "", (groups.get("mer") or "").lower())
    exact = hour > 12 or hour == 0 or (groups.get("h") or groups.get("h2") or "").startswith("0")
    from_hour = 0
    if meridiem in {"am", "pm"}:
        if hour > 12:
            return None if meridiem == "am" else Piece(*found.span(), hour=hour, minute=minute, is_exact=True)
        hour, exact = hour % 12 + (12 if meridiem == "pm" else 0), True
    elif re.search(r"mattin|morning", meridiem):
        exact = True
    elif re.search(r"ser[ae]|pomerig|noon|evening", meridiem):
        from_hour = 12
    after = (groups.get("prep") or "").lower() in {"dopo", "after"}
    return Piece(*found.span(), hour=hour, minute=minute, is_exact=exact, from_hour=from_hour, after=after)


_FRACTIONS = {"mezza": 30, "mezzo": 30, "un quarto": 15, "tre quarti": 45}


def _with_words(hour: int, minute: int, groups: dict[str, str | None]) -> tuple[int, int]:
    """ "e mezza", "meno un quarto", "half past", "ten to"."""
    more, less, relation = groups.get("and"), groups.get("less"), (groups.get("rel") or "").lower()
    if more:
        minute = _FRACTIONS.get(more.lower()) or number(more)
    if less:
        hour, minute = hour - 1, 60 - (_FRACTIONS.get(less.lower()) or number(less))
    if relation:
        amount = 30 if "half" in relation else 15 if "quarter" in relation else number(relation.split()[0])
        hour, minute = (hour - 1, 60 - amount) if relation.endswith("to") else (hour, amount)
    return hour, minute
