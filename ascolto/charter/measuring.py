"""Measure the days of the guarantees, in the background: today and yesterday again and again, the fortnight before once a day."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction

from ascolto.charter.choices import threshold_of
from ascolto.charter.days import Span, Stretch, as_detail, company_zone
from ascolto.charter.guarantee import Guarantee, Measure, Period, State, state_of
from ascolto.charter.guarantees import all_guarantees
from ascolto.charter.models import DayMeasure
from ascolto.charter.standing import charter_of
from ascolto.charter.summary import keep_summary
from ascolto.conversations.models import Conversation
from ascolto.events.log import emit
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=2)
UNSETTLED = 14  # days that are measured once more a day
BACK = 92  # days that are measured at all: the quarter of the page
AGAIN = timedelta(hours=20)
A_RUN = 3  # days of the past that one run measures
AT_LEAST = 20  # of the day, before anybody is alarmed by a share


def measure_days() -> int:
    """Measure what is due; returns how many rows were written."""
    zone = company_zone()
    today = now().astimezone(zone).date()
    written = 0
    for guarantee in all_guarantees():
        if not guarantee.is_measured:
            continue
        for day in _due(guarantee, today):
            if _measure(guarantee, day, Stretch(day, day, zone).period) and day == today:
                _alarm(guarantee, today)
            written += 1
    keep_summary(charter_of(Span.MONTH))
    return written


def _due(guarantee: Guarantee, today: date) -> Iterator[date]:
    """Today and yesterday, then the oldest debts."""
    yield today
    measured = dict(
        DayMeasure.objects.filter(
            slug=guarantee.slug, day__gte=today - timedelta(days=BACK), day__lt=today
        ).values_list("day", "measured_at")
    )
    if _is_stale(measured.get(today - timedelta(days=1)), timedelta(minutes=10)):
        yield today - timedelta(days=1)
    since = _began(today)
    past = (today - timedelta(days=n) for n in range(2, BACK))
    due = (
        day
        for day in past
        if day >= since
        and (day not in measured or ((today - day).days <= UNSETTLED and _is_stale(measured[day], AGAIN)))
    )
    for _, day in zip(range(A_RUN), due, strict=False):
        yield day


def _is_stale(measured_at: object, age: timedelta) -> bool:
    return measured_at is None or now() - measured_at > age  # type: ignore[operator]


def _began(today: date) -> date:
    """The day of the first conversation: before it there is nothing to measure."""
    first = Conversation.objects.order_by("pk").values_list("created_at", flat=True).first()
    return first.date() if first else today


def _measure(guarantee: Guarantee, day: date, period: Period) -> bool:
    """Measure one day and keep it; one that fails is tried again and hinders nobody else."""
    try:
        measure = guarantee.measure(period)
    except Exception:
        log.exception("a guarantee could not be measured", extra={"guarantee": guarantee.slug})
        return False
    keep(guarantee.slug, day, measure)
    return True


def keep(slug: str, day: date, measure: Measure) -> None:
    """Write a day's row."""
    DayMeasure.objects.update_or_create(
        slug=slug,
        day=day,
        defaults={
            "kept": measure.kept,
            "total": measure.total,
            "detail": as_detail(measure),
            "measured_at": now(),
        },
    )


@transaction.atomic
def _alarm(guarantee: Guarantee, today: date) -> None:
    """Say once a day that a guarantee fell below its threshold."""
    row = DayMeasure.objects.select_for_update().get(slug=guarantee.slug, day=today)
    if row.total < AT_LEAST or row.alarmed_at is not None:
        return
    share = 100 * row.kept / row.total
    if state_of(share, threshold_of(guarantee.slug)) == State.KEPT:
        return
    row.alarmed_at = now()
    row.save(update_fields=["alarmed_at"])
    emit(
        "charter.breached",
        guarantee=guarantee.slug,
        what=f"{share:.1f} of {threshold_of(guarantee.slug):.1f}",
    )
