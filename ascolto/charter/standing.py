"""How the guarantees stand, as the page, the public page and the API tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ascolto.accounts.models import Company
from ascolto.charter.choices import thresholds
from ascolto.charter.days import Span, Stretch, measures_by_day, stretch_of, sum_of, total_of
from ascolto.charter.guarantee import THRESHOLD, Guarantee, Measure, State, state_of
from ascolto.charter.guarantees import all_guarantees

POINTS = 15  # of a curve at most: longer periods are put together


@dataclass(frozen=True, slots=True)
class Standing:
    """A guarantee over a period. `curve`: its share (0 … 100) at points in time, None where there was nothing to keep."""

    guarantee: Guarantee
    measure: Measure
    threshold: float
    curve: Sequence[float | None]

    @property
    def share(self) -> float | None:
        return self.measure.share if self.guarantee.is_measured else None

    @property
    def state(self) -> State:
        return state_of(self.share, self.threshold)

    @property
    def words(self) -> str:
        return self.guarantee.words(self.measure) if self.measure.total or self.measure.figures else ""


@dataclass(frozen=True, slots=True)
class Charter:
    """All guarantees over a period, in their order."""

    span: Span
    stretch: Stretch
    standings: Sequence[Standing]

    @property
    def share(self) -> float | None:
        """The mean of those that are measured: each guarantee counts the same."""
        shares = [one.share for one in self.standings if one.share is not None]
        return sum(shares) / len(shares) if shares else None

    def count(self, state: State) -> int:
        """How many guarantees stand so."""
        return sum(one.state == state for one in self.standings)

    def of(self, slug: str) -> Standing | None:
        """The guarantee of this name."""
        return next((one for one in self.standings if one.guarantee.slug == slug), None)

    @property
    def most_counted(self) -> int:
        """The largest number of cases behind one of the guarantees."""
        return max((one.measure.total for one in self.standings), default=0)

    @property
    def channels(self) -> int:
        """How many kinds of channel were measured."""
        return len({kind for one in self.standings for kind in one.measure.channels if kind})


def charter_of(span: Span, company: Company | None = None) -> Charter:
    """How everything stands over a period: two queries, and those of the running day when nobody measured it lately."""
    guarantees, stretch = all_guarantees(), stretch_of(span, company)
    days, set_by_company = measures_by_day(guarantees, stretch), thresholds()
    return Charter(
        span,
        stretch,
        [
            standing_of(one, days[one.slug], stretch, set_by_company.get(one.slug, THRESHOLD))
            for one in guarantees
        ],
    )


def standing_of(
    guarantee: Guarantee, days: Mapping[date, Measure], stretch: Stretch, threshold: float
) -> Standing:
    """One guarantee from its days."""
    return Standing(guarantee, total_of(guarantee, days), threshold, _curve(days, stretch))


def _curve(days: Mapping[date, Measure], stretch: Stretch) -> list[float | None]:
    every = stretch.days
    size = max(1, -(-len(every) // POINTS))
    groups = [every[start : start + size] for start in range(0, len(every), size)]
    return [sum_of((days[day].kept, days[day].total) for day in group if day in days) for group in groups]
