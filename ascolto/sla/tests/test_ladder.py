"""The ladder: what is done before and after a promise is due, once, whoever looks how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ascolto.accounts.models import Team
from ascolto.conversations.actions import assign
from ascolto.conversations.models import Conversation, Priority
from ascolto.events.models import Event
from ascolto.sla.actions.escalation import NewStep, set_steps
from ascolto.sla.ladder import (
    DEFAULT_LADDER,
    Rung,
    Ticking,
    next_moment,
    rung_at,
    rungs_due,
    warning_at,
)
from ascolto.sla.models import ClockKind, EscalationStep, SlaClock
from ascolto.sla.selectors.clocks import count_late
from ascolto.sla.tests.office import Office, promise_everybody
from ascolto.testing.factories import Cast

START = datetime(2026, 6, 11, 8, tzinfo=UTC)
Action = EscalationStep.Action


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


def test_the_warning_leaves_a_quarter_but_never_more_than_fifteen_minutes() -> None:
    assert warning_at("first_response", START, START + timedelta(minutes=20)) == START + timedelta(minutes=15)
    due = START + timedelta(hours=10)
    assert warning_at("first_response", START, due) == due - timedelta(minutes=15)
    assert warning_at("complaint", START, START + timedelta(days=30)) == START + timedelta(days=27)


@given(
    offsets=st.lists(st.integers(-300, 300), max_size=6),
    promise=st.integers(1, 600),
    looks=st.lists(st.integers(0, 1200), min_size=1, max_size=12),
)
def test_every_step_is_taken_once_in_time_whenever_somebody_looks(
    offsets: list[int], promise: int, looks: list[int]
) -> None:
    ladder = [
        Rung(str(i), "tell_lead", timedelta(minutes=offset)) for i, offset in enumerate(offsets)
    ] + list(DEFAULT_LADDER)
    due, done = START + timedelta(minutes=promise), list[str]()
    for look in sorted(looks):
        moment = START + timedelta(minutes=look)
        clock = Ticking("first_response", START, due, True, moment > due, tuple(done))
        for rung in rungs_due(ladder, clock, moment):
            assert rung.key not in done
            assert rung_at(rung, clock) <= moment
            done.append(rung.key)
        after = Ticking("first_response", START, due, True, moment >= due, tuple(done))
        following = next_moment(ladder, after)
        assert following is None or following > moment
        left = {rung.key for rung in ladder} - set(done)
        assert all(rung_at(rung, clock) > moment for rung in ladder if rung.key in left)


@pytest.mark.django_db(transaction=True)
class TestInTheOffice:
    """Marco has a conversation that nobody answers."""

    def test_a_priority_rises_then_a_team_gets_it_then_nobody_has_it(self, office: Office) -> None:
        promise_everybody(60)
        experts = Team.objects.create(name="Experts")
        steps = [
            NewStep(timedelta(minutes=-10), Action.RAISE_PRIORITY),
            NewStep(timedelta(minutes=5), Action.TO_TEAM, team=experts),
            NewStep(timedelta(minutes=30), Action.TELL_LEAD),
        ]
        set_steps(by=office.cast.anna, steps=steps)
        talk = office.writes("2026-06-11 10:00")
        with office.moment("2026-06-11 10:01"):
            assign(agent=office.cast.marco, conversation=talk, assignee=office.cast.marco)
        office.looks("2026-06-11 10:49")
        assert Conversation.objects.get(pk=talk.pk).priority == Priority.NORMAL
        office.looks("2026-06-11 10:50")
        assert Conversation.objects.get(pk=talk.pk).priority == Priority.HIGH
        office.looks("2026-06-11 11:06")
        found = Conversation.objects.get(pk=talk.pk)
        assert (found.team, found.assignee) == (experts, None)
        office.looks("2026-06-11 12:00")
        office.looks("2026-06-11 13:00")
        told = (
            Event.objects.filter(type="sla.escalated").order_by("pk").values_list("data__action", flat=True)
        )
        assert list(told) == ["raise_priority", "to_team", "tell_lead"]
        assert Event.objects.filter(type="conversation.assigned", data__how="escalated").count() == 1

    def test_a_new_ladder_counts_for_clocks_that_run_and_repeats_nothing(self, office: Office) -> None:
        promise_everybody(60)
        first = NewStep(timedelta(minutes=-30), Action.TELL_OWNER)
        set_steps(by=None, steps=[first])
        office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 10:31")
        set_steps(by=None, steps=[first, NewStep(timedelta(minutes=-20), Action.TELL_LEAD)])
        assert not set_steps(by=None, steps=[NewStep(timedelta(minutes=-20), Action.TELL_LEAD), first])
        office.looks("2026-06-11 10:35")
        assert Event.objects.filter(type="sla.escalated").count() == 1
        office.looks("2026-06-11 10:41")
        assert Event.objects.filter(type="sla.escalated").count() == 2

    def test_owner_and_lead_count_what_is_late_and_what_is_in_danger(self, office: Office) -> None:
        promise_everybody(60)
        late = office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 11:10")
        with office.moment("2026-06-11 11:10"):
            assert count_late() == (1, 0)
            assert count_late(owner=office.cast.marco.pk) == (0, 0)
            assign(agent=office.cast.marco, conversation=late, assignee=office.cast.marco)
            assert count_late(owner=office.cast.marco.pk) == (1, 0)
        office.answers("2026-06-11 11:11", late)
        office.writes("2026-06-11 11:12", text="Ancora una cosa.")
        office.looks("2026-06-11 11:58")
        with office.moment("2026-06-11 11:58"):
            assert count_late() == (0, 1)

    def test_what_cannot_be_a_step_is_refused(self, office: Office) -> None:
        for wrong in (
            NewStep(timedelta(days=31), Action.TELL_LEAD),
            NewStep(timedelta(0), "fire_somebody"),
            NewStep(timedelta(0), Action.TO_TEAM),
            NewStep(timedelta(0), Action.TELL_LEAD, kinds=("nap",)),
        ):
            with pytest.raises(ValidationError):
                set_steps(by=None, steps=[wrong])
        with pytest.raises(ValidationError):
            set_steps(by=None, steps=[NewStep(timedelta(minutes=i), Action.TELL_LEAD) for i in range(21)])

    def test_a_resolution_has_its_own_promise_and_a_lead_hears_of_it(self, office: Office) -> None:
        promise_everybody(60, resolution=timedelta(hours=8))
        talk = office.writes("2026-06-11 10:00")
        office.answers("2026-06-11 10:10", talk)
        office.looks("2026-06-12 10:01")
        row = SlaClock.objects.get(conversation=talk, kind=ClockKind.RESOLUTION)
        assert row.state == "breached"
        told = Event.objects.filter(type="sla.escalated", data__kind="resolution")
        assert list(told.values_list("data__action", flat=True)) == ["tell_lead"]
        office.sets("2026-06-12 10:02", talk, "resolved")
        office.looks("2026-06-12 10:03")
        row.refresh_from_db()
        assert (row.state, row.next_at) == ("breached", None)
