"""Why this deadline?"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from ascolto.sla.calendar import Timetable, read_calendar
from ascolto.sla.clock import ComplaintRule, What, explain, run_clocks
from ascolto.sla.tests.histories import TIMES, history, setting
from ascolto.sla.tests.test_clock import HOUR, LONG_AGO, answers, asks, at, becomes, happens, promise

ROME = read_calendar(
    {
        "time_zone": "Europe/Rome",
        "weekly": {str(day): [["09:00", "13:00"], ["13:00", "18:00"]] for day in range(5)},
        "holidays": {"country": "IT", "own": ["12-07"]},
        "closures": [{"from": "2026-12-09", "to": "2026-12-10", "name": "Trasloco"}],
    }
)
IN_ROME = Timetable(((LONG_AGO, ROME),))


def test_the_trace_tells_the_way_to_a_deadline() -> None:
    everybody = promise(timetable=IN_ROME, first=4 * HOUR)
    exception = promise(id=2, name="Mail", channel="email")
    friday = 11
    (clock,) = [
        c for c in run_clocks([asks(16, day=friday)], [everybody, exception]) if c.kind == "first_response"
    ]
    steps = explain(clock, [everybody, exception])
    assert [step.code for step in steps] == [
        "started",
        "promise",
        "not_promise",
        "counted",
        "own_holiday",
        "holiday",
        "closure",
        "counted",
        "due",
    ]
    assert steps[2].values["why"] == "other_channel"
    assert steps[3].values["open"] == HOUR  # 13:00 to 13:00 is no break: one stretch a day
    assert steps[5].values["names"]["it"] == "Immacolata Concezione"  # type: ignore[index]
    assert (steps[6].values["names"], str(steps[6].values["last"])) == ({"": "Trasloco"}, "2026-12-10")
    assert steps[-1].at == clock.due_at


def test_pauses_and_changes_of_the_clocks_are_told() -> None:
    everyday = read_calendar({"time_zone": "Europe/Rome", "always": True})
    later = read_calendar({"time_zone": "Europe/Rome", "weekly": {"0": [["09:00", "18:00"]]}})
    saturday = -30  # 24 October; the clocks go back on the 25th
    switch = at(12, day=-28)
    table = Timetable(((LONG_AGO, everyday), (switch, later)))
    night = promise(timetable=table, resolution=70 * HOUR)
    facts = [asks(12, day=saturday), becomes("pending", 13, day=saturday), becomes("open", 14, day=saturday)]
    (clock,) = [c for c in run_clocks(facts, [night]) if c.kind == "resolution"]
    steps = {step.code: step for step in explain(clock, [night])}
    assert steps["offset_changed"].values["minutes"] == -60
    assert steps["paused"].until == at(14, day=saturday)
    assert steps["calendar_changed"].at == switch


def test_a_long_trace_is_abridged_and_counts_to_the_same() -> None:
    long = promise(timetable=IN_ROME, resolution=300 * HOUR)
    (clock,) = [c for c in run_clocks([asks(9)], [long]) if c.kind == "resolution"]
    steps = explain(clock, [long])
    assert sum(step.code == "counted" for step in steps) == 12
    assert sum((s.values["open"] for s in steps if "open" in s.values), timedelta()) == 300 * HOUR  # type: ignore[misc]


def test_a_thousand_pauses_are_abridged() -> None:
    facts = [asks(9)]
    for number in range(1000):
        facts += [becomes("pending", 10 + number / 500), becomes("open", 10 + (number + 0.5) / 500)]
    clock = run_clocks(facts, [promise()])[0]
    steps = explain(clock, [promise()])
    assert len(steps) < 40
    (abridged,) = [step for step in steps if step.code == "pauses_abridged"]
    assert abridged.values == {"pauses": 988}


def test_without_a_deadline_the_reason_is_told() -> None:
    paused = run_clocks([asks(9), becomes("pending", 10)], [promise()])[0]
    assert explain(paused, [promise()])[-1].values == {"why": "paused"}
    unpromised = run_clocks([asks(9)], [])[0]
    assert [step.code for step in explain(unpromised)] == ["started", "no_promise", "not_due"]


def test_a_complaint_tells_its_days() -> None:
    rule = ComplaintRule(15, True, IN_ROME)
    facts = [asks(9), happens(What.COMPLAINED, 9), answers(10), becomes("resolved", 11)]
    clock = run_clocks(facts, [promise()], complaint_rule=rule)[-1]
    steps = explain(clock, complaint_rule=rule)
    assert [step.code for step in steps] == [
        "started", "complaint_rule", "own_holiday", "holiday", "closure", "due", "stopped",
    ]  # fmt: skip
    assert steps[-1].values == {"outcome": "answered", "by": 3, "late": False}


@pytest.mark.parametrize("number", range(len(TIMES)))
def test_what_a_trace_counts_is_what_was_promised(number: int) -> None:
    chance = Random(number)
    for index in range(40):
        company = setting(number, index % 10)
        facts = history(chance, company.start)
        known = {"group": company.group, "complaint_rule": company.rule}
        for clock in run_clocks(facts, company.promises, **known):  # type: ignore[arg-type]
            steps = explain(clock, company.promises, **known, now=company.start + timedelta(days=9))  # type: ignore[arg-type]
            assert steps[0].code == "started"
            amount = clock.policy.amount(clock.kind) if clock.policy else None
            if clock.due_at is not None and amount is not None:
                assert sum((s.values["open"] for s in steps if "open" in s.values), timedelta()) == amount  # type: ignore[misc]
