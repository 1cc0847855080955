"""Promises are followed, never changed; a worse one needs a reason; every process knows at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from ascolto.conversations.models import Conversation
from ascolto.conversations.promises import Asked
from ascolto.customers.models import Customer, CustomerGroup
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.sla import worker
from ascolto.sla.actions.calendars import archive_calendar, change_calendar, create_calendar
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.policies import Terms, end_policy, ensure_everybodys, set_policy
from ascolto.sla.at_hand import at_hand
from ascolto.sla.models import BusinessCalendar, SlaClock, SlaPolicy
from ascolto.sla.promising import promise
from ascolto.sla.tests.office import OFFICE, Office, clocks, promise_everybody, shown
from ascolto.testing.factories import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


def terms(minutes: int, calendar: BusinessCalendar | None = None) -> Terms:
    promised = timedelta(minutes=minutes)
    calendar = calendar or ensure_everybodys().calendar
    return Terms(first_response=promised, next_response=promised, resolution=None, calendar=calendar)


def test_the_next_promise_follows_and_the_same_again_changes_nothing(cast: Cast) -> None:
    first = ensure_everybodys()
    second = set_policy(by=cast.anna, terms=terms(30))
    assert set_policy(by=cast.anna, terms=terms(30)) == second
    first.refresh_from_db()
    assert (first.valid_until, second.valid_until) == (second.valid_from, None)
    [told] = Event.objects.filter(type="policy.changed")
    assert (told.data["policy"], sorted(told.data["fields"])) == (
        second.pk,
        ["first_response", "next_response"],
    )


def test_a_worse_promise_for_a_channel_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        set_policy(by=cast.anna, terms=terms(60), channel="webhook")
    assert refused.value.error_dict["reason"][0].code == "worse"
    made = set_policy(
        by=cast.anna, terms=terms(60), channel="webhook", reason="Read once an hour by the shop."
    )
    assert made.is_worse
    better = set_policy(by=cast.anna, terms=terms(5), channel="webhook")
    assert (better.is_worse, better.reason) == (False, "")


def test_a_better_promise_for_all_does_not_leave_a_channel_behind_unsaid(cast: Cast) -> None:
    set_policy(by=cast.anna, terms=terms(10), channel="webhook")
    with pytest.raises(ValidationError) as refused:
        set_policy(by=cast.anna, terms=terms(5))
    assert "webhook" in str(refused.value)
    set_policy(by=cast.anna, terms=terms(5), reason="The webhook has a partner behind it.")
    left = SlaPolicy.objects.get(channel="webhook", valid_until=None)
    assert (left.is_worse, left.reason) == (True, "The webhook has a partner behind it.")
    assert SlaPolicy.objects.get(channel="", valid_until=None).reason == ""


def test_an_exception_ends_and_everybodys_promise_stays(cast: Cast) -> None:
    made = set_policy(by=cast.anna, terms=terms(5), channel="webhook")
    assert end_policy(by=cast.anna, policy=made)
    assert not end_policy(by=cast.anna, policy=made)
    with pytest.raises(ValidationError):
        end_policy(by=cast.anna, policy=ensure_everybodys())


def test_what_cannot_be_promised_is_refused(cast: Cast) -> None:
    for wrong in (timedelta(0), timedelta(days=366)):
        promised = Terms(
            first_response=wrong,
            next_response=timedelta(minutes=5),
            resolution=None,
            calendar=ensure_everybodys().calendar,
        )
        with pytest.raises(ValidationError):
            set_policy(by=None, terms=promised)
    with pytest.raises(ValidationError):
        set_policy(by=None, terms=terms(5), channel="pigeon")
    with pytest.raises(ValidationError):
        create_calendar(by=None, name="Broken", content={"time_zone": "Nowhere/Land"})


def test_a_calendar_in_use_is_not_laid_aside(cast: Cast) -> None:
    always = ensure_everybodys().calendar
    calendar = create_calendar(by=cast.anna, name="Office", content=OFFICE)
    with pytest.raises(ValidationError):
        create_calendar(by=cast.anna, name="Office", content=OFFICE)
    set_policy(by=cast.anna, terms=terms(60, calendar))
    with pytest.raises(ValidationError):
        archive_calendar(by=cast.anna, calendar=calendar)
    set_policy(by=cast.anna, terms=terms(60, always))
    assert archive_calendar(by=cast.anna, calendar=calendar)
    with pytest.raises(ValidationError):
        set_policy(by=cast.anna, terms=terms(60, calendar))


def test_other_hours_move_the_clocks_that_run_from_then_on(office: Office) -> None:
    policy = promise_everybody(60)
    talk = office.writes("2026-06-11 17:30")
    office.looks("2026-06-11 17:31")
    assert clocks(talk) == [("first_response", "running", "2026-06-12 09:30")]
    with office.moment("2026-06-11 17:40"):
        longer = {**OFFICE, "weekly": {str(day): [["09:00", "20:00"]] for day in range(5)}}
        change_calendar(by=None, calendar=policy.calendar, content=longer)
        assert not change_calendar(by=None, calendar=policy.calendar, content=longer)
    office.looks("2026-06-11 17:41")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 18:30")]
    assert shown(Conversation.objects.get(pk=talk.pk).due_at) == "2026-06-11 18:30"


def test_a_group_is_promised_more_and_what_is_over_stays_as_it_was(office: Office) -> None:
    group = CustomerGroup.objects.create(name="People in need")
    with office.moment("2026-06-11 09:00"):
        set_policy(by=None, terms=terms(5), group=group)
    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:10", talk)
    office.looks("2026-06-11 10:11")
    assert clocks(talk) == [("first_response", "met", "2026-06-11 10:15")]
    Customer.objects.filter(pk=office.cast.giulia.pk).update(group=group)
    with office.moment("2026-11-23 10:00"):
        again = office.cast.writes("Di nuovo.")
    office.looks("2026-11-23 10:01")
    assert clocks(talk)[0] == ("first_response", "met", "2026-06-11 10:15")
    assert shown(Conversation.objects.get(pk=again.pk).due_at) == "2026-11-23 10:05"


def test_the_promise_at_arrival_costs_two_queries_for_a_whole_batch(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    group = CustomerGroup.objects.create(name="Families")
    set_policy(by=None, terms=terms(5), group=group)
    talk = cast.writes()
    asked = [Asked(talk, now(), "webhook", True)] * 200
    at_hand()
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        found = promise(asked)
    assert len(found) == 200
    assert len(set(found)) == 1


def test_another_process_sees_a_change_at_once(cast: Cast) -> None:
    before = at_hand()
    assert at_hand() is before
    change_settings(by=None, delay_notice=True)
    assert at_hand().delay_notice


def test_a_company_cannot_take_longer_for_complaints_than_the_law_allows(cast: Cast) -> None:
    change_settings(by=None, pack="it-agcom")
    with pytest.raises(ValidationError):
        change_settings(by=None, complaint_days=45)
    with pytest.raises(ValidationError):
        change_settings(by=None, complaint_days_are_working=True, complaint_days=30)
    assert change_settings(by=None, complaint_days=20).complaint_days == 20


def test_leads_see_what_is_late_on_every_page_and_owners_their_own(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.looks("2026-06-11 11:30")
    lead, marco = Client(), Client()
    lead.force_login(office.cast.anna)
    marco.force_login(office.cast.marco)
    address = f"/c/{talk.number}/promise/"
    with office.moment("2026-06-11 11:30"), translation.override("en"):
        assert "1 promise of an answer is broken." in lead.get(address).content.decode()
        assert "is broken" not in marco.get(address).content.decode()
        Conversation.objects.filter(pk=talk.pk).update(assignee=office.cast.marco)
        assert "1 promise of an answer is broken." in marco.get(address).content.decode()


def test_a_group_that_is_dissolved_and_comes_back_has_its_promise_again(office: Office) -> None:
    from ascolto.customers.actions import delete_group, make_group, put_in_group, restore_group
    from ascolto.sla.selectors.policies import policies

    group = make_group(by=None, name="Families")
    put_in_group(by=None, customer=office.cast.giulia, group=group)
    set_policy(by=None, terms=terms(5), group=group)
    talk = office.cast.writes()
    worker.catch_up()
    clock = SlaClock.objects.get(conversation=talk, kind="first_response")
    assert clock.due_at == clock.started_at + timedelta(minutes=5)
    kept = delete_group(by=None, group=group)
    assert [row.group for row in policies()] == [None]
    assert set_policy(by=None, terms=terms(10)).group is None
    office.cast.giulia.refresh_from_db()
    later = office.cast.writes("Noch etwas.")
    worker.catch_up()
    assert later.pk == talk.pk
    restore_group(by=None, kept=kept)
    worker.catch_up()
    assert len(policies()) == 2
