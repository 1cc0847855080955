"""Which promise a customer has, and whether one is worse than another. Pure.

The rule, for a clock that starts at a moment on a channel, for a customer in a group or in none:

1. Those count that are valid at that moment and whose channel and group are the customer's or anybody's.
2. An exception marked as worse (it has a reason, which the Charter shows) sets aside every promise that is less specific than it is:
   group and channel before group before channel before everybody's. What is more specific, or as specific, stays.
3. Of what is left the customer has the one due earliest, each by its own calendar. At equal times the more specific one is named,
   then the one that began later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.sla.calendar import add_open_time
from ascolto.sla.facts import FIRST_RESPONSE, NEXT_RESPONSE, Promise
from ascolto.sla.opening import Timetable
from ascolto.sla.stretches import SECOND, moment_of, number_of, offset_changes

NEVER = datetime.max.replace(tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
WEEKS = timedelta(weeks=4)
YEAR = timedelta(days=366)

# Why a promise is not the customer's, in the order of the rule.
NOT_VALID, OTHER_CHANNEL, OTHER_GROUP, BEHIND_WORSE, NO_AMOUNT, LATER, EQUAL = (
    "not_valid_then",
    "other_channel",
    "other_group",
    "behind_worse",
    "promises_nothing",
    "due_later",
    "due_the_same",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promise weighed: when it would be due, and why it is not the customer's (empty: it is)."""

    promise: Promise
    due_at: datetime | None
    refused: str
    behind: Promise | None = (
        None  # the worse exception that sets it aside, or the promise that is due earlier
    )


@dataclass(frozen=True, slots=True)
class Worse:
    """A start from which an exception is due later than everybody's promise. A due time of None: never."""

    kind: str  # first_response or next_response
    at: datetime
    due_at: datetime | None
    everybody_due_at: datetime | None


def specificity(promise: Promise) -> int:
    """3 for a group on a channel, 2 for a group, 1 for a channel, 0 for everybody."""
    return 2 * (promise.group is not None) + bool(promise.channel)


def choose(
    promises: Sequence[Promise], kind: str, at: datetime, *, channel: str, group: int | None
) -> Promise | None:
    """The promise for a clock of this kind that starts at `at`; None when none matches."""
    left = _without_those_behind([p for p in promises if not _mismatch(p, at, channel, group)])
    if len(left) < 2:
        return left[0] if left else None
    return min(left, key=lambda promise: _order(promise, due_from(promise, kind, at)))


def weigh(
    promises: Sequence[Promise], kind: str, at: datetime, *, channel: str, group: int | None
) -> list[Candidate]:
    """Every promise and what became of it, the chosen one first: `choose`, explained."""
    chosen = choose(promises, kind, at, channel=channel, group=group)
    matching = [p for p in promises if not _mismatch(p, at, channel, group)]
    left = _without_those_behind(matching)
    worse = _most_specific_worse(matching)
    found = []
    for promise in promises:
        due_at = due_from(promise, kind, at) if promise in left else None
        refused, behind = _mismatch(promise, at, channel, group), None
        if not refused and promise not in left:
            refused, behind = BEHIND_WORSE, worse
        elif not refused and promise is not chosen:
            refused, behind = _reason(promise, kind, due_at, chosen, at), chosen
        found.append(Candidate(promise, due_at, refused, behind))
    return sorted(found, key=lambda c: (bool(c.refused), -specificity(c.promise), c.promise.id))


def worse_than(policy: Promise, everybody: Promise, *, at: datetime) -> Worse | None:
    """A start from which `policy` is due later than `everybody`; None when there is none among those tried.

    Tried are: every half hour of the four weeks from `at` on, of the days around each calendar's next special day or
    holiday and around each next change of a zone's offset within a year, and odd moments in between."""
    for kind in (FIRST_RESPONSE, NEXT_RESPONSE):
        if policy.timetable == everybody.timetable and _amount(policy, kind) <= _amount(everybody, kind):
            continue
        for start in _starts((policy.timetable, everybody.timetable), at):
            due_at, everybody_due_at = due_from(policy, kind, start), due_from(everybody, kind, start)
            if (due_at or NEVER) > (everybody_due_at or NEVER):
                return Worse(kind, start, due_at, everybody_due_at)
    return None


def due_from(promise: Promise, kind: str, at: datetime) -> datetime | None:
    """When a clock that starts at `at` is due, never paused; None: never, or nothing is promised."""
    amount = promise.amount(kind)
    return None if amount is None else add_open_time(promise.timetable, at, amount)


def _amount(promise: Promise, kind: str) -> timedelta:
    amount = promise.amount(kind)
    return timedelta.max if amount is None else amount


def _order(promise: Promise, due_at: datetime | None) -> tuple[datetime, int, float, int]:
    return due_at or NEVER, -specificity(promise), -promise.valid_from.timestamp(), promise.id


def _reason(
    promise: Promise, kind: str, due_at: datetime | None, chosen: Promise | None, at: datetime
) -> str:
    if promise.amount(kind) is None:
        return NO_AMOUNT
    return EQUAL if chosen is not None and due_at == due_from(chosen, kind, at) else LATER


def _mismatch(promise: Promise, at: datetime, channel: str, group: int | None) -> str:
    if at < promise.valid_from or (promise.valid_until is not None and at >= promise.valid_until):
        return NOT_VALID
    if promise.channel not in ("", channel):
        return OTHER_CHANNEL
    return OTHER_GROUP if promise.group not in (None, group) else ""


def _most_specific_worse(matching: Sequence[Promise]) -> Promise | None:
    worse = [promise for promise in matching if promise.is_worse and not promise.is_everybodys]
    return max(worse, key=lambda promise: (specificity(promise), -promise.id), default=None)


def _without_those_behind(matching: Sequence[Promise]) -> list[Promise]:
    worse = _most_specific_worse(matching)
    return [p for p in matching if worse is None or specificity(p) >= specificity(worse)]


def _starts(timetables: Sequence[Timetable], at: datetime) -> Iterator[datetime]:
    """Moments at which two promises may differ."""
    windows = [(at, at + WEEKS)]
    for timetable in timetables:
        days = _unusual_days(timetable, at)
        windows.extend((day - timedelta(days=2), day + timedelta(days=2)) for day in days)
    for start, end in dict.fromkeys(windows):
        moment, index = start - timedelta(seconds=start.timestamp() % HALF_HOUR.total_seconds()), 0
        while moment < end:
            if moment >= at:
                yield moment
            if index % 7 == 0:  # odd moments: 137 minutes have no divisor in common with a day
                yield max(at, moment) + timedelta(seconds=(index * 137 * 60 + index) % 1800)
            moment, index = moment + HALF_HOUR, index + 1


def _unusual_days(timetable: Timetable, at: datetime) -> Iterator[datetime]:
    """The next holiday, the next closure and the next opening of each calendar, and the next change of its zone's offset."""
    for _, calendar in timetable.versions[-2:]:
        midnight = at.astimezone(calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        kinds = set()
        for index in range(YEAR.days):
            day = midnight + timedelta(days=index)
            special = calendar.special_day(day.date())
            if special is not None and special.kind not in kinds:
                kinds.add(special.kind)
                yield day.astimezone(UTC)
        yield from _offset_change(calendar.zone, at)


def _offset_change(zone: ZoneInfo, at: datetime) -> Iterator[datetime]:
    begun = number_of(at) // SECOND
    for second, _ in offset_changes(zone, begun, begun + int(YEAR.total_seconds()))[1:2]:
        yield moment_of(second * SECOND)
