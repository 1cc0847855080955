"""Random histories of conversations, the same for the same seed, with promises and calendars around awkward dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from ascolto.sla.calendar import read_calendar
from ascolto.sla.facts import ComplaintRule, Fact, Promise, What
from ascolto.sla.opening import Timetable
from ascolto.sla.tests.reference import Door, Storyteller

# The weeks in which zones change their offset, or in which there are holidays: (zone, country, first day).
TIMES = [
    ("Europe/Rome", "IT", datetime(2026, 3, 26, tzinfo=UTC)),  # summer time on the 29th
    ("Europe/Rome", "IT", datetime(2026, 10, 22, tzinfo=UTC)),  # winter time on the 25th
    ("Europe/Rome", "IT", datetime(2026, 12, 4, tzinfo=UTC)),  # St. Ambrose on the 7th, holiday on the 8th
    ("America/New_York", "US", datetime(2026, 3, 5, tzinfo=UTC)),
    ("America/New_York", "US", datetime(2026, 10, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", "AU", datetime(2026, 4, 2, tzinfo=UTC)),  # half an hour back on the 5th, Easter
    ("Australia/Lord_Howe", "AU", datetime(2026, 10, 1, tzinfo=UTC)),
    ("Asia/Kathmandu", "NP", datetime(2026, 5, 28, tzinfo=UTC)),  # 5:45 ahead of UTC
    ("America/St_Johns", "CA", datetime(2026, 3, 5, tzinfo=UTC)),
    ("Africa/Casablanca", "MA", datetime(2026, 2, 12, tzinfo=UTC)),  # an hour back for Ramadan
]
DAYS = 32  # written down; histories happen in the first six
WEEKS = [
    {str(day): [["09:00", "18:00"]] for day in range(5)},
    {str(day): [["08:30", "12:45"], ["13:30", "20:00"]] for day in range(6)},
    {str(day): [["00:00", "06:15"], ["22:00", "24:00"]] for day in range(7)},
    {str(day): [["01:10", "02:40"], ["02:50", "13:00"]] for day in range(7)},
]
CHANNELS = ("email", "chat", "whatsapp")


@dataclass(frozen=True)
class Setting:
    """A company: its promises, and the slow way to its clocks."""

    start: datetime
    promises: tuple[Promise, ...]
    rule: ComplaintRule
    teller: Storyteller
    group: int | None


@cache
def timetables(number: int) -> tuple[Timetable, ...]:
    """Of one place and time: ordinary hours, odd hours from the third day on, day and night."""
    zone, country, start = TIMES[number]
    one = {"time_zone": zone, "weekly": WEEKS[number % 4], "holidays": {"country": country, "own": ["12-07"]}}
    closed = (start + timedelta(days=2)).date().isoformat()
    other = {
        "time_zone": zone,
        "weekly": WEEKS[(number + 1) % 4],
        "closures": [{"from": closed, "to": closed, "name": "Stocktaking"}],
    }
    always = {"time_zone": zone, "always": True}
    switch = start + timedelta(days=3, hours=10, minutes=7)
    first, second, third = (read_calendar(each) for each in (one, other, always))
    early = datetime(2020, 1, 1, tzinfo=UTC)
    return (
        Timetable(((early, first),)),
        Timetable(((early, first), (switch, second))),
        Timetable(((early, third),)),
    )


@cache
def setting(number: int, variety: int) -> Setting:
    """One of the companies: a place and time, and the promises made there."""
    chance = Random(number * 1000 + variety)
    start, tables = TIMES[number][2], timetables(number)
    promises = [_promise(chance, 1, "", None, chance.choice(tables), start)]
    for channel, group in (("chat", None), ("", 7), ("email", 7)):
        if chance.random() < 0.6:
            table = chance.choice(tables)
            promises.append(_promise(chance, len(promises) + 1, channel, group, table, start))
    rule = ComplaintRule(chance.randint(0, 4), chance.random() < 0.5, tables[chance.randint(0, 1)])
    doors = {id(table): door(number, index) for index, table in enumerate(tables)}
    group = chance.choice((None, 7))
    teller = Storyteller(doors, promises, group, rule, doors[id(rule.timetable)])
    return Setting(start, tuple(promises), rule, teller, group)


@cache
def door(number: int, index: int) -> Door:
    return Door(timetables(number)[index], TIMES[number][2], DAYS)


def _promise(
    chance: Random, key: int, channel: str, group: int | None, table: Timetable, start: datetime
) -> Promise:
    def minutes(most: int) -> timedelta:
        return timedelta(minutes=chance.randint(1, most), seconds=chance.choice((0, 0, 17)))

    ends = start + timedelta(days=2) if key > 1 and chance.random() < 0.3 else None
    resolution = None if chance.random() < 0.2 else minutes(2400)
    is_worse = key > 1 and chance.random() < 0.3
    begins = start - timedelta(days=key)
    return Promise(
        key,
        f"Promise {key}",
        channel,
        group,
        minutes(300),
        minutes(400),
        resolution,
        table,
        begins,
        ends,
        is_worse,
    )


def history(chance: Random, start: datetime) -> list[Fact]:
    """What happened in one conversation within six days, in any order of kinds."""
    facts, at = [], start + timedelta(seconds=chance.randint(0, 2 * 86400))
    for ref in range(1, chance.randint(2, 15)):
        kind = chance.choices(list(What), (35, 4, 30, 40, 2, 2, 2))[0]
        status = chance.choice(("open", "pending", "on_hold", "resolved")) if kind is What.STATUS else ""
        by = chance.choice((3, 4)) if kind in (What.ANSWERED, What.STATUS) else None
        channel = chance.choice(CHANNELS) if kind in (What.ASKED, What.ANSWERED, What.COMPLAINED) else ""
        facts.append(Fact(at, kind, ref, channel, status, by))
        gap = chance.choice((0, 1, 59, 600, 3600, 7200, 40_000))
        at = min(at + timedelta(seconds=chance.randint(0, gap)), start + timedelta(days=6))
    return facts


def shuffled(chance: Random, facts: Sequence[Fact]) -> list[Fact]:
    """The same facts as they might arrive: in any order, some twice."""
    found = [*facts, *(fact for fact in facts if chance.random() < 0.3)]
    chance.shuffle(found)
    return found
