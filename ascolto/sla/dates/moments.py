"""From pieces (a day, a part of the day, an hour, a span) to moments: "venerdì alle 12", "by 6 pm tomorrow", "within two hours"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WorkingDays = Callable[[date, int], date]
LONGEST = timedelta(days=370)
LAST_MINUTE = time(23, 59)
AFTER = timedelta(hours=2)  # "after three": by when that was, when the day ends earlier


@dataclass(frozen=True, slots=True)
class Frame:
    """Where and when somebody writes: the local moment, when their working day ends, and how working days are counted."""

    at: datetime  # aware, in the zone of the company
    day_ends: time
    working_day: WorkingDays

    @property
    def today(self) -> date:
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a time expression. Which fields are set depends on what it is."""

    start: int
    end: int
    day: date | None = None
    is_date: bool = False  # a day of the calendar, which outweighs a weekday beside it
    until: time | None = None  # a part of the day ends then
    from_hour: int = 0  # and begins at this hour: tells six in the evening from six in the morning
    stands_alone: bool = True
    hour: int | None = None
    minute: int = 0
    is_exact: bool = False  # no twelve-hour reading
    after: bool = False  # "after three": not before
    span: timedelta | None = None
    days: int | None = None  # a span of whole days: until the end of the working day
    working_days: int | None = None
    sureness: float = 1.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a text, and when it is."""

    start: int
    end: int
    due_at: datetime  # in UTC
    has_deadline_word: bool
    sureness: float
    is_today_only: bool = False  # "today" and nothing else


_BETWEEN = re.compile(
    r"[\s,]*(?:(?:entro|prima|dopo|verso|circa|e non oltre|al più tardi|per|intorno|massimo|by|at|on"
    r"|before|around|about|no later than|in|nel|nella"
    r"|di|del|della|of|il|la|le|lo|l'|the|alle|al|from|during|as)\b[\s,]*){0,3}",
    re.IGNORECASE,
)
_FAR = 32  # characters at most between two pieces of one expression
_LEAD = re.compile(
    r"(?:\b(?P<deadline>entro e non oltre|non oltre|entro|al massimo|al più tardi|non più tardi|prima"
    r"|within|no later than|not later than|before"
    r"|by)|\b(?P<soft>per|verso|circa|intorno|nella?|nell'arco|in|on|at|around|about|this|tra|fra)"
    r"|\b(?P<other>fino|sino|da|dal|dalla|dalle|dall'|del|della|dello|di|dei|until|till|til|from|since|of))"
    r"(?:[\s']+(?:a|al|alle|il|la|le|lo|l'|di|del|dell'|della|the|giorno|massimo))?[\s']*$",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\s*(?:fa\b|ago\b|scors[oa]|passat[oa]|(?:prima|dopo)\s+(?:di|del|che|l|il|la)|before\s+(?:the|he|she"
    r"|they|it|arriv|your|you)|dalla\b|dall'|dal\b|from\s+(?!now)"
    r"|of\s+(?!today|tomorrow)|after\s+\w|following\b)",
    re.IGNORECASE,
)


def join(pieces: Sequence[Piece], text: str) -> list[list[Piece]]:
    """Pieces that make one expression, in their order."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and _belongs(groups[-1], piece, text):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _belongs(group: Sequence[Piece], piece: Piece, text: str) -> bool:
    gap = text[group[-1].end : piece.start]
    if len(gap) > _FAR or _BETWEEN.fullmatch(gap) is None:
        return False
    merged = merge(group)
    if piece.span or merged.span:
        return False
    if piece.hour is not None:
        return merged.hour is None
    if piece.day is not None and merged.day is not None:
        return piece.is_date != merged.is_date and "," not in gap.strip()
    return True


def merge(group: Sequence[Piece]) -> Piece:
    """What the pieces say together."""
    whole = group[0]
    for piece in group[1:]:
        day = piece.day if whole.day is None or piece.is_date else whole.day
        hour, minute, exact = (
            (whole.hour, whole.minute, whole.is_exact)
            if whole.hour is not None
            else (piece.hour, piece.minute, piece.is_exact)
        )
        whole = replace(
            whole,
            end=piece.end,
            day=day,
            is_date=whole.is_date or piece.is_date,
            until=whole.until or piece.until,
            from_hour=whole.from_hour or piece.from_hour,
            stands_alone=whole.stands_alone or piece.stands_alone,
            hour=hour,
            minute=minute,
            is_exact=exact,
            after=whole.after or piece.after,
            days=piece.days if whole.days is None else whole.days,
            working_days=piece.working_days if whole.working_days is None else whole.working_days,
            sureness=min(whole.sureness, piece.sureness),
        )
    return whole


def moment_of(group: Sequence[Piece], text: str, frame: Frame) -> Moment | None:
    """The moment that the pieces name, or None when it has passed, is too far away, or is no point to be kept ("until six")."""
    whole = merge(group)
    lead = _LEAD.search(text[max(0, whole.start - 40) : whole.start])
    if (lead is not None and lead["other"]) or _AGO.match(text, whole.end):
        return None
    found = _resolve(whole, frame)
    if found is None:
        return None
    local, sureness = found
    due_at = local.astimezone(UTC)
    if not frame.at < due_at <= frame.at + LONGEST:
        return None
    start = whole.start if lead is None else whole.start - len(lead[0])
    opening = re.match(
        r"(?:entro|prima|non oltre|tra|fra|within|by|before|no later)\b", text[whole.start :], re.IGNORECASE
    )
    deadline = opening is not None or (lead is not None and lead["deadline"] is not None)
    today = whole.day == frame.today and whole.hour is None and whole.until is None and not deadline
    return Moment(start, whole.end, due_at, deadline, sureness, today)


def _resolve(whole: Piece, frame: Frame) -> tuple[datetime, float] | None:
    if whole.span is not None:
        return (frame.at.astimezone(UTC) + whole.span, whole.sureness)
    day, sureness = _day_of(whole, frame), whole.sureness
    if whole.hour is not None:
        return _at_hour(whole, day, frame)
    if whole.until is not None:
        if day is None and not whole.stands_alone:
            return None
        local = _local(day or frame.today, whole.until, frame)
        if day is None and local <= frame.at and whole.until <= time(12):
            return _local(frame.today + timedelta(days=1), whole.until, frame), sureness - 0.3
        return local, sureness
    if day is None:
        return None
    local = _local(day, frame.day_ends, frame)
    return (local if local > frame.at else _local(day, LAST_MINUTE, frame)), sureness


def _day_of(whole: Piece, frame: Frame) -> date | None:
    try:
        if whole.working_days is not None:
            return frame.working_day(frame.today, whole.working_days)
        if whole.days is not None:
            return frame.today + timedelta(days=whole.days)
    except (OverflowError, ValueError):
        return None
    return whole.day


def _at_hour(whole: Piece, day: date | None, frame: Frame) -> tuple[datetime, float] | None:
    assert whole.hour is not None
    hour, base = whole.hour % 24, day or frame.today
    over = timedelta(days=1 if whole.hour == 24 else 0)
    hours = [hour]
    if whole.from_hour >= 12:
        hours = [hour + 12 if hour < 12 and not whole.is_exact else hour]
    elif not whole.is_exact and 0 < hour <= 12 and not whole.from_hour:
        hours = [hour % 12 + 12] if hour < 7 else [hour, (hour + 12) % 24 or 12]
    if day is not None and day != frame.today:
        hours = hours[:1]
    for each in hours:
        local = _local(base, time(each, whole.minute), frame) + over
        if (local > frame.at and each < 22) or (local > frame.at and len(hours) == 1):
            return _later(local, whole, frame), whole.sureness
    if day is not None:
        return None
    local = _local(base + timedelta(days=1), time(hours[0], whole.minute), frame) + over
    return _later(local, whole, frame), whole.sureness - 0.2


def _later(local: datetime, whole: Piece, frame: Frame) -> datetime:
    """By when "after three" must have been."""
    return max(_local(local.date(), frame.day_ends, frame), local + AFTER) if whole.after else local


def _local(day: date, at: time, frame: Frame) -> datetime:
    zone = frame.at.tzinfo
    assert isinstance(zone, ZoneInfo) or zone is not None
    # through UTC: an hour that the clocks skip becomes the one after it
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)
