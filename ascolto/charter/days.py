"""Measures by day: read from their rows, so that a page costs the same however much was said. The running day is measured again.

Past days stay as they were measured; those of the last fortnight are looked at once more a day, since what was due then may end later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ascolto.accounts.models import Company
from ascolto.charter.guarantee import Guarantee, Measure, Period
from ascolto.charter.models import DayMeasure
from ascolto.kit.clock import now

FRESH = timedelta(minutes=6)  # a row of the running day that is older is not shown: it is measured anew


class Span(StrEnum):
    """The periods of the page."""

    TODAY = "today"
    MONTH = "30d"
    QUARTER = "quarter"

    @property
    def days(self) -> int:
        return {Span.TODAY: 1, Span.MONTH: 30, Span.QUARTER: 90}[self]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of the company, both ends included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def period(self) -> Period:
        return Period.of_days(self.first, self.last, self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def company_zone(company: Company | None = None) -> ZoneInfo:
    """The zone in which the company's days begin."""
    try:
        return ZoneInfo((company or Company.current()).time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def stretch_of(span: Span, company: Company | None = None, at: datetime | None = None) -> Stretch:
    """The days of a period of the page, today the last of them."""
    zone = company_zone(company)
    today = (at or now()).astimezone(zone).date()
    return Stretch(today - timedelta(days=span.days - 1), today, zone)


def measures_by_day(guarantees: Sequence[Guarantee], stretch: Stretch) -> dict[str, dict[date, Measure]]:
    """Each guarantee's days that were measured, in one query; the running day is measured now where its row is old."""
    found: dict[str, dict[date, Measure]] = {one.slug: {} for one in guarantees}
    old = now() - FRESH
    today = now().astimezone(stretch.zone).date()
    for row in DayMeasure.objects.filter(day__gte=stretch.first, day__lte=stretch.last, slug__in=found):
        if row.day < today or row.measured_at >= old:
            found[row.slug][row.day] = as_measure(row)
    if stretch.first <= today <= stretch.last:
        for one in guarantees:
            if one.is_measured and today not in found[one.slug]:
                found[one.slug][today] = one.measure(Period.of_days(today, today, stretch.zone))
    return found


def total_of(guarantee: Guarantee, days: Mapping[date, Measure]) -> Measure:
    """The days together, as the guarantee counts them."""
    return guarantee.settle(reduce(lambda one, other: one + other, days.values(), Measure()))


def measure_of(guarantee: Guarantee, period: Period) -> Measure:
    """A guarantee over a period of whole days."""
    zone = company_zone()
    last = (period.ends - timedelta(microseconds=1)).astimezone(zone).date()
    stretch = Stretch(period.begins.astimezone(zone).date(), last, zone)
    return total_of(guarantee, measures_by_day([guarantee], stretch)[guarantee.slug])


def as_measure(row: DayMeasure) -> Measure:
    """The measure in a row."""
    detail = row.detail if isinstance(row.detail, dict) else {}
    channels = {kind: (pair[0], pair[1]) for kind, pair in detail.get("channels", {}).items()}
    return Measure(
        min(row.kept, row.total), row.total, channels, detail.get("figures", {}), detail.get("spread", {})
    )


def as_detail(measure: Measure) -> dict[str, Any]:
    """What a row keeps besides kept and total."""
    told = {
        "channels": {kind: list(pair) for kind, pair in measure.channels.items()},
        "figures": dict(measure.figures),
        "spread": {name: dict(steps) for name, steps in measure.spread.items()},
    }
    return {name: value for name, value in told.items() if value}


def sum_of(rows: Iterable[tuple[int, int]]) -> float | None:
    """Per cent kept over rows of kept and total; None where there was nothing to keep."""
    pairs = list(rows)
    total = sum(total for _kept, total in pairs)
    return 100 * sum(kept for kept, _total in pairs) / total if total else None
