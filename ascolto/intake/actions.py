"""What people do with deliveries that were set aside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction

from ascolto.events.log import actor_of, emit
from ascolto.intake.models import RawEvent
from ascolto.kit.clock import now


@transaction.atomic
def replay(*, agent: Any = None, raw_events: Iterable[int]) -> int:
    """Let the worker try dead (or dismissed) deliveries again; returns how many. Replaying what was processed is free of effects."""
    return _move(agent, raw_events, RawEvent.State.NEW, "raw_event.replayed")


@transaction.atomic
def dismiss(*, agent: Any = None, raw_events: Iterable[int]) -> int:
    """Decide that dead deliveries are not needed; they are kept and can still be replayed. Returns how many."""
    return _move(agent, raw_events, RawEvent.State.DISMISSED, "raw_event.dismissed")


def _move(agent: Any, raw_events: Iterable[int], to: RawEvent.State, told: str) -> int:
    aside = {RawEvent.State.DEAD, RawEvent.State.DISMISSED} - {to}
    rows = RawEvent.objects.select_for_update().filter(pk__in=list(raw_events), state__in=aside)
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        moment = None if to == RawEvent.State.NEW else now()
        RawEvent.objects.filter(pk__in=ids).update(state=to, attempts=0, processed_at=moment)
        emit(told, actor=actor_of(agent), raw_events=ids[:1000])
    return len(ids)


def prune(*, keep: timedelta = timedelta(days=30), at_most: int = 5000) -> int:
    """Forget processed deliveries after `keep`, in small steps; dead letters stay until somebody decides. Returns how many."""
    # by id: the oldest come first, without an index on times
    oldest = RawEvent.objects.order_by("id").values_list("pk", "state", "processed_at")[:at_most]
    kept = {RawEvent.State.NEW, RawEvent.State.DEAD}
    old = [pk for pk, state, at in oldest if state not in kept and at is not None and at < now() - keep]
    return RawEvent.objects.filter(pk__in=old).delete()[0]
