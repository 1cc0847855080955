"""What is asked of a person for a conversation, and how that loosens while its promise runs out.

The shares of a promise are counted back from its end: `promised` is its length as the calendar counts it, so a promise of four hours
given on Friday evening and due on Monday loosens on Monday, not during the weekend in which nobody could have answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum

from ascolto.routing.values import WHOLE, Person, Rules, Waiting


class Stage(IntEnum):
    """How loose the needs are; each stage includes everybody of the one before."""

    EXACT = 0
    WIDENED = 1  # the topic may be missing
    OVERFLOW = 2  # the overflow team may help
    ANY_TEAM = 3
    LAST = 4  # the promise is over: the language may be missing too


Shape = tuple[frozenset[int] | None, int | None, str | None, str | None]  # teams, topic, language, channel


def at_share(waiting: Waiting, share: float) -> datetime:
    """When so many hundredths of the promise are over; never before the waiting began."""
    return max(waiting.since, waiting.due_at - waiting.promised * max(0.0, 100 - share) / 100)


def begins(waiting: Waiting, rules: Rules, stage: Stage) -> datetime:
    """When a stage begins."""
    return at_share(waiting, _share(waiting, rules, stage))


def _share(waiting: Waiting, rules: Rules, stage: Stage) -> float:
    over = rules.overflow_at
    if stage is Stage.EXACT:
        return 0
    if stage is Stage.WIDENED:
        return min(rules.widen_at, over)
    if stage is Stage.OVERFLOW:
        return over
    if stage is Stage.ANY_TEAM:
        named = waiting.team is not None and rules.overflow.get(waiting.team) is not None
        return (over + 100) / 2 if named and over < 100 else over
    return 100


def stage_at(waiting: Waiting, rules: Rules, now: datetime) -> Stage:
    """The stage a conversation is in."""
    loosest_first = reversed(Stage)
    return next((stage for stage in loosest_first if begins(waiting, rules, stage) <= now), Stage.EXACT)


def share_used(waiting: Waiting, now: datetime) -> int:
    """Hundredths of the promise that are over; more than 100 when it was broken."""
    if waiting.promised <= timedelta(0):
        return 100 if now >= waiting.due_at else 0
    return max(0, 100 - round((waiting.due_at - now) / waiting.promised * 100))


def shape_at(waiting: Waiting, rules: Rules, stage: Stage) -> Shape:
    """What is asked in a stage. Two conversations with the same shape and weight compete for the same people."""
    return (
        _teams(waiting, rules, stage),
        waiting.topic if stage < Stage.WIDENED else None,
        waiting.language if stage < Stage.LAST else None,
        waiting.channel,
    )


def _teams(waiting: Waiting, rules: Rules, stage: Stage) -> frozenset[int] | None:
    if waiting.team is None or stage >= Stage.ANY_TEAM:
        return None
    helping = rules.overflow.get(waiting.team)
    if stage >= Stage.OVERFLOW and helping is not None:
        return frozenset((waiting.team, helping))
    return frozenset((waiting.team,))


def is_able(person: Person, shape: Shape) -> bool:
    """Whether a person has what is asked, here or not, full or not."""
    teams, topic, language, channel = shape
    return (
        (teams is None or not person.teams.isdisjoint(teams))
        and (topic is None or person.topics is None or topic in person.topics)
        and (language is None or person.languages is None or language in person.languages)
        and (channel is None or person.channels is None or channel in person.channels)
    )


def held_until(waiting: Waiting, rules: Rules) -> datetime:
    """Until when preferred people are waited for."""
    return min(waiting.since + rules.continuity, begins(waiting, rules, Stage.WIDENED))


def changes_of(waiting: Waiting, rules: Rules) -> list[datetime]:
    """Every instant at which something may be decided differently though nothing happened, in order."""
    found = {waiting.due_at, begins(waiting, rules, Stage.LAST)}  # who came late begins after it was due
    shape = shape_at(waiting, rules, Stage.EXACT)
    for stage in (Stage.WIDENED, Stage.OVERFLOW, Stage.ANY_TEAM):
        looser = shape_at(waiting, rules, stage)
        if looser != shape:
            found.add(begins(waiting, rules, stage))
        shape = looser
    if waiting.preferred:
        found.add(held_until(waiting, rules))
    return sorted(found)


OrderKey = tuple[float, float, int]


def order_of(waiting: Waiting, rules: Rules) -> OrderKey:
    """By promise due first, then by who waits longest. Seconds since 1970."""
    due = waiting.due_at - rules.group_shift.get(waiting.group, timedelta(0))
    if waiting.weight >= WHOLE:
        due -= waiting.promised * rules.whole_lead / 100
    return due.timestamp(), waiting.since.timestamp(), waiting.id
