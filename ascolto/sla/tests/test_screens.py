"""Why a deadline is what it is, and complaints, as people see them; nothing for Viktor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from ascolto.accounts.models import Agent
from ascolto.events.models import Event
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.policies import Terms, ensure_everybodys, set_policy
from ascolto.sla.models import Complaint, SlaClock
from ascolto.sla.selectors.clocks import suggests_complaint
from ascolto.sla.tests.office import Office, promise_everybody, shown
from ascolto.testing.factories import Cast
from ascolto.testing.readings import make_reading

pytestmark = pytest.mark.django_db(transaction=True)
PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


def as_(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def test_marco_asks_why_and_reads_hours_holiday_and_pause(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-05-29 17:50")
    office.answers("2026-05-29 17:55", talk)
    office.writes("2026-06-01 17:50", text="E adesso?")
    office.looks("2026-06-01 17:51")
    marco = as_(office.cast.marco)
    with office.moment("2026-06-01 17:52"), translation.override("en"):
        page = marco.get(f"/c/{talk.number}/promise/", **PART).content.decode()
    assert "Next answer" in page
    assert "1 h of opening hours" in page
    assert "public holiday" in page
    assert "09:50" in page
    assert "Computed again just now from everything that happened: the same." in page
    assert "<html" not in page
    office.cast.marco.language = "it"
    office.cast.marco.save()
    with office.moment("2026-06-01 17:52"):
        whole = marco.get(f"/c/{talk.number}/promise/").content.decode()
    assert "<html" in whole


def test_what_is_newer_than_the_last_look_is_told_as_such(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    with office.moment("2026-06-11 10:01"):
        page = as_(office.cast.marco).get(f"/c/{talk.number}/promise/", **PART).content.decode()
    assert "First answer" in page
    assert "what is new will show" in page


def test_viktor_sees_neither_reasons_nor_complaints(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    change_settings(by=None, pack="it-agcom")
    viktor = as_(office.cast.viktor)
    for place in ("promise", "complaint"):
        assert viktor.get(f"/c/{talk.number}/{place}/").status_code == 404
    assert viktor.post(f"/c/{talk.number}/complaint/", {"verb": "register"}).status_code == 404
    assert not Complaint.objects.exists()
    assert Client().get(f"/c/{talk.number}/promise/").status_code == 302


def test_marco_registers_a_complaint_with_the_customers_own_date(office: Office) -> None:
    change_settings(by=None, pack="it-agcom")
    talk = office.writes("2026-06-11 10:00", text="Faccio reclamo formale.")
    office.looks("2026-06-11 10:01")
    with office.moment("2026-06-15 09:00"):
        answer = as_(office.cast.marco).post(f"/c/{talk.number}/complaint/", {"verb": "register"}, **PART)
    assert answer.status_code == 200
    assert talk.number in answer.content.decode()
    clock = SlaClock.objects.get(kind="complaint")
    assert (shown(clock.due_at), clock.state) == (
        "2026-07-12 00:00",
        "running",
    )  # the end of the 11th of July
    assert Event.objects.get(type="complaint.registered").data["code"] == talk.number
    office.looks("2026-06-15 09:01")
    assert SlaClock.objects.filter(kind="complaint").count() == 1


def test_a_complaint_is_withdrawn_for_a_reason_only(office: Office) -> None:
    change_settings(by=None, pack="it-agcom")
    talk = office.writes("2026-06-11 10:00")
    marco = as_(office.cast.marco)
    with office.moment("2026-06-11 11:00"):
        marco.post(f"/c/{talk.number}/complaint/", {"verb": "register"})
        refused = marco.post(f"/c/{talk.number}/complaint/", {"verb": "withdraw", "reason": "no"}, **PART)
    assert refused.status_code == 422
    with office.moment("2026-06-11 11:05"):
        answer = marco.post(
            f"/c/{talk.number}/complaint/", {"verb": "withdraw", "reason": "The customer only asked."}
        )
    assert answer.status_code == 302
    assert SlaClock.objects.get(kind="complaint").state == "dropped"
    office.looks("2026-06-11 11:06")
    assert SlaClock.objects.get(kind="complaint").state == "dropped"
    with office.moment("2026-06-11 11:07"):
        marco.post(f"/c/{talk.number}/complaint/", {"verb": "register"})
    assert SlaClock.objects.get(kind="complaint").state == "running"


def test_without_a_rule_nobody_can_register_and_is_told_why(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    marco = as_(office.cast.marco)
    page = marco.post(f"/c/{talk.number}/complaint/", {"verb": "register"}, **PART)
    assert page.status_code == 422
    assert not Complaint.objects.exists()


def test_what_looks_like_a_complaint_is_suggested_where_a_law_is_in_force(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    make_reading(talk.messages.get(), intent="complaint")
    assert not suggests_complaint(talk)
    change_settings(by=None, pack="it-agcom")
    assert suggests_complaint(talk)


def test_a_worse_promise_tells_its_reason_in_the_trace(office: Office) -> None:
    with office.moment("2026-06-01 10:00"):
        policy = ensure_everybodys()
        terms = Terms(
            first_response=timedelta(hours=2),
            next_response=timedelta(hours=2),
            resolution=None,
            calendar=policy.calendar,
        )
        set_policy(
            by=None, terms=terms, channel="webhook", reason="The shop's own page is read by one person."
        )
    talk = office.writes("2026-06-11 10:00")
    office.looks("2026-06-11 10:01")
    with office.moment("2026-06-11 10:01"):
        page = as_(office.cast.marco).get(f"/c/{talk.number}/promise/", **PART).content.decode()
    assert "is read by one person" in page
