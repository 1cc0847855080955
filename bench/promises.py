"""`python -m bench.promises`: random histories through the clocks and through the slow, obvious way; and what a deadline costs.

The histories come from a seed. Each goes through `run_clocks` in order, then shuffled with some facts told twice, and both must
give exactly the clocks of the reference: every due time, pause, waiting time and outcome.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from ascolto.sla.calendar import Timetable, add_open_time, read_calendar
from ascolto.sla.clock import Promise, explain, run_clocks
from ascolto.sla.policy import worse_than
from ascolto.sla.tests.histories import TIMES, history, setting, shuffled
from bench import report

Figures = dict[str, float]
COMPANIES = 20  # at each of the places and times
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FRIDAY = datetime(2026, 12, 4, 16, 30, tzinfo=UTC)


def against_reference(count: int, seed: int) -> Figures:
    """How many histories differ from the reference, in order and out of it, and how fast both ways are."""
    chance, wrong, wrong_shuffled, facts_seen, clocks_seen = Random(seed), 0, 0, 0, 0
    fast = slow = 0.0
    for index in range(count):
        company = setting(index % len(TIMES), index // len(TIMES) % COMPANIES)
        facts = history(chance, company.start)
        known = {"group": company.group, "complaint_rule": company.rule}
        begun = time.process_time()
        clocks = run_clocks(facts, company.promises, **known)  # type: ignore[arg-type]
        between = time.process_time()
        expected = company.teller.clocks(facts)
        fast, slow = fast + between - begun, slow + time.process_time() - between
        again = run_clocks(shuffled(chance, facts), company.promises, **known)  # type: ignore[arg-type]
        wrong += clocks != expected
        wrong_shuffled += again != expected
        facts_seen, clocks_seen = facts_seen + len(facts), clocks_seen + len(clocks)
    return {
        "random histories": count,
        "… facts in them": facts_seen,
        "… clocks of them": clocks_seen,
        "… that differ from the reference": wrong,
        "… that differ from it when shuffled, some facts twice": wrong_shuffled,
        "histories a second, clocks": count / fast,
        "histories a second, reference": count / slow,
    }


def costs() -> Figures:
    """What single things cost, in microseconds of the processor."""
    office = {str(day): [["09:00", "13:00"], ["14:00", "18:00"]] for day in range(5)}
    content = {"time_zone": "Europe/Rome", "weekly": office, "holidays": {"country": "IT", "own": ["12-07"]}}
    rome = Timetable(((LONG_AGO, read_calendar(content)),))
    always = Timetable(((LONG_AGO, read_calendar({"time_zone": "Europe/Rome", "always": True})),))
    promise = _promise(rome, hours=4)
    clock = run_clocks(history(Random(2), FRIDAY), [promise])[0]
    return {
        "a deadline in 4 open hours, over a long weekend (µs)": _cost(
            lambda: add_open_time(rome, FRIDAY, timedelta(hours=4))
        ),
        "a deadline in 80 open hours (µs)": _cost(lambda: add_open_time(rome, FRIDAY, timedelta(hours=80))),
        "a deadline by day and night (µs)": _cost(lambda: add_open_time(always, FRIDAY, timedelta(hours=4))),
        "the first deadline of a calendar just read (µs)": _cost(lambda: _first(content), 300),
        "why a deadline (µs)": _cost(lambda: explain(clock, [promise]), 500),
        "whether a promise is worse, when it is not (ms)": _cost(lambda: _worse(content), 20) / 1000,
    }


def _first(content: dict[str, object]) -> None:
    add_open_time(Timetable(((LONG_AGO, read_calendar(content)),)), FRIDAY, timedelta(hours=4))


def _worse(content: dict[str, object]) -> None:
    """An exception with longer hours and its own calendar, both calendars without anything remembered."""
    everybody = _promise(Timetable(((LONG_AGO, read_calendar(content)),)), hours=4)
    better = _promise(
        Timetable(((LONG_AGO, read_calendar({"time_zone": "Europe/Madrid", "always": True})),)), hours=4
    )
    assert worse_than(better, everybody, at=FRIDAY) is None


def _promise(timetable: Timetable, *, hours: float) -> Promise:
    amount = timedelta(hours=hours)
    return Promise(1, "Everybody", "", None, amount, amount, 10 * amount, timetable, LONG_AGO)


def _cost(what: Callable[[], object], times: int = 5000) -> float:
    what()
    begun = time.process_time()
    for _ in range(times):
        what()
    return (time.process_time() - begun) / times * 1_000_000


def measure(count: int = 100_000, seed: int = 5) -> Figures:
    """Both."""
    return against_reference(count, seed) | costs()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.promises", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="histories (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=5, help="of the chance (default: %(default)s)")
    options = parser.parse_args()
    print(f"{report.machine()}, seed {options.seed}")
    print(report.table({"no database": measure(options.count, options.seed)}))


if __name__ == "__main__":
    main()
