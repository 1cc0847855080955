"""The delay notice: honest, once, in the customer's language, where they wrote; and never in a loop when it cannot leave."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.actions import disable
from ascolto.conversations.models import Conversation, Message
from ascolto.customers.models import Customer
from ascolto.events.models import Event
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.notices import set_text
from ascolto.sla.models import NoticeText, SlaClock
from ascolto.sla.tests.office import Office, clocks, promise_everybody, rome, told
from ascolto.sla.wording import UnknownGap, check_gaps, due_words, fill, own_words
from ascolto.testing.factories import Cast
from ascolto.testing.readings import make_reading


@pytest.fixture
def office(cast: Cast) -> Office:
    found = Office(cast)
    promise_everybody(60)
    change_settings(by=None, delay_notice=True)
    return found


def notices() -> list[str]:
    rows = Message.objects.filter(client_key__startswith="delay-notice-").order_by("pk")
    return list(rows.values_list("text", flat=True))


@pytest.mark.django_db(transaction=True)
class TestInTheOffice:
    """Giulia waits too long."""

    def test_giulia_is_told_once_in_her_language_and_still_waits(self, office: Office) -> None:
        talk = office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 10:59")
        assert notices() == []
        office.looks("2026-06-11 11:01")
        office.looks("2026-06-11 11:30")
        office.looks("2026-06-11 15:30")
        [text] = notices()
        assert text.startswith("Messaggio automatico di Telvia: avevamo promesso una risposta entro le 11:00")
        message = Message.objects.get(client_key__startswith="delay-notice-")
        assert (message.is_automatic, message.agent, message.visibility) == (True, None, "private")
        assert clocks(talk) == [("first_response", "breached", "2026-06-11 11:00")]
        found = Conversation.objects.get(pk=talk.pk)
        assert found.due_at == rome("2026-06-11 11:00")
        assert Event.objects.get(type="sla.notice_sent").data["message"] == message.pk

    def test_the_customers_own_language_comes_first_then_that_of_the_message(self, office: Office) -> None:
        Customer.objects.filter(pk=office.cast.giulia.pk).update(language="en-GB")
        talk = office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 11:01")
        assert notices()[0].startswith("Automatic message from Telvia")
        Customer.objects.filter(pk=office.cast.giulia.pk).update(language="")
        office.answers("2026-06-11 11:02", talk)
        again = office.writes("2026-06-11 11:05", text="Wann geht es wieder?")
        with office.moment("2026-06-11 11:06"):
            make_reading(again.messages.latest("pk"), language="de")
        set_text(by=None, kind="delay", language="de", text="Wir hatten bis {due} eine Antwort versprochen.")
        office.looks("2026-06-11 12:06")
        assert notices()[1] == "Wir hatten bis 12:05 eine Antwort versprochen."

    @pytest.mark.parametrize("language", ["it", "en"])
    def test_the_products_own_words_sell_nothing_while_a_problem_is_open(
        self, office: Office, language: str
    ) -> None:
        talk = office.writes("2026-06-11 10:00", text="Internet non va da tre giorni, è una vergogna!")
        with office.moment("2026-06-11 10:01"):
            make_reading(talk.messages.get(), language=language)
        office.looks("2026-06-11 11:01")
        assert len(notices()) == 1

    def test_where_it_is_switched_off_nobody_is_told(self, office: Office) -> None:
        change_settings(by=None, delay_notice=False)
        office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 11:01")
        change_settings(by=None, delay_notice=True)
        office.looks("2026-06-11 11:05")
        assert notices() == []

    def test_what_cannot_leave_is_written_down_and_not_tried_again(self, office: Office) -> None:
        office.writes("2026-06-11 10:00")
        disable(account=office.cast.inbox)
        office.looks("2026-06-11 11:01")
        office.looks("2026-06-11 11:30")
        office.looks("2026-06-11 12:30")
        assert notices() == []
        [skipped] = Event.objects.filter(type="sla.notice_skipped")
        assert skipped.data["reason"] == "channel_off"
        assert SlaClock.objects.get(kind="first_response").noticed_at == rome("2026-06-11 11:01")

    def test_a_breach_that_is_noticed_hours_later_is_not_told_to_the_customer(self, office: Office) -> None:
        office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 17:00")
        assert notices() == []
        assert Event.objects.get(type="sla.notice_skipped").data["reason"] == "too_late"

    def test_a_room_is_not_one_customer(self, office: Office) -> None:
        talk = office.writes("2026-06-11 10:00")
        Conversation.objects.filter(pk=talk.pk).update(is_room=True)
        office.looks("2026-06-11 11:01")
        assert Event.objects.get(type="sla.notice_skipped").data["reason"] == "room"

    def test_an_answer_just_before_the_look_keeps_the_notice_in_the_drawer(self, office: Office) -> None:
        talk = office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 10:30")
        office.answers("2026-06-11 11:02", talk)
        office.looks("2026-06-11 11:03")
        assert notices() == []
        assert told()[-2:] == ["sla.breached", "sla.met"]

    def test_every_question_that_waits_too_long_has_its_own_notice(self, office: Office) -> None:
        talk = office.writes("2026-06-11 10:00")
        office.looks("2026-06-11 11:01")
        office.writes("2026-06-11 11:10", text="Allora?")
        office.looks("2026-06-11 12:30")
        assert len(notices()) == 1  # she still waits for the same answer
        office.answers("2026-06-11 12:31", talk)
        office.writes("2026-06-11 12:40", text="E poi?")
        office.looks("2026-06-11 13:41")
        assert len(notices()) == 2

    def test_texts_are_checked_when_they_are_written(self, office: Office) -> None:
        for wrong in ("Entro {when}", "{company.name}", "{}", "due}", "x" * 601):
            with pytest.raises(ValidationError):
                set_text(by=None, kind="delay", language="it", text=wrong)
        with pytest.raises(ValidationError):
            set_text(by=None, kind="delay", language="xx", text="Ciao")
        set_text(by=None, kind="delay", language="it", text="Scusaci, {company}.")
        set_text(by=None, kind="delay", language="it", text="")
        assert not NoticeText.objects.exists()


@given(st.text(max_size=200), st.text(max_size=40))
def test_filling_never_fails_and_never_fills_twice(text: str, company: str) -> None:
    filled = fill(text, {"company": company, "due": "{company}"})
    assert "{company}" not in fill("{due}", {"due": "x"})
    assert isinstance(filled, str)
    assert fill("{due}", {"due": "{company}", "company": "Telvia"}) == "{company}"


def test_hostile_texts_are_judged_at_once() -> None:
    began = time.monotonic()
    for text in (
        "{" * 1_000_000,
        "{company}" * 100_000,
        "}{" * 300_000,
        "\u202e{due}\u200b" * 50_000,
        "😡" * 10_000,
    ):
        try:
            check_gaps(text, "delay")
        except UnknownGap:
            continue
    assert time.monotonic() - began < 20  # a bound that only a runaway pattern reaches


def test_a_due_time_is_told_as_people_say_it() -> None:
    rome_zone, due = ZoneInfo("Europe/Rome"), datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert due_words(due, due + timedelta(minutes=5), rome_zone, "it") == "18:00"
    later = due + timedelta(days=1)
    assert due_words(due, later, rome_zone, "it") == "18:00 del 23 novembre"
    assert due_words(due, later, rome_zone, "en") == "18:00 on 23 November"
    assert due_words(due, later, rome_zone, "de") == "18:00, 23.11."
    assert own_words("fr")[1] == "en"
