"""Days, weeks, months, dates and spans in a text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from ascolto.sla.dates.moments import Frame, Piece
from ascolto.sla.dates.numbers import COUNT, MONTH, WEEKDAY, month, number, weekday

_DAY = timedelta(days=1)
_FURTHEST = timedelta(
    days=300
)  # a day of the calendar that has passed is next year's, unless that is too far away
_LONG_AGO = date(1970, 1, 1)
_I = re.IGNORECASE

_NEAR = (
    (re.compile(r"\b(?:dopodomani|the day after tomorrow|day after tomorrow)\b", _I), 2),
    (re.compile(r"\b(?:domani|domattina|tomorrow)\b", _I), 1),
    (re.compile(r"\b(?:oggi(?: stesso)?|(?:the )?end of today|today)\b", _I), 0),
)
_WEEKDAY = re.compile(
    rf"(?:\b(?P<before>quest[oa]|prossim[oa]|this|next|on|by)\s+)?\b(?P<day>{WEEKDAY})(?!\w)"
    r"(?:\s+(?P<after>prossim[oa]|(?:della |of )?(?:settimana prossima|prossima settimana|next week)))?"
    r"(?:,?\s+(?:the\s+)?(?P<dom>\d{1,2})(?P<ord>st|nd|rd|th|°|º)?(?![:.]\d)(?!\w)(?!\s*(?:am|pm)\b))?",
    _I,
)
_DAY_MONTH = re.compile(
    (
        rf"\b(?P<d>\d{{1,2}}|primo|first)(?:°|º|st|nd|rd|th)?\s+(?:of\s+"
        rf"|di\s+)?(?P<m>{MONTH})\b\.?(?:,?\s+(?:del\s+)?(?P<y>20\d\d))?"
    ),
    _I,
)
_MONTH_DAY = re.compile(
    rf"\b(?P<m>{MONTH})\b\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(?P<y>20\d\d))?", _I
)
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>20\d\d|\d\d))?(?![\d/])"
    r"|(?<![\d/.-])(?P<d2>\d{1,2})[.-](?P<m2>\d{1,2})[.-](?P<y2>20\d\d)(?!\d)"
    r"|\b(?P<y3>20\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d)\b"
)
_DAY_OF_MONTH = re.compile(
    r"\b(?:(?:il|entro il|al|giorno)\s+(?:giorno\s+)?(?P<d>\d{1,2}|primo)(?:°"
    r"|º)?(?![\d:.,/%€]*\d)(?!\w)(?!\s*(?:%|€|euro|giorn|per cento|ore|minut))"
    r"|(?:the|on|by)\s+(?P<e>\d{1,2})(?:st|nd|rd|th)\b)",
    _I,
)
_WEEKS = (
    (
        re.compile(
            (
                r"\b(?:(?:all')?inizio (?:della )?(?:settimana prossima|prossima settimana)|early next week"
                r"|(?:the )?(?:beginning|start) of next week)\b"
            ),
            _I,
        ),
        (1, 1),
    ),
    (
        re.compile(
            (
                r"\b(?:(?:la |alla )?(?:fine (?:della )?)?(?:settimana prossima|prossima settimana)"
                r"|(?:the )?end of next week|next week)\b"
            ),
            _I,
        ),
        (1, 4),
    ),
    (
        re.compile(
            r"\b(?:(?:nel |entro il |il )(?:weekend|week-end|fine settimana)|(?:this|the) weekend)\b", _I
        ),
        (0, 6),
    ),
    (
        re.compile(
            (
                r"\b(?:(?:la )?fine (?:della |di questa )?settimana|(?:entro |in )(?:la |questa )?settimana"
                r"|(?:the )?end of (?:the|this) (?:working )?week|this week)\b"
            ),
            _I,
        ),
        (0, 4),
    ),
)
_MONTHS = (
    (
        re.compile(
            (
                r"\b(?:(?:la )?(?:fine (?:del )?)?(?:mese prossimo|prossimo mese)|(?:the )?end of next month"
                r"|next month)\b"
            ),
            _I,
        ),
        1,
    ),
    (
        re.compile(
            (
                r"\b(?:(?:la )?fine (?:del |di questo )?mese|entro (?:il|questo) mese|(?:the )?end of (?:the"
                r"|this) month|this month)\b"
            ),
            _I,
        ),
        0,
    ),
)
_END_OF_MONTH = re.compile(rf"\b(?:fine (?:di )?|(?:the )?end of )(?P<m>{MONTH})\b", _I)
_AMOUNT = (
    rf"(?:(?P<half>mezz'|mezza |half an |half a )|(?P<quarters>un quarto d'|tre quarti d'"
    rf"|(?:a )?quarter of an |three quarters of an )"
    rf"|(?P<pair>un paio d(?:i |')|a couple(?: of)? |couple of )|(?P<few>qualche |poche |pochi |a few |alcuni |alcune )"
    rf"|(?P<one>un'|un |una |an |a |the )|(?P<n>{COUNT})(?:\s*(?:[/–-]|o|or|to|e|and)\s*(?P<n2>{COUNT}))?\s*)"
)
_SPAN = re.compile(
    r"\b(?:entro(?: e non oltre| massimo| al massimo| circa)?|tra|fra|nel giro di|nell'arco di"
    r"|nelle prossime|nei prossimi|entro le prossime|entro i prossimi|in"
    r"|within|inside|in the next|over the next|in less than|in under|no later than|massimo)\s+(?:circa "
    r"|al massimo |massimo |about |around |the next )?"
    rf"{_AMOUNT}(?P<work>working |business )?(?P<unit>minut[oi]|minutes?|mins?|or[ae]|oretta|orette|hours?"
    rf"|hrs?|h|giorn[oi]|days?|settiman[ae]|weeks?|mes[ei]|months?)\b"
    r"(?P<more>\s+e mezz[ao]| and a half)?(?P<work2>\s+(?:lavorativ[oiea]|feriali))?(?:\s+(?:from now|da adesso|da ora))?",
    _I,
)


def find_days(text: str, frame: Frame) -> Iterator[Piece]:
    """Days and spans; those that lie within an earlier one of this list are to be dropped by the caller."""
    yield from (piece for found in _SPAN.finditer(text) if (piece := _span(found)))
    yield from _dates(text, frame)
    for pattern, (weeks, wanted) in _WEEKS:
        yield from (
            Piece(*found.span(), day=_of_week(frame.today, weeks, wanted), sureness=0.9)
            for found in pattern.finditer(text)
        )
    for pattern, months in _MONTHS:
        for found in pattern.finditer(text):
            yield Piece(*found.span(), day=_month_end(frame.today, months), sureness=0.9)
    for found in _WEEKDAY.finditer(text):
        yield _weekday(found, frame)
    for pattern, days in _NEAR:
        for found in pattern.finditer(text):
            piece = Piece(*found.span(), day=frame.today + days * _DAY)
            yield _domattina(piece, frame) if found[0].lower() == "domattina" else piece


def _domattina(piece: Piece, frame: Frame) -> Piece:
    from ascolto.sla.dates.hours import NOON

    return Piece(piece.start, piece.end, day=piece.day, until=NOON, from_hour=6)


def _dates(text: str, frame: Frame) -> Iterator[Piece]:
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        for found in pattern.finditer(text):
            day = 1 if found["d"].lower() in {"primo", "first"} else int(found["d"])
            yield from _dated(found, day, month(found["m"]), found["y"], frame)
    for found in _NUMERIC.finditer(text):
        d, m, y = next(
            (found[f"d{i}"], found[f"m{i}"], found[f"y{i}"]) for i in ("", "2", "3") if found[f"d{i}"]
        )
        yield from _dated(found, int(d), int(m), y, frame)
    for found in _END_OF_MONTH.finditer(text):
        wanted = month(found["m"])
        year = frame.today.year + (wanted < frame.today.month)
        yield Piece(*found.span(), day=date(year, wanted, calendar.monthrange(year, wanted)[1]), is_date=True)
    for found in _DAY_OF_MONTH.finditer(text):
        word = (found["d"] or found["e"]).lower()
        yield from _next_of_month(found, 1 if word == "primo" else int(word), frame)


def _dated(found: re.Match[str], day: int, wanted: int, year: str | None, frame: Frame) -> Iterator[Piece]:
    given = int(year) + (2000 if int(year) < 100 else 0) if year else frame.today.year
    try:
        if wanted > 12 >= day and not year:
            day, wanted = wanted, day  # 6/30: the month first, as Americans write it
        found_day = date(given, wanted, day)
        if not year and found_day < frame.today:
            found_day = date(given + 1, wanted, day)
    except ValueError:
        return
    if found_day >= frame.today and found_day - frame.today <= _FURTHEST:
        yield Piece(*found.span(), day=found_day, is_date=True)
    else:  # the past, or nothing that we can mean: it must not be read as something else either
        yield Piece(*found.span(), day=_LONG_AGO, is_date=True)


def _next_of_month(found: re.Match[str], day: int, frame: Frame) -> Iterator[Piece]:
    year, wanted = frame.today.year, frame.today.month
    for _ in range(3):
        last = calendar.monthrange(year, wanted)[1]
        if day <= last and date(year, wanted, max(day, 1)) >= frame.today and day:
            yield Piece(*found.span(), day=date(year, wanted, day), is_date=True, sureness=0.9)
            return
        year, wanted = (year + 1, 1) if wanted == 12 else (year, wanted + 1)


def _weekday(found: re.Match[str], frame: Frame) -> Piece:
    wanted, before, after = (
        weekday(found["day"]),
        (found["before"] or "").lower(),
        (found["after"] or "").lower(),
    )
    ahead = (wanted - frame.today.weekday()) % 7
    sureness, end = 1.0, found.end()
    if found["dom"] and (day := _same_weekday(int(found["dom"]), wanted, frame)) is not None:
        return Piece(found.start(), end, day=day, is_date=True)
    if found["dom"]:
        end = found.end("after") if found["after"] else found.end("day")
    if before == "next" or "settimana" in after or "week" in after:
        return Piece(found.start(), end, day=_of_week(frame.today, 1, wanted), sureness=0.85)
    if ahead == 0 and before not in {"questo", "questa", "this"}:
        ahead, sureness = 7, 0.8  # today would be called today
    return Piece(found.start(), end, day=frame.today + ahead * _DAY, sureness=sureness)


def _same_weekday(day: int, wanted: int, frame: Frame) -> date | None:
    """The next day of a month that is this weekday, as in "Thursday 18"; None when the number is none, such as an hour."""
    year, at = frame.today.year, frame.today.month
    for _ in range(3):
        if 1 <= day <= calendar.monthrange(year, at)[1]:
            found = date(year, at, day)
            if found >= frame.today:
                return found if found.weekday() == wanted else None
        year, at = (year + 1, 1) if at == 12 else (year, at + 1)
    return None


def _of_week(today: date, weeks: int, wanted: int) -> date:
    """A weekday of this week or the next; the end of a week that is nearly over is its Sunday."""
    monday = today - today.weekday() * _DAY + weeks * 7 * _DAY
    day = monday + wanted * _DAY
    return day if day >= today else monday + 6 * _DAY


def _month_end(today: date, months: int) -> date:
    year, wanted = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, wanted + 1, calendar.monthrange(year, wanted + 1)[1])


_HALVES = {"un quarto d'": 0.25, "tre quarti d'": 0.75, "quarter of an ": 0.25, "a quarter of an ": 0.25}


def _span(found: re.Match[str]) -> Piece | None:
    unit, amount, sureness = found["unit"].lower(), _amount(found), 0.8 if found["few"] else 1.0
    if found["more"]:
        amount += 0.5
    if amount <= 0 or amount > 1000:
        return None
    if unit.startswith("min"):
        return Piece(*found.span(), span=timedelta(minutes=amount), sureness=sureness)
    is_working = bool(found["work"] or found["work2"])
    if unit.startswith(("or", "h")) and is_working and amount % 24 == 0:
        return Piece(*found.span(), working_days=round(amount / 24), sureness=0.9)  # "48 working hours"
    if unit.startswith(("or", "h")):
        return Piece(*found.span(), span=timedelta(hours=amount), sureness=sureness)
    if found["one"] and found["one"].lower() == "the ":
        return None  # within the day, the week: said elsewhere
    if unit.startswith(("giorn", "day")):
        if is_working:
            return Piece(*found.span(), working_days=round(amount), sureness=sureness)
        return Piece(*found.span(), days=round(amount), sureness=sureness)
    each = 7 if unit.startswith(("settiman", "week")) else 30
    return Piece(*found.span(), days=round(amount * each), sureness=sureness)


def _amount(found: re.Match[str]) -> float:
    if found["half"]:
        return 0.5
    if found["quarters"]:
        return _HALVES.get(found["quarters"].lower(), 0.75)
    if found["pair"]:
        return 2
    if found["few"]:
        return 3
    if found["one"]:
        return 1
    return number(found["n2"] or found["n"])
