"""Why this deadline? The steps by which it was found, as codes with plain values that a screen puts into words. Pure.

code              at, until                values
started           the start                kind, channel, message
promise           since when it counts     id, name, channel, group, amount (timedelta or None), is_worse, reason
no_promise        –                        –
not_promise       when it would be due     id, name, why (see `sla.policy`), behind (the name of the one that goes before it)
complaint_rule    –                        days, working
counted           a stretch                open (timedelta): time taken off the promise; stretches that touch are one
abridged          first to last            stretches, open: the counted ones left out in the middle
holiday, own_holiday, closure, opening     the local days; names (by language, "" as it is written), first, last (dates)
paused            a stretch, `until` may be None
pauses_abridged   first to last            pauses: how many are left out in the middle
offset_changed    the moment               minutes: what was added to the local time, time_zone
calendar_changed  the moment               time_zone of the calendar from then on
due               the due time             –
not_due           –                        why: paused, nothing_promised, never_open
stopped           the moment               outcome, by, late (bool)

In between, from `started` to `due`, steps are in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from ascolto.sla.calendar import open_periods
from ascolto.sla.facts import COMPLAINT, PAUSED, Clock, ComplaintRule, Promise, Step
from ascolto.sla.opening import Calendar, SpecialDay, Timetable
from ascolto.sla.policy import weigh
from ascolto.sla.stretches import SECOND, moment_of, number_of, offset_changes

SHOWN = 12  # counted stretches, and pauses, before the middle is abridged
LONGEST = timedelta(days=3 * 366 + 1)


def explain(
    clock: Clock,
    promises: Sequence[Promise] = (),
    *,
    group: int | None = None,
    complaint_rule: ComplaintRule | None = None,
    now: datetime | None = None,
) -> list[Step]:
    """The trace of a clock, in the order in which it is told.

    `promises`: those among which its own was chosen, so that the others can be told; none: only its own is told.
    `now`: up to when a clock without a due time is counted."""
    steps = [Step("started", clock.started_at, values=_started(clock))]
    if clock.kind == COMPLAINT:
        steps += _of_complaint(clock, complaint_rule)
    else:
        steps += _choice(clock, promises, group)
        steps += _of_promise(clock, now)
    steps.append(_due(clock))
    if clock.stopped_at is not None:
        late = clock.is_late(clock.stopped_at)
        told = {"outcome": clock.outcome, "by": clock.answered_by, "late": late}
        steps.append(Step("stopped", clock.stopped_at, values=told))
    return steps


def _started(clock: Clock) -> dict[str, object]:
    return {"kind": clock.kind, "channel": clock.channel, "message": clock.message}


def _choice(clock: Clock, promises: Sequence[Promise], group: int | None) -> Iterator[Step]:
    chosen = clock.policy
    if chosen is None:
        yield Step("no_promise")
    else:
        names = ("id", "name", "channel", "group", "is_worse", "reason")
        told = {name: getattr(chosen, name) for name in names}
        yield Step("promise", chosen.valid_from, values=told | {"amount": chosen.amount(clock.kind)})
    for other in weigh(promises, clock.kind, clock.started_at, channel=clock.channel, group=group):
        if other.promise != chosen:
            behind = other.behind.name if other.behind else ""
            told = {
                "id": other.promise.id,
                "name": other.promise.name,
                "why": other.refused,
                "behind": behind,
            }
            yield Step("not_promise", other.due_at, values=told)


def _of_promise(clock: Clock, now: datetime | None) -> Iterator[Step]:
    if clock.policy is None or clock.policy.amount(clock.kind) is None:
        return
    last = clock.pauses[-1].start if clock.pauses else None
    end = clock.due_at or (last if clock.outcome == PAUSED else clock.stopped_at) or now
    if end is None or end > clock.started_at + LONGEST:
        return
    timetable = clock.policy.timetable
    steps = _abridged([*_counted(clock, timetable, end)])
    steps += _fewer_pauses(
        [Step("paused", each.start, each.end) for each in clock.pauses if each.start <= end]
    )
    steps += _surroundings(timetable, clock.started_at, end)
    yield from sorted(steps, key=lambda step: step.at or end)


def _counted(clock: Clock, timetable: Timetable, end: datetime) -> Iterator[Step]:
    start = clock.started_at
    breaks = [(each.start, each.end) for each in clock.pauses if each.start < end]
    for stop, resumed in [*breaks, (end, None)]:
        for opened, closed in open_periods(timetable, start, stop):
            yield Step("counted", opened, closed, {"open": closed - opened})
        if resumed is None:
            return
        start = resumed


def _abridged(counted: list[Step]) -> list[Step]:
    if len(counted) <= SHOWN:
        return counted
    half = SHOWN // 2
    left_out = counted[half:-half]
    total = sum(((s.until or s.at) - s.at for s in left_out if s.at), start=timedelta())
    told = {"stretches": len(left_out), "open": total}
    return [*counted[:half], Step("abridged", left_out[0].at, left_out[-1].until, told), *counted[-half:]]


def _fewer_pauses(paused: list[Step]) -> list[Step]:
    if len(paused) <= SHOWN:
        return paused
    half = SHOWN // 2
    left_out = paused[half:-half]
    told = Step("pauses_abridged", left_out[0].at, left_out[-1].until, {"pauses": len(left_out)})
    return [*paused[:half], told, *paused[-half:]]


def _surroundings(timetable: Timetable, start: datetime, end: datetime) -> Iterator[Step]:
    """Special days, changes of the local time and of the calendar between two moments."""
    moments = [moment for moment, _ in timetable.versions]
    for index, (moment, calendar) in enumerate(timetable.versions):
        begun = start if index == 0 else max(start, moment)
        ended = end if index + 1 == len(moments) else min(end, moments[index + 1])
        if begun >= ended:
            continue
        if begun == moment and index > 0 and moment > start:
            yield Step("calendar_changed", moment, values={"time_zone": calendar.time_zone})
        yield from special_days(calendar, begun, ended)
        yield from _offset_changes(calendar, begun, ended)


def special_days(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Step]:
    """Holidays, closures and extra openings from one moment to another; days of one name that follow each other are one."""
    day, last_day = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    first, shown = day, None
    while day <= last_day:
        special = calendar.special_day(day)
        if special != shown:
            if shown is not None:
                yield _special(calendar, shown, first, day - timedelta(days=1))
            first, shown = day, special
        day += timedelta(days=1)
    if shown is not None:
        yield _special(calendar, shown, first, last_day)


def _special(calendar: Calendar, special: SpecialDay, first: date, last: date) -> Step:
    begun = datetime.combine(first, time(), calendar.zone).astimezone(UTC)
    ended = datetime.combine(last + timedelta(days=1), time(), calendar.zone).astimezone(UTC)
    return Step(special.kind, begun, ended, {"names": special.names, "first": first, "last": last})


def _offset_changes(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Step]:
    pieces = offset_changes(calendar.zone, number_of(start) // SECOND, number_of(end) // SECOND + 1)
    before = pieces[0][1]
    for second, offset in pieces[1:]:
        told = {"minutes": (offset - before) // 60, "time_zone": calendar.time_zone}
        yield Step("offset_changed", moment_of(second * SECOND), values=told)
        before = offset


def _of_complaint(clock: Clock, rule: ComplaintRule | None) -> Iterator[Step]:
    if rule is None:
        yield Step("no_promise")
        return
    yield Step("complaint_rule", values={"days": rule.days, "working": rule.working})
    if clock.due_at is not None:
        calendar, before_midnight = rule.timetable.calendar_at(clock.started_at), timedelta(seconds=1)
        end = clock.due_at - before_midnight
        if rule.working:
            yield from special_days(calendar, clock.started_at, end)
        yield from _offset_changes(calendar, clock.started_at, end)


def _due(clock: Clock) -> Step:
    if clock.due_at is not None:
        return Step("due", clock.due_at)
    if clock.outcome == PAUSED or (clock.pauses and clock.pauses[-1].end == clock.stopped_at):
        return Step("not_due", values={"why": "paused"})
    promised = clock.policy is not None and clock.policy.amount(clock.kind) is not None
    return Step("not_due", values={"why": "never_open" if promised else "nothing_promised"})
