"""What is to be done about a clock, and when next. Pure.

The warning comes when a quarter of the promise is left, but never more than fifteen minutes before it is due. A rung without an offset
stands at the warning; the others at their distance from the due time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.sla.facts import COMPLAINT, FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION

RESPONSES = frozenset({FIRST_RESPONSE, NEXT_RESPONSE})
SHARE = 4  # the warning comes when one of so many parts of the promise is left
AT_MOST = {
    FIRST_RESPONSE: timedelta(minutes=15),
    NEXT_RESPONSE: timedelta(minutes=15),
    RESOLUTION: timedelta(hours=4),
    COMPLAINT: timedelta(days=3),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the escalation ladder. `key` names it in the clock's own list of what was done. Without `kinds`: the response clocks."""

    key: str
    action: str
    offset: timedelta | None  # from the due time; None: at the warning
    team: int | None = None
    kinds: frozenset[str] = frozenset()

    def holds_for(self, kind: str) -> bool:
        """Whether it is meant for clocks of this kind."""
        return kind in (self.kinds or RESPONSES)


INSTANT = timedelta(microseconds=1)  # a promise holds until its very moment: broken is what comes after it
DEFAULT_LADDER = (
    Rung("owner", "tell_owner", None),
    Rung("lead", "tell_lead", timedelta(0), kinds=RESPONSES | {RESOLUTION, COMPLAINT}),
)


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that runs, as far as this matters: what was done about it already."""

    kind: str
    started_at: datetime
    due_at: datetime
    is_warned: bool
    is_breached: bool
    done: Collection[str]


def warning_at(kind: str, started_at: datetime, due_at: datetime) -> datetime:
    """When a clock is in danger: a quarter of its promise is left, at most AT_MOST before it is due."""
    whole = max(due_at - started_at, timedelta(0))
    return due_at - min(whole / SHARE, AT_MOST[kind])


def rung_at(rung: Rung, clock: Ticking) -> datetime:
    """When a step is taken."""
    if rung.offset is None:
        return warning_at(clock.kind, clock.started_at, clock.due_at)
    return clock.due_at + rung.offset


def rungs_due(ladder: Sequence[Rung], clock: Ticking, now: datetime) -> list[Rung]:
    """The steps to take now, in their order."""
    due = [
        rung
        for rung in ladder
        if rung.holds_for(clock.kind) and rung.key not in clock.done and rung_at(rung, clock) <= now
    ]
    return sorted(due, key=lambda rung: rung_at(rung, clock))


def next_moment(ladder: Sequence[Rung], clock: Ticking) -> datetime | None:
    """When something has to be done about the clock next; None: nothing any more."""
    moments = [
        rung_at(rung, clock) for rung in ladder if rung.holds_for(clock.kind) and rung.key not in clock.done
    ]
    if not clock.is_breached:
        moments.append(clock.due_at + INSTANT)
        if not clock.is_warned:
            moments.append(warning_at(clock.kind, clock.started_at, clock.due_at))
    return min(moments, default=None)
