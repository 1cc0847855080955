"""What a guarantee is. One file in `guarantees/` says all of it: what is promised, what refuses, how it is measured, where it broke.

Measures of days add up, so that a quarter costs ninety small rows and no walk over a million conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.functional import Promise

from ascolto.conversations.models import Conversation
from ascolto.gates import Gate

Words = str | Promise
THRESHOLD = 95.0  # per cent, unless the company sets another one
NEAR = 3.0  # points below the threshold that are a risk, and no breach yet


class State(StrEnum):
    """How a guarantee stands."""

    KEPT = "kept"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment up to, and without, another."""

    begins: datetime
    ends: datetime

    @classmethod
    def of_days(cls, first: date, last: date, zone: tzinfo) -> Period:
        """Whole days of the company, both ends included."""
        day_after = last + timedelta(days=1)
        return cls(datetime.combine(first, time(), zone), datetime.combine(day_after, time(), zone))


@dataclass(frozen=True, slots=True)
class Measure:
    """So many kept of so many. Everything in it adds up over days.

    `channels`: kept and total by kind of channel; `figures`: further counts by name; `spread`: how often each of many values came, by
    name (waits, by channel and by customer group).
    """

    kept: int = 0
    total: int = 0
    channels: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    figures: Mapping[str, int] = field(default_factory=dict)
    spread: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.kept <= self.total:
            raise ValueError(f"{self.kept} kept of {self.total}")

    def __add__(self, other: Measure) -> Measure:
        channels = {
            kind: tuple(
                map(sum, zip(self.channels.get(kind, (0, 0)), other.channels.get(kind, (0, 0)), strict=True))
            )
            for kind in {**self.channels, **other.channels}
        }
        return Measure(
            kept=self.kept + other.kept,
            total=self.total + other.total,
            channels=channels,  # type: ignore[arg-type]
            figures=_added(self.figures, other.figures),
            spread={
                name: _added(self.spread.get(name, {}), other.spread.get(name, {}))
                for name in {**self.spread, **other.spread}
            },
        )

    @property
    def share(self) -> float | None:
        """Per cent that was kept; None where there was nothing to keep."""
        return 100 * self.kept / self.total if self.total else None

    def figure(self, name: str) -> int:
        """A further count; nothing counted is zero."""
        return self.figures.get(name, 0)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def counted(rows: Mapping[str, tuple[int, int]], **figures: int) -> Measure:
    """The measure of counts by channel: kept and total are their sums."""
    kept, total = (sum(pair[place] for pair in rows.values()) for place in (0, 1))
    return Measure(kept, total, dict(rows), figures)


def state_of(share: float | None, threshold: float) -> State:
    """Kept from the threshold on, at risk within three points below it."""
    if share is None:
        return State.NOT_MEASURED
    if share >= threshold:
        return State.KEPT
    return State.AT_RISK if share >= threshold - NEAR else State.BROKEN


@dataclass(frozen=True, slots=True)
class Breach:
    """One time the guarantee did not hold, and what was done about it since.

    `amount`: by how much, as people write it ("+48 min"); `subject`: what it is about where it is no conversation (a channel, a group).
    """

    key: str
    at: datetime
    what: Words
    conversation: Conversation | None = None
    channel: str = ""
    subject: str = ""
    amount: str = ""
    done: Words = ""
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Breaches:
    """A page of them, the newest first. `cursor` continues it; empty at the end."""

    rows: Sequence[Breach] = ()
    cursor: str = ""


Refusal = Callable[[Any], None]


class Guarantee:
    """A promise to customers. A file in `guarantees/` defines one subclass; the page, the API and the gates follow from it.

    `enforced`: how the software sees to it, each a true sentence. `definition`: what the number counts, printed beside it. `gates`: who
    refuses where; each raises Refused. `not_yet`: why nothing can measure it; then `measure` is not asked.
    """

    number: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[Words]
    promise: ClassVar[Words]
    definition: ClassVar[Words] = ""
    enforced: ClassVar[Sequence[Words]] = ()
    gates: ClassVar[Mapping[Gate, Refusal]] = {}
    not_yet: ClassVar[Words] = ""

    def measure(self, period: Period) -> Measure:
        """What was kept in `period`, by the date of the event. Called a day at a time."""
        raise NotImplementedError

    def settle(self, measure: Measure) -> Measure:
        """The sum of days as it counts; for what does not simply add up."""
        return measure

    def words(self, measure: Measure) -> str:
        """The measure in one line."""
        return ""

    def breaches(
        self, period: Period, *, among: QuerySet[Conversation] | None, after: str = "", limit: int = 20
    ) -> Breaches:
        """Where it did not hold, the newest first; only conversations that the reader may see (`among`; None: all)."""
        return Breaches()

    def exceptions(self) -> Sequence[str]:
        """What the company promises less, or treats differently, each with the reason it gave."""
        return ()

    @property
    def is_measured(self) -> bool:
        return not self.not_yet


def without(measure: Measure, *, kept: int, total: int) -> Measure:
    """The same with other totals."""
    return replace(measure, kept=kept, total=total)
