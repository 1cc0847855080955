"""The words by which people say when, in Italian and English: data and patterns for `when.py`. Without accents, in small letters."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

NUMBERS = {
    **dict.fromkeys(("un", "uno", "una", "a", "an", "one"), 1),
    **dict.fromkeys(("due", "two", "un paio di", "a couple of", "couple of", "un paio d'"), 2),
    **dict.fromkeys(("tre", "three", "qualche", "a few", "alcuni", "alcune"), 3),
    **dict.fromkeys(("quattro", "four"), 4),
    **dict.fromkeys(("cinque", "five"), 5),
    **dict.fromkeys(("sei", "six"), 6),
    **dict.fromkeys(("sette", "seven"), 7),
    **dict.fromkeys(("otto", "eight"), 8),
    **dict.fromkeys(("nove", "nine"), 9),
    **dict.fromkeys(("dieci", "ten"), 10),
    **dict.fromkeys(("undici", "eleven"), 11),
    **dict.fromkeys(("dodici", "twelve"), 12),
    **dict.fromkeys(("tredici", "thirteen"), 13),
    **dict.fromkeys(("quattordici", "fourteen"), 14),
    **dict.fromkeys(("quindici", "fifteen"), 15),
    **dict.fromkeys(("venti", "twenty"), 20),
    **dict.fromkeys(("trenta", "thirty"), 30),
    **dict.fromkeys(("quaranta", "forty"), 40),
    **dict.fromkeys(("quarantacinque", "forty-five"), 45),
    **dict.fromkeys(("sessanta", "sixty"), 60),
}
VAGUE_NUMBERS = frozenset({"qualche", "a few", "alcuni", "alcune"})
NUMBER = (
    r"(?:\d{1,4}|"
    + "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True)).replace(r"\ ", " ")
    + ")"
)
_DAYS = (
    ("lunedi", "lun", "monday", "mon"),
    ("martedi", "mar", "tuesday", "tue", "tues"),
    ("mercoledi", "mer", "wednesday", "wed"),
    ("giovedi", "gio", "thursday", "thu", "thur", "thurs"),
    ("venerdi", "ven", "friday", "fri"),
    ("sabato", "sab", "saturday", "sat"),
    ("domenica", "dom", "sunday", "sun"),
)
WEEKDAYS = {name: place for place, names in enumerate(_DAYS) for name in names}
WEEKDAY = "(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + ")"
_MONTHS = (
    ("gennaio", "january", "gen", "jan"),
    ("febbraio", "february", "feb"),
    ("marzo", "march", "mar"),
    ("aprile", "april", "apr"),
    ("maggio", "may", "mag"),
    ("giugno", "june", "giu", "jun"),
    ("luglio", "july", "lug", "jul"),
    ("agosto", "august", "ago", "aug"),
    ("settembre", "september", "set", "sep", "sept"),
    ("ottobre", "october", "ott", "oct"),
    ("novembre", "november", "nov"),
    ("dicembre", "december", "dic", "dec"),
)
MONTHS = {name: place for place, names in enumerate(_MONTHS, start=1) for name in names}
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
PARTS = {  # of a day: the hour at which it is meant, and to which half of the day it puts an hour that is said with it
    **dict.fromkeys(("mattina", "mattino", "mattinata", "stamattina", "stamani", "morning"), (9, "am")),
    **dict.fromkeys(("pomeriggio", "afternoon"), (15, "pm")),
    **dict.fromkeys(("sera", "serata", "stasera", "evening", "tonight"), (19, "pm")),
    **dict.fromkeys(("stanotte", "notte", "night"), (22, "night")),
    **dict.fromkeys(("pranzo", "lunch", "lunchtime", "lunch time"), (13, "pm")),
    **dict.fromkeys(("fine giornata", "end of day", "end of the day", "eod", "cob"), (18, "pm")),
}
PART = "(?:" + "|".join(sorted(PARTS, key=len, reverse=True)) + ")"
TODAY_PARTS = frozenset({"stamattina", "stamani", "stasera", "stanotte", "tonight"})
UNITS = {
    **dict.fromkeys(("min", "mins", "minuto", "minuti", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs", "ora", "ore", "hour", "hours"), "hours"),
    **dict.fromkeys(("d", "g", "gg", "giorno", "giorni", "day", "days"), "days"),
    **dict.fromkeys(("w", "sett", "settimana", "settimane", "week", "weeks"), "weeks"),
    **dict.fromkeys(("mese", "mesi", "month", "months"), "months"),
    **dict.fromkeys(("anno", "anni", "year", "years"), "years"),
}
UNIT = "(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + ")"
# What may stand around a time without changing it.
_FILLER = (
    "a al alle alla allo all' ad at the on il lo la l' le i di del della dello dell' d' of in nel nella per for until till"
    " fino verso circa around about intorno ore h o'clock e and da from by entro questo questa quest' this si yes snooze"
    " rimanda ricordamelo remind me posticipa riapri prima first thing cosa - , . ; ! dopo later"
)
FILLER = frozenset(_FILLER.split())


def easter(year: int) -> date:
    """Easter Sunday, Gregorian: J.-M. Oudin's algorithm, as in the Explanatory Supplement to the Astronomical Almanac."""
    century, golden = year // 100, year % 19
    epact = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    days = epact - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


def feast(name: str, year: int) -> tuple[date, date]:
    """The first and the last day of a feast in that year."""
    if name in {"pasqua", "easter"}:
        return easter(year), easter(year) + timedelta(days=1)
    if name in {"pasquetta", "easter monday"}:
        return (easter(year) + timedelta(days=1),) * 2
    first, last = _FEASTS[name]
    return date(year, *first), date(year, *last)


_FEASTS = {
    **dict.fromkeys(("natale", "christmas", "xmas"), ((12, 25), (12, 26))),
    **dict.fromkeys(("capodanno", "new year", "new year's day"), ((1, 1), (1, 1))),
    **dict.fromkeys(("befana", "epifania", "epiphany"), ((1, 6), (1, 6))),
    "ferragosto": ((8, 15), (8, 15)),
}
FEAST = (
    "(?:"
    + "|".join(sorted((*_FEASTS, "pasqua", "pasquetta", "easter monday", "easter"), key=len, reverse=True))
    + ")"
)


def periods(today: date) -> list[tuple[str, date, bool]]:
    """How people name parts of weeks, months and years; the day that is meant, and whether the next open one does as well."""
    monday = today + timedelta(days=7 - today.weekday())
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    month_end = today.replace(day=monthrange(today.year, today.month)[1])
    first = month_end + timedelta(days=1)
    next_end = first.replace(day=monthrange(first.year, first.month)[1])
    middle = today.replace(day=15) if today.day < 15 else first.replace(day=15)
    next_week = "(?:settimana prossima|prossima settimana)"
    next_month = "(?:prossimo mese|mese prossimo)"
    return [
        (rf"(?:a )?fine (?:del )?{next_month}|(?:the )?end of next month", next_end, True),
        (
            r"(?:a |alla )?fine (?:del )?mese|(?:the )?end of (?:the |this )?month|month end|eom",
            month_end,
            True,
        ),
        (r"(?:a )?meta (?:del )?mese|mid(?:dle of the)?[ -]?month", middle, True),
        (rf"(?:a |all'\s*)?inizio (?:del )?(?:mese|{next_month})", first, True),
        (r"(?:the )?(?:start|beginning) of (?:the |next )?month", first, True),
        (rf"(?:il )?{next_month}|next month", first, True),
        (rf"(?:a |alla )?fine (?:della )?{next_week}|(?:the )?end of next week", monday + timedelta(4), True),
        (r"(?:il )?(?:prossimo )?(?:weekend|week-end|fine ?settimana)", saturday, False),
        (r"(?:the |this |next )?weekend", saturday, False),
        (rf"(?:la )?{next_week}|(?:a )?inizio settimana", monday, True),
        (r"(?:the )?(?:next week|start of next week)", monday, True),
        (
            r"(?:the )?end of (?:the |this )?week|eow|(?:alla )?fine della settimana|(?:in )?settimana",
            friday,
            True,
        ),
        (
            r"(?:a |alla )?fine (?:dell'\s*)?anno|(?:the )?end of (?:the |this )?year|eoy",
            date(today.year, 12, 31),
            True,
        ),
        (r"(?:l'\s*)?(?:anno prossimo|prossimo anno)|next year", date(today.year + 1, 1, 2), True),
    ]


def number(said: str) -> int:
    """What a NUMBER says."""
    return int(said) if said.isdigit() else NUMBERS[said.strip()]


def months_later(day: date, count: int) -> date:
    """The same day of a later month, or its last one."""
    months = day.year * 12 + day.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
