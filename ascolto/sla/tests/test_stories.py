"""Promises as people live them: hours, holidays, pauses, warnings, breaches, and what became known late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.conversations.actions import mark_spam, snooze
from ascolto.conversations.models import Conversation
from ascolto.events.models import Cursor, Event
from ascolto.sla.models import SlaClock
from ascolto.sla.tests.office import Office, clocks, promise_everybody, rome, shown, told
from ascolto.testing.factories import Cast, receive
from ascolto.testing.readings import make_reading

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the log shows what is committed


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_giulia_writes_ten_minutes_before_a_long_weekend(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-05-29 17:50")  # a Friday; Tuesday is the second of June, a holiday
    office.looks("2026-05-29 17:51")
    assert clocks(talk) == [("first_response", "running", "2026-06-01 09:50")]
    assert shown(fresh(talk).due_at) == "2026-06-01 09:50"
    talk2 = office.writes("2026-06-01 17:50", text="Ancora niente!")
    assert talk2.pk == talk.pk
    office.answers("2026-06-01 17:51", talk)
    talk3 = office.writes("2026-06-01 17:55", text="Non ha funzionato.")
    office.looks("2026-06-01 17:56")
    assert talk3.pk == talk.pk
    assert clocks(talk) == [
        ("first_response", "breached", "2026-06-01 09:50"),
        ("next_response", "running", "2026-06-03 09:55"),
    ]


def test_a_message_is_promised_at_once_and_the_clock_says_the_same(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 17:30")
    assert shown(fresh(talk).due_at) == "2026-06-12 09:30"
    office.looks("2026-06-11 17:31")
    assert shown(fresh(talk).due_at) == "2026-06-12 09:30"
    assert not Event.objects.filter(type="sla.due_changed").exists()


def test_without_a_policy_everybody_gets_a_quarter_of_an_hour(office: Office) -> None:
    talk = office.writes("2026-06-13 23:50")  # a Saturday night
    office.looks("2026-06-13 23:51")
    assert clocks(talk) == [("first_response", "running", "2026-06-14 00:05")]


def test_an_answer_in_time_keeps_the_promise(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:40", talk)
    office.looks("2026-06-11 10:41")
    row = SlaClock.objects.get(conversation=talk, kind="first_response")
    assert (row.state, row.answered_by, row.waited) == ("met", office.cast.marco, timedelta(minutes=40))
    assert row.next_at is None
    assert told() == ["sla.met"]
    assert Event.objects.get(type="sla.met").data["late_by"] == 0


def test_danger_is_told_once_and_a_breach_once(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.looks("2026-06-11 10:30")
    assert told() == []
    office.looks("2026-06-11 10:46")
    office.looks("2026-06-11 10:50")
    assert told() == ["sla.warned", "sla.escalated"]
    office.looks("2026-06-11 11:01")
    office.looks("2026-06-11 12:00")
    assert told() == ["sla.warned", "sla.escalated", "sla.breached", "sla.escalated"]
    assert clocks(talk) == [("first_response", "breached", "2026-06-11 11:00")]
    office.answers("2026-06-11 12:00", talk)
    office.looks("2026-06-11 12:01")
    assert clocks(talk) == [("first_response", "breached", "2026-06-11 11:00")]
    assert Event.objects.get(type="sla.met").data["late_by"] == 3600


def test_a_look_at_the_very_moment_comes_to_rest_and_an_instant_later_it_is_broken(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.looks("2026-06-11 11:00")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 11:00")]
    office.looks("2026-06-11 11:00:00.000001")
    assert clocks(talk) == [("first_response", "breached", "2026-06-11 11:00")]


def test_the_same_events_again_after_a_kill_change_nothing(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.looks("2026-06-11 11:30")
    before, said = list(SlaClock.objects.values()), told("")
    Cursor.objects.filter(name="promises").update(xid=0, event_id=0)
    office.looks("2026-06-11 11:31")
    assert list(SlaClock.objects.values()) == before
    assert told("") == said
    assert talk.pk == before[0]["conversation_id"]


def test_pending_pauses_the_next_response_and_the_customer_ends_the_pause(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:10", talk)
    office.writes("2026-06-11 10:20", text="E adesso?")
    office.sets("2026-06-11 10:50", talk, "pending")
    office.looks("2026-06-11 10:51")
    assert clocks(talk)[-1] == ("next_response", "paused", "")
    assert fresh(talk).due_at is None
    office.looks("2026-06-11 13:00")
    assert told() == ["sla.met"]
    office.writes("2026-06-11 13:00", text="Ecco il numero.")
    office.looks("2026-06-11 13:01")
    assert clocks(talk)[-1] == ("next_response", "running", "2026-06-11 13:30")


def test_a_conversation_that_comes_back_starts_a_new_clock(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:10", talk)
    office.sets("2026-06-11 10:11", talk, "resolved")
    office.looks("2026-06-11 10:12")
    office.writes("2026-06-12 10:00", text="Di nuovo rotto.")
    office.looks("2026-06-12 10:01")
    assert clocks(talk) == [
        ("first_response", "met", "2026-06-11 11:00"),
        ("first_response", "running", "2026-06-12 11:00"),
    ]


def test_thanks_ask_for_nothing_once_they_are_understood(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:10", talk)
    office.writes("2026-06-11 10:20", text="Grazie mille!")
    office.looks("2026-06-11 10:20")
    assert [kind for kind, *_ in clocks(talk)] == ["first_response", "next_response"]
    with office.moment("2026-06-11 10:21"):
        make_reading(talk.messages.get(text="Grazie mille!"), needs_answer=False, intent="thanks")
    office.looks("2026-06-11 10:21")
    assert [kind for kind, *_ in clocks(talk)] == ["first_response"]
    assert (fresh(talk).waiting_since, fresh(talk).due_at) == (None, None)


def test_what_the_model_is_unsure_of_waits_for_an_answer(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00", text="ok")
    with office.moment("2026-06-11 10:01"):
        make_reading(talk.messages.get(), needs_answer=False, unsure=["needs_answer"])
    office.looks("2026-06-11 10:01")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 10:15")]


def test_nobody_promises_anything_to_spam_unless_it_was_none(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    with office.moment("2026-06-11 10:05"):
        mark_spam(agent=office.cast.marco, conversation=talk)
    office.looks("2026-06-11 11:00")
    assert [state for _, state, _ in clocks(talk)] == ["dropped"]
    with office.moment("2026-06-11 11:01"):
        mark_spam(agent=office.cast.marco, conversation=fresh(talk), spam=False)
    office.looks("2026-06-11 11:02")
    assert clocks(talk) == [("first_response", "breached", "2026-06-11 10:15")]
    assert shown(fresh(talk).due_at) == "2026-06-11 10:15"


def test_an_answer_on_the_network_that_reaches_us_late_takes_the_breach_back(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00", external_id="asked")
    office.looks("2026-06-11 10:30")
    assert clocks(talk) == [("first_response", "breached", "2026-06-11 10:15")]
    with office.moment("2026-06-11 10:31"):
        receive(
            office.cast.inbox,
            "Ti rispondo da qui.",
            customer=office.cast.giulia,
            at=rome("2026-06-11 10:05"),
            outgoing=True,
            replies_to=["asked"],
        )
    office.looks("2026-06-11 10:31")
    assert clocks(talk) == [("first_response", "met", "2026-06-11 10:15")]
    row = SlaClock.objects.get(conversation=talk, kind="first_response")
    assert (row.breached_at, row.waited) == (None, timedelta(minutes=5))
    assert told()[-2:] == ["sla.corrected", "sla.met"]


def test_an_earlier_message_that_comes_late_moves_the_start_and_warns_nobody_twice(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:10")
    office.looks("2026-06-11 11:00")
    assert told() == ["sla.warned", "sla.escalated"]
    office.writes("2026-06-11 11:01", text="Il primo.", at=rome("2026-06-11 10:02"))
    office.looks("2026-06-11 11:01")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 11:02")]
    assert told() == ["sla.warned", "sla.escalated"]
    assert SlaClock.objects.filter(conversation=talk, kind="first_response").count() == 1


def test_what_nobody_had_seen_is_not_answered_by_an_answer_from_the_desk(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:10", talk)
    office.sets("2026-06-11 10:11", talk, "resolved")
    office.writes("2026-06-11 10:30", text="Arrivo tardi.", at=rome("2026-06-11 10:09"))
    office.looks("2026-06-11 10:31")
    assert clocks(talk) == [
        ("first_response", "met", "2026-06-11 10:15"),
        ("first_response", "running", "2026-06-11 10:45"),
    ]


def test_a_snoozed_conversation_comes_back_when_its_promise_is_in_danger(office: Office) -> None:
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00")
    with office.moment("2026-06-11 10:05"):
        snooze(agent=office.cast.marco, conversation=talk, until=rome("2026-06-12 10:00"))
    office.looks("2026-06-11 10:40")
    assert fresh(talk).snoozed_until is not None
    office.looks("2026-06-11 10:45")
    assert fresh(talk).snoozed_until is None


@pytest.mark.parametrize("author", ["", "bot"])
def test_a_machine_answers_nobody(office: Office, author: str) -> None:
    from ascolto.conversations.actions import add_reply

    talk = office.writes("2026-06-11 10:00")
    with office.moment("2026-06-11 10:01"):
        add_reply(agent=None, conversation=talk, text="Abbiamo ricevuto il tuo messaggio.", author=author)
    office.looks("2026-06-11 10:02")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 10:15")]


def test_an_answer_that_failed_reached_nobody(office: Office) -> None:
    from ascolto.conversations.actions import note_delivery
    from ascolto.conversations.models import Delivery, Message

    talk = office.writes("2026-06-11 10:00")
    office.answers("2026-06-11 10:05", talk)
    office.looks("2026-06-11 10:06")
    assert fresh(talk).due_at is None
    with office.moment("2026-06-11 10:08"):
        note_delivery(
            Message.objects.get(conversation=talk, direction="out"), state=Delivery.FAILED, reason="gone"
        )
    office.looks("2026-06-11 10:08")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 10:15")]
    assert shown(fresh(talk).due_at) == "2026-06-11 10:15"


def test_a_promise_that_changes_leaves_the_clock_under_which_somebody_waits(office: Office) -> None:
    talk = office.writes("2026-06-11 10:00")
    office.looks("2026-06-11 10:01")
    promise_everybody(120, since="2026-06-11 10:02")
    office.looks("2026-06-11 10:03")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 10:15")]
    office.answers("2026-06-11 10:04", talk)
    office.writes("2026-06-11 10:05", text="E poi?")
    office.looks("2026-06-11 10:06")
    assert clocks(talk)[-1] == ("next_response", "running", "2026-06-11 12:05")


def test_a_new_part_settles_what_is_old_and_tells_nobody(office: Office) -> None:
    from ascolto.sla import worker

    talk = office.writes("2026-06-01 10:00")
    with office.moment("2026-06-11 10:00"):
        worker.ensure_cursors()
        assert worker.read_next() == 0
        assert worker.settle_old() == 1
        assert worker.settle_old() == 0
        worker.take_due()
    assert clocks(talk) == [("first_response", "breached", "2026-06-01 10:15")]
    assert told() == []
    assert worker.take_due() == 0


def test_a_very_long_room_is_settled_by_its_newest_part(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ascolto.sla import gathering

    monkeypatch.setattr(gathering, "NEWEST", 4)
    promise_everybody(60)
    talk = office.writes("2026-06-11 10:00", text="0")
    office.looks("2026-06-11 10:00")
    for minute in range(1, 8):  # nobody answers: the promise is still that of the first message
        office.writes(f"2026-06-11 10:0{minute}", text=str(minute))
        office.looks(f"2026-06-11 10:0{minute}")
    assert clocks(talk) == [("first_response", "running", "2026-06-11 11:00")]
    office.answers("2026-06-11 10:30", talk)
    office.looks("2026-06-11 10:31")
    for minute in range(32, 40):
        office.writes(f"2026-06-11 10:{minute}", text=str(minute))
        office.looks(f"2026-06-11 10:{minute}")
    assert clocks(talk) == [
        ("first_response", "met", "2026-06-11 11:00"),
        ("next_response", "running", "2026-06-11 11:32"),
    ]
    office.looks("2026-06-11 11:40")
    assert clocks(talk)[-1] == ("next_response", "breached", "2026-06-11 11:32")
    assert SlaClock.objects.filter(next_at__lte=rome("2026-06-11 11:40")).count() == 0
