"""Clocks: stories first, then thousands of random conversations against the slow way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.sla.calendar import Timetable, read_calendar
from ascolto.sla.clock import Clock, ComplaintRule, Fact, Pause, Promise, What, run_clocks
from ascolto.sla.tests.histories import TIMES, history, setting, shuffled

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OFFICE = Timetable(
    (
        (
            LONG_AGO,
            read_calendar({"time_zone": "UTC", "weekly": {str(d): [["09:00", "18:00"]] for d in range(5)}}),
        ),
    )
)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARCO, ANNA = 3, 4


def promise(**changes: object) -> Promise:
    values = {
        "id": 1, "name": "Everybody", "channel": "", "group": None, "first": HOUR, "next": 2 * HOUR,
        "resolution": 8 * HOUR, "timetable": OFFICE, "valid_from": LONG_AGO,
    }  # fmt: skip
    return Promise(**(values | changes))  # type: ignore[arg-type]


def at(hours: float, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hours)


def asks(hours: float, ref: int = 1, channel: str = "chat", day: int = 0) -> Fact:
    return Fact(at(hours, day), What.ASKED, ref, channel)


def answers(hours: float, ref: int = 50, by: int = MARCO, day: int = 0) -> Fact:
    return Fact(at(hours, day), What.ANSWERED, ref, "chat", by=by)


def becomes(status: str, hours: float, by: int | None = MARCO, day: int = 0) -> Fact:
    return Fact(at(hours, day), What.STATUS, status=status, by=by)


def happens(what: What, hours: float, day: int = 0) -> Fact:
    return Fact(at(hours, day), what, 9)


def run(
    *facts: Fact, until: datetime | None = None, rule: ComplaintRule | None = None
) -> dict[str, list[Clock]]:
    found: dict[str, list[Clock]] = {}
    for clock in run_clocks(facts, [promise()], until=until, complaint_rule=rule):
        found.setdefault(clock.kind, []).append(clock)
    return found


def test_giulia_asks_and_marco_answers_in_time() -> None:
    found = run(asks(10), answers(10.5))
    (first,) = found["first_response"]
    assert (first.due_at, first.stopped_at, first.outcome) == (at(11), at(10.5), "answered")
    assert (first.answered_by, first.message, first.waited, first.waited_open) == (
        MARCO,
        1,
        HOUR / 2,
        HOUR / 2,
    )
    assert not first.is_late(at(12))
    (resolution,) = found["resolution"]
    assert (resolution.outcome, resolution.due_at) == ("running", at(18))


def test_a_second_message_while_she_waits_starts_nothing_new() -> None:
    found = run(asks(10), asks(10.2, ref=2), answers(10.5))
    assert [clock.started_at for clock in found["first_response"]] == [at(10)]
    assert "next_response" not in found


def test_the_next_answer_counts_from_the_oldest_message_without_one() -> None:
    found = run(asks(10), answers(10.5), asks(11, ref=2), asks(12, ref=3), answers(15), asks(16, ref=4))
    first, second = found["next_response"]
    assert (first.started_at, first.message, first.due_at, first.stopped_at) == (at(11), 2, at(13), at(15))
    assert first.is_late(at(15))
    assert (second.started_at, second.message, second.outcome) == (at(16), 4, "running")


def test_answering_on_the_second_is_in_time() -> None:
    (first,) = run(asks(10), answers(11))["first_response"]
    assert not first.is_late(at(12))
    (late,) = run(asks(10), answers(11 + 1 / 3600))["first_response"]
    assert late.is_late(at(12))


def test_marco_writes_first_and_her_question_still_gets_its_first_response() -> None:
    found = run(answers(9), asks(10), answers(10.5, ref=51))
    assert [clock.started_at for clock in found["first_response"]] == [at(10)]
    assert [clock.started_at for clock in found["resolution"]] == [at(10)]


def test_pending_pauses_resolution_and_next_response_but_not_the_first() -> None:
    found = run(asks(10), becomes("pending", 10.25))
    assert (found["first_response"][0].outcome, found["first_response"][0].due_at) == ("running", at(11))
    assert (found["resolution"][0].outcome, found["resolution"][0].due_at) == ("paused", None)
    found = run(asks(9), answers(9), asks(10, ref=2), becomes("pending", 10.25), becomes("open", 12.25))
    (following,) = found["next_response"]
    assert (following.due_at, following.pauses) == (at(14), (Pause(at(10.25), at(12.25)),))


def test_on_hold_pauses_nothing() -> None:
    found = run(asks(10), answers(10.5), asks(11, ref=2), becomes("on_hold", 11.5))
    assert {clock.outcome for clock in (found["next_response"][0], found["resolution"][0])} == {"running"}


def test_what_was_overdue_before_the_pause_stays_so() -> None:
    found = run(asks(9), answers(9), asks(10, ref=2), becomes("pending", 13), becomes("resolved", 14))
    (following,) = found["next_response"]
    assert (following.due_at, following.outcome) == (at(12), "dropped")
    assert found["resolution"][0].due_at is None  # resolved while the customer owed an answer: in time


def test_what_is_used_up_when_the_pause_begins_is_due_then() -> None:
    found = run(asks(9), answers(9), asks(10, ref=2), becomes("pending", 12), becomes("open", 14))
    assert found["next_response"][0].due_at == at(12)


def test_her_message_to_a_pending_conversation_wakes_the_clocks() -> None:
    found = run(asks(9), answers(10), becomes("pending", 10), asks(12, ref=2))
    (resolution,) = found["resolution"]
    assert (resolution.outcome, resolution.pauses) == ("running", (Pause(at(10), at(12)),))
    assert resolution.due_at == at(10, day=1)  # one hour used, two hours paused
    assert found["next_response"][0].started_at == at(12)


def test_after_resolved_her_message_is_a_new_opening() -> None:
    found = run(asks(9), answers(10), becomes("resolved", 10), asks(12, ref=2), answers(12.5, ref=51))
    assert [clock.started_at for clock in found["first_response"]] == [at(9), at(12)]
    assert [clock.outcome for clock in found["resolution"]] == ["answered", "running"]
    assert found["resolution"][0].waited == HOUR


def test_resolving_without_an_answer_drops_the_wait() -> None:
    found = run(asks(9), becomes("resolved", 10, by=ANNA))
    (first,) = found["first_response"]
    assert (first.outcome, first.answered_by, first.waited) == ("dropped", None, None)
    assert (found["resolution"][0].outcome, found["resolution"][0].answered_by) == ("answered", ANNA)


def test_anna_reopens_what_was_resolved_without_an_answer_and_giulia_waits_again() -> None:
    found = run(asks(9, channel="email"), becomes("resolved", 10), becomes("open", 12, by=ANNA))
    first = found["first_response"][-1]
    assert (first.started_at, first.message, first.channel, first.outcome) == (at(12), 1, "email", "running")
    assert found["resolution"][-1].started_at == at(12)


def test_anna_reopens_what_was_answered_and_nobody_waits() -> None:
    found = run(asks(9), answers(10), becomes("resolved", 10), becomes("open", 12), asks(13, ref=2))
    assert [clock.started_at for clock in found["first_response"]] == [at(9), at(13)]
    assert [clock.message for clock in found["resolution"]] == [1, 0]


def test_spam_drops_everything_and_a_mark_taken_back_never_was() -> None:
    spam = run(asks(9), happens(What.COMPLAINED, 9), happens(What.SPAM, 10), asks(11, ref=2))
    assert {clock.outcome for clocks in spam.values() for clock in clocks} == {"dropped"}
    assert len(spam["first_response"]) == 1
    back = run(asks(9), happens(What.SPAM, 10), happens(What.NOT_SPAM, 11), answers(11.5))
    assert back["first_response"][0].waited == 2.5 * HOUR


def test_a_complaint_runs_until_it_is_resolved_after_an_answer() -> None:
    rule = ComplaintRule(2, True, OFFICE)
    facts = [asks(9), happens(What.COMPLAINED, 9), becomes("resolved", 10), answers(11), becomes("open", 11)]
    (complaint,) = run(*facts, rule=rule)["complaint"]
    assert (complaint.outcome, complaint.due_at) == ("running", at(24, day=2))
    (complaint,) = run(*facts, becomes("resolved", 12, by=ANNA), rule=rule)["complaint"]
    assert (complaint.outcome, complaint.stopped_at, complaint.answered_by) == ("answered", at(12), ANNA)
    (complaint,) = run(*facts, happens(What.WITHDREW, 11.5), rule=rule)["complaint"]
    assert complaint.outcome == "dropped"


def test_without_a_promise_the_wait_is_measured_all_the_same() -> None:
    (resolution, first) = run_clocks([asks(10), answers(11)], [])
    assert (first.policy, first.due_at, first.waited) == (None, None, HOUR)
    assert not first.is_late(at(20))
    assert resolution.outcome == "running"


def test_a_clock_keeps_the_promise_under_which_it_began() -> None:
    old = promise(valid_until=at(10.5))
    new = promise(id=2, first=HOUR / 4, next=HOUR / 4, valid_from=at(10.5))
    clocks = run_clocks([asks(10), answers(10.75), asks(10.8, ref=2)], [old, new])
    assert [(clock.kind, clock.policy.id) for clock in clocks if clock.policy] == [
        ("resolution", 1),
        ("first_response", 1),
        ("next_response", 2),
    ]


def test_until_is_how_things_stood_then() -> None:
    facts = [asks(10), answers(10.5), asks(11, ref=2), becomes("pending", 12)]
    found = run(*facts, until=at(11))
    assert found["next_response"][0].outcome == "running"
    assert "next_response" not in run(*facts, until=at(10.9))


def test_every_order_of_arrival_gives_the_same_clocks() -> None:
    facts = [
        asks(9),
        answers(9.5),
        becomes("pending", 9.5),
        asks(11, ref=2),
        becomes("resolved", 11),
        becomes("open", 11.5),
    ]
    expected = run_clocks(facts, [promise()])
    for order in permutations(facts):
        assert run_clocks([*order, order[0]], [promise()]) == expected


@pytest.mark.parametrize("number", range(len(TIMES)), ids=[f"{zone} {start:%B}" for zone, _, start in TIMES])
def test_random_histories_give_the_clocks_of_the_slow_way(number: int) -> None:
    chance = Random(number)
    for index in range(150):
        company = setting(number, index % 10)
        facts = history(chance, company.start)
        clocks = run_clocks(
            shuffled(chance, facts), company.promises, group=company.group, complaint_rule=company.rule
        )
        assert clocks == company.teller.clocks(facts)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, len(TIMES) - 1))
def test_what_is_added_later_never_changes_the_past(seed: int, number: int) -> None:
    """Clocks that had stopped by a moment are the same whatever came after it, unless a mark of spam was taken back."""
    chance, company = Random(seed), setting(number, 0)
    facts = [f for f in history(chance, company.start) if f.what not in (What.SPAM, What.NOT_SPAM)]
    if not facts:
        return
    moment = chance.choice(facts).at
    known = {"promises": company.promises, "group": company.group, "complaint_rule": company.rule}
    before = [c for c in run_clocks(facts, **known, until=moment) if c.stopped_at and c.stopped_at < moment]  # type: ignore[arg-type]
    after = run_clocks(facts, **known)  # type: ignore[arg-type]
    assert set(before) <= set(after)
