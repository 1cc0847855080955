"""What the matching of conversations and people is told and what it answers: plain frozen values, no database, no clock.

Weights, loads and capacities are in hundredths of a person. A weight of `WHOLE` or more (a call) takes the whole person, whatever
their capacity: nothing beside it, and it beside nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

WHOLE = 100  # a weight that takes a whole person
NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers. None among the skills means everything."""

    id: int
    teams: frozenset[int] = NOBODY
    topics: frozenset[int] | None = None
    languages: frozenset[str] | None = None
    channels: frozenset[str] | None = None  # kinds
    capacity: int = WHOLE
    is_here: bool = True  # available, seen lately, on shift
    load: int = 0  # of what they have in hand: see `load_of`
    idle_since: datetime | None = None  # when they were last given something; None: never


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that nobody holds. None among the needs means that it does not matter."""

    id: int
    due_at: datetime
    since: datetime
    weight: int
    channel: str | None = None  # kind
    language: str | None = None
    topic: int | None = None
    team: int | None = None
    preferred: tuple[int, ...] = ()  # who knows the customer or the problem, the best first
    refused: frozenset[int] = NOBODY  # never given (back) to them
    promised: timedelta = timedelta(hours=1)  # the length of the promise, as the calendar counts it
    group: str = ""  # the customer's, for `Rules.group_shift`


@dataclass(frozen=True, slots=True)
class Rules:
    """The company's choices. Shares are hundredths of the promise that are over."""

    continuity: timedelta = timedelta(minutes=10)  # how long preferred people are waited for
    widen_at: int = 50  # then the topic may be missing
    overflow_at: int = 75  # then the overflow team may help; half-way from here to the promise every team
    overflow: Mapping[int, int | None] = field(default_factory=dict)  # by team
    group_shift: Mapping[str, timedelta] = field(
        default_factory=dict
    )  # so much earlier; empty: all are equal
    whole_lead: int = 6  # what takes a whole person is ordered so much earlier: somebody must finish first
    whole_kept: int = (
        10  # hundredths of the able: so few unoccupied people are kept for what takes a whole person
    )


class Why(StrEnum):
    """Codes of reasons; `values` of each in brackets."""

    # why this person
    EARLIEST_DUE = "earliest_due"  # (due_at)
    GROUP_SHIFT = "group_shift"  # (group, minutes): the company puts this group of customers earlier
    SAME_PERSON = "same_person"  # ()
    SKILLS = "skills"  # (topic, language, channel, team): what they were chosen for; None: it did not matter
    TOPIC_MISSING = "topic_missing"  # (topic, share): so much of the promise was over
    OVERFLOW_TEAM = "overflow_team"  # (team, share)
    OTHER_TEAM = "other_team"  # (team, share)
    LANGUAGE_MISSING = "language_missing"  # (language): the promise was over and nobody else could
    KEPT_FREE = "kept_free"  # (): finished other things to be free for this
    ONLY_ONE = "only_one"  # (): nobody else who is able had room
    LEAST_LOADED = "least_loaded"  # (load, capacity, able): of `able` people with room
    ASKED_FOR_NEXT = "asked_for_next"  # (): pulled by the person
    # why it still waits
    NEW = "new"  # (): nothing was decided since it came
    HELD_FOR = "held_for"  # (people, until)
    NOBODY_ABLE = "nobody_able"  # (team, topic, language, channel, until): of all people, here or not
    NOBODY_HERE = "nobody_here"  # (able, until): so many are able, none is here
    ALL_FULL = "all_full"  # (able, position, until)
    DRAINING = "draining"  # (person): finishes what they have and takes it then


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its values (JSON-ready), put into words by the screen."""

    code: Why
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """For `Assignment.why`."""
        return {"code": str(self.code), **self.values}


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets a conversation, and why they."""

    conversation: int
    person: int
    reasons: tuple[Reason, ...]


def load_of(weights: Iterable[int], capacity: int) -> int:
    """The load of a person with these weights in hand: one that takes a whole person takes all their capacity."""
    found = list(weights)
    total = sum(found)
    return max(total, capacity) if any(weight >= WHOLE for weight in found) else total


def room_for(weight: int, load: int, capacity: int) -> int | None:
    """What a person's load becomes with one weight more; None when that exceeds their capacity."""
    if weight >= WHOLE:
        return capacity if capacity > 0 and load <= 0 else None
    return load + weight if load + weight <= capacity else None
