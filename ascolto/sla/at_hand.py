"""The promises in memory: read again only when the stamp of the settings says that somebody changed them, whichever process it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from ascolto.sla.calendar import Timetable, read_calendar
from ascolto.sla.facts import Promise
from ascolto.sla.ladder import DEFAULT_LADDER, Rung
from ascolto.sla.models import CalendarVersion, EscalationStep, PromiseSettings, SlaPolicy


@dataclass(frozen=True, slots=True)
class AtHand:
    """What is promised, and what is done about it. `promises` are live and past ones, so that a clock keeps its own."""

    stamp: str
    promises: tuple[Promise, ...]
    timetables: dict[int, Timetable]  # by calendar
    ladder: tuple[Rung, ...]
    delay_notice: bool
    pack: str
    by_group: bool  # whether some promise is for one group of customers only

    @property
    def everybodys(self) -> Promise:
        """The promise that holds for everybody now."""
        return next(one for one in reversed(self.promises) if one.is_everybodys and one.valid_until is None)


_read: list[AtHand] = []


def at_hand() -> AtHand:
    """The promises as they are now: one query when nothing changed. The first time makes the default."""
    stamp = PromiseSettings.objects.values_list("stamp", flat=True).first()
    if _read and stamp is not None and _read[0].stamp == stamp:
        return _read[0]
    found = _load()
    _read[:] = [found]
    return found


def _load() -> AtHand:
    from ascolto.sla.actions.policies import ensure_everybodys

    ensure_everybodys()
    settings = PromiseSettings.current()  # before the rows: a change in between is read again
    timetables = _timetables()
    rows = SlaPolicy.objects.order_by("valid_from", "id")
    promises = tuple(promise_of(row, timetables[row.calendar_id]) for row in rows)
    steps = tuple(rung_of(step) for step in EscalationStep.objects.all())
    return AtHand(
        stamp=settings.stamp,
        promises=promises,
        timetables=timetables,
        ladder=steps or DEFAULT_LADDER,
        delay_notice=settings.delay_notice,
        pack=settings.pack,
        by_group=any(one.group is not None for one in promises),
    )


def _timetables() -> dict[int, Timetable]:
    versions: defaultdict[int, list[CalendarVersion]] = defaultdict(list)
    for version in CalendarVersion.objects.order_by("valid_from", "id"):
        versions[version.calendar_id].append(version)
    return {calendar: timetable_of(rows) for calendar, rows in versions.items()}


def timetable_of(versions: Iterable[CalendarVersion]) -> Timetable:
    """The versions of one calendar, in their order. Raises CalendarRefused, ValueError."""
    return Timetable(
        tuple((version.valid_from.astimezone(UTC), read_calendar(version.content)) for version in versions)
    )


def promise_of(row: SlaPolicy, timetable: Timetable) -> Promise:
    """A policy as the computation sees it."""
    return Promise(
        id=row.pk,
        name=row.name,
        channel=row.channel,
        group=row.group_id,
        first=row.first_response,
        next=row.next_response,
        resolution=row.resolution,
        timetable=timetable,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        is_worse=row.is_worse,
        reason=row.reason,
    )


def rung_of(step: EscalationStep) -> Rung:
    """A step as the computation sees it."""
    return Rung(str(step.pk), step.action, step.offset, team=step.team_id, kinds=frozenset(step.kinds))
