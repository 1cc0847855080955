"""A made-up day of a telecom: who writes or calls when, who works when, and how long things take. The same seed, the same day.

All channels share one daily profile and one promise, so that a difference between their waits is the routing's doing. Figures are of the
field's order of magnitude, not of a company.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from ascolto.routing.values import WHOLE, Person, Waiting

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
PROMISE = timedelta(minutes=30)
TEAMS = (1, 2, 3, 4)
TOPICS = tuple(range(1, 13))
BROKEN = 1  # the topic of the outage
BY_HOUR = (4, 3, 2, 2, 2, 4, 10, 25, 48, 64, 68, 66, 60, 55, 58, 62, 64, 60, 52, 42, 34, 26, 16, 8)
LANGUAGES = {"it": 88, "en": 7, "de": 3, "ro": 2}
SHIFTS = (  # from, until, share
    (6, 14, 4),
    (7, 15, 21),
    (8, 16, 10),
    (9, 17, 14),
    (10, 18, 8),
    (11, 19, 9),
    (13, 21, 8),
    (14, 22, 8),
    (15, 23, 9),
    (16, 24, 5),
    (22, 30, 4),
)
AT_WORK = 0.8  # of those employed: days off, holidays, illness


@dataclass(frozen=True, slots=True)
class Channel:
    """A kind of channel: its share of all conversations, what it takes of a person, how long (minutes, mean)."""

    kind: str
    share: int
    weight: int
    minutes: float


CHANNELS = (
    Channel("voice", 34, WHOLE, 6.5),
    Channel("chat", 20, 33, 12.0),
    Channel("whatsapp", 22, 20, 17.0),
    Channel("facebook", 11, 20, 12.0),
    Channel("email", 13, 20, 19.0),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A conversation that begins, and how long it will take whoever gets it."""

    waiting: Waiting
    takes: timedelta


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody's day: what they can, and when they are there (a shift with breaks cut out)."""

    person: Person
    hours: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What happens, whatever routing does."""

    arrivals: tuple[Arrival, ...]
    workers: tuple[Worker, ...]


def telecom_day(conversations: int = 30_000, people: int = 500, *, seed: int = 1, wave: float = 6) -> Day:
    """A day with an outage at noon: for 40 minutes one topic comes `wave` times as often as it would."""
    random = Random(seed)
    workers = tuple(_worker(random, number, shift) for number, shift in enumerate(_roster(random, people), 1))
    moments = sorted(_moments(random, conversations, wave))
    at_work = [worker.person for worker in workers]
    arrivals = (_arrival(random, number, *m, at_work) for number, m in enumerate(moments, 1))
    return Day(tuple(arrivals), workers)


def _moments(random: Random, conversations: int, wave: float) -> Iterator[tuple[datetime, int]]:
    """When each begins, and its topic. The wave is part of the number."""
    begin, end = 12 * 60, 12 * 60 + 40
    weights = {topic: 4 if topic == BROKEN else 1 for topic in TOPICS}
    share = weights[BROKEN] / sum(weights.values())
    usual = [BY_HOUR[minute // 60] * 1.0 for minute in range(24 * 60)]
    more = [(wave - 1) * share * usual[minute] if begin <= minute < end else 0.0 for minute in range(24 * 60)]
    in_wave = round(conversations * sum(more) / (sum(usual) + sum(more)))
    for minute in random.choices(range(24 * 60), usual, k=conversations - in_wave):
        topic = random.choices(list(weights), list(weights.values()))[0]
        yield MIDNIGHT + timedelta(minutes=minute + random.random()), topic
    for minute in random.choices(range(24 * 60), more, k=in_wave) if in_wave else ():
        yield MIDNIGHT + timedelta(minutes=minute + random.random()), BROKEN


def _arrival(random: Random, number: int, since: datetime, topic: int, people: list[Person]) -> Arrival:
    channel = random.choices(CHANNELS, [each.share for each in CHANNELS])[0]
    known = random.choice(people).id if people and random.random() < 0.1 else None
    waiting = Waiting(
        id=number,
        due_at=since + PROMISE,
        since=since,
        weight=channel.weight,
        channel=channel.kind,
        language=random.choices(list(LANGUAGES), list(LANGUAGES.values()))[0],
        topic=topic,
        team=TEAMS[topic % len(TEAMS)],
        preferred=(known,) if known else (),
        promised=PROMISE,
    )
    minutes = random.gammavariate(2.0, channel.minutes / 2.0)  # many short, few long
    return Arrival(waiting, timedelta(minutes=0.5 + minutes))


def _roster(random: Random, people: int) -> list[tuple[int, int]]:
    """The shifts of those who come today, in their shares, in no order."""
    shares = [shift[2] for shift in SHIFTS]
    ends = [round(sum(shares[: i + 1]) * people * AT_WORK / 100) for i in range(len(SHIFTS))]
    begins = [0, *ends[:-1]]
    found = [
        shift[:2] for shift, begin, end in zip(SHIFTS, begins, ends, strict=True) for _ in range(end - begin)
    ]
    random.shuffle(found)
    return found


def _worker(random: Random, number: int, shift: tuple[int, int]) -> Worker:
    all_channels = frozenset(channel.kind for channel in CHANNELS)
    written = all_channels - {"voice"}
    person = Person(
        id=number,
        teams=frozenset(random.sample(TEAMS, random.choices((1, 2, 4), (40, 35, 25))[0])),
        topics=None if random.random() < 0.4 else frozenset(random.sample(TOPICS, random.randint(4, 9))),
        languages=frozenset({"it"} | {each for each in ("en", "de", "ro") if random.random() < 0.22}),
        channels=random.choices((None, written, frozenset({"voice"})), (75, 15, 10))[0],
        is_here=False,
    )
    return Worker(person, tuple(_hours(random, *shift)))


def _hours(random: Random, first: int, last: int) -> Iterator[tuple[datetime, datetime]]:
    """A shift with a meal in the middle and two short breaks; the night shift works on both ends of the day."""
    start, length = first * 60.0, (last - first) * 60.0
    breaks = [(length * 0.25, 10.0), (length * 0.5, 30.0), (length * 0.75, 10.0)]
    at = start
    for after, minutes in breaks:
        pause = start + after + random.uniform(-25, 25)
        yield from _within_day(at, pause)
        at = pause + minutes
    yield from _within_day(at, start + length)


def _within_day(begin: float, end: float) -> Iterator[tuple[datetime, datetime]]:
    day = 24 * 60.0
    for low, high in ((begin, min(end, day)), (max(begin, day) - day, end - day)):
        if high > low:
            yield MIDNIGHT + timedelta(minutes=low), MIDNIGHT + timedelta(minutes=high)
