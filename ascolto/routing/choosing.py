"""Who of the able gets it: continuity, then the most exact skills, then who has least in hand, then who waits longest for something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from ascolto.routing.queues import Bucket, Item, Seat, Skill
from ascolto.routing.values import Person, Rules, Waiting

RARE = 4  # a skill is rare when at most one in so many people has it


def best_seat(item: Item, bucket: Bucket, able: Collection[Seat], rules: Rules) -> tuple[Seat | None, int]:
    """The person for an item of a bucket, and how many there were to choose from."""
    refused, only = bucket.refused, bucket.only
    free = [
        seat
        for seat in able
        if seat.may_take_from(bucket)
        and (only is None or seat.person.id in only)
        and seat.person.id not in refused
    ]
    if len(free) < 2:
        return (free[0] if free else None), len(free)
    keeps = not bucket.is_whole and _are_few_unoccupied(free, able, rules)
    return min(free, key=lambda seat: _rank(seat, item.waiting, bucket, rules, keeps)), len(free)


def _rank(seat: Seat, waiting: Waiting, bucket: Bucket, rules: Rules, keeps: bool) -> tuple[object, ...]:
    person = seat.person
    number = person.id
    known = waiting.preferred.index(number) if number in waiting.preferred else len(waiting.preferred)
    return (
        known,
        seat.kept_for is not bucket,
        missing(person, waiting, rules),
        keeps and seat.is_unoccupied,
        spared(seat, waiting),
        seat.load / person.capacity,
        seat.idle,
        number,
    )


def missing(person: Person, waiting: Waiting, rules: Rules) -> tuple[bool, int, bool]:
    """What a person lacks of the exact needs: language, how far their team is, topic. Smaller is better."""
    language, topic, team = waiting.language, waiting.topic, waiting.team
    far = 0
    if team is not None and team not in person.teams:
        far = 1 if rules.overflow.get(team) in person.teams else 2
    return (
        language is not None and person.languages is not None and language not in person.languages,
        far,
        topic is not None and person.topics is not None and topic not in person.topics,
    )


def spared(seat: Seat, waiting: Waiting) -> int:
    """How many rare skills of a person would be of no use meanwhile: the fewer the better."""
    rare = seat.rare
    if not rare:
        return 0
    needs = (("topic", waiting.topic), ("language", waiting.language), ("channel", waiting.channel))
    return len(rare) - sum(need in rare for need in needs)


def _are_few_unoccupied(free: list[Seat], able: Collection[Seat], rules: Rules) -> bool:
    """Whether so few people have nothing in hand that they are kept for what takes a whole person."""
    unoccupied = sum(seat.is_unoccupied for seat in free)
    here = sum(seat.person.is_here for seat in able)
    return unoccupied * 100 <= here * rules.whole_kept


def rare_skills(seats: list[Seat]) -> None:
    """Note for every person which of their skills few have. Who can do everything has the rare ones too."""
    found: Counter[Skill] = Counter()
    for seat in seats:
        found.update(_named(seat.person))
    everything = Counter(kind for seat in seats for kind in _unnamed(seat.person))
    at_most = max(1, len(seats) // RARE)
    rare = {skill for skill, count in found.items() if count + everything[skill[0]] <= at_most}
    for seat in seats:
        own = {skill for skill in _named(seat.person) if skill in rare}
        kinds = _unnamed(seat.person)
        seat.rare = frozenset(own | {skill for skill in rare if skill[0] in kinds})


def _named(person: Person) -> list[Skill]:
    return [
        *(("topic", topic) for topic in person.topics or ()),
        *(("language", language) for language in person.languages or ()),
        *(("channel", channel) for channel in person.channels or ()),
    ]


def _unnamed(person: Person) -> set[str]:
    skills = {"topic": person.topics, "language": person.languages, "channel": person.channels}
    return {kind for kind, value in skills.items() if value is None}
