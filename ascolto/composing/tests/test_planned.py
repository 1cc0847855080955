"""An answer leaves when it was planned, once; or somebody is asked, because something happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.accounts.models import Agent
from ascolto.composing.actions.leaving import ask_where_customers_wrote, leave_due, next_at
from ascolto.composing.actions.planned import (
    access_planned,
    cancel_planned,
    change_planned,
    plan_reply,
    send_planned_now,
)
from ascolto.composing.models import Draft, PlannedReply
from ascolto.composing.selectors import planned_in
from ascolto.composing.tests.conftest import later, reply
from ascolto.conversations.actions import add_reply, change_status
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.delivery.models import Dispatch
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.testing.factories import Cast, make_agent, make_cast, make_customer

HOURS = timedelta(hours=2)
State = PlannedReply.State


def plan(cast: Cast, conversation: Conversation, **fields: object) -> PlannedReply:
    given = reply(leave_at=clock.now() + HOURS, **fields)  # type: ignore[arg-type]
    return plan_reply(agent=cast.marco, conversation=conversation, reply=given)


def pass_time(hours: float = 2.1) -> object:
    return clock.at(clock.now() + timedelta(hours=hours))


def sent(conversation: Conversation) -> list[str]:
    rows = Message.objects.filter(conversation=conversation, direction="out").order_by("id")
    return list(rows.values_list("text", flat=True))


def test_it_leaves_at_its_time_and_not_before(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation, then="resolved")
    assert next_at() == row.leave_at
    assert (leave_due(), sent(conversation)) == (0, [])
    with pass_time():  # type: ignore[attr-defined]
        assert leave_due() == 1
        assert leave_due() == 0
    row.refresh_from_db()
    message = Message.objects.get(client_key=f"planned-{row.pk}")
    assert (row.state, row.message, message.agent, message.text) == (
        State.SENT,
        message,
        cast.marco,
        "The technician comes tomorrow.",
    )
    assert Dispatch.objects.filter(message=message).exists()
    assert Conversation.objects.get(pk=conversation.pk).status == "resolved"
    assert Event.objects.get(type="planned_reply.sent").data["message"] == message.pk
    assert next_at() is None


def test_the_same_form_sent_twice_is_one_plan(cast: Cast) -> None:
    conversation = cast.writes()
    first, second = (plan(cast, conversation, client_key="k1") for _ in range(2))
    assert first.pk == second.pk
    with pytest.raises(Refused):
        plan_reply(
            agent=cast.anna,
            conversation=conversation,
            reply=reply(client_key="k1", leave_at=clock.now() + HOURS),
        )


def test_the_customer_writes_first_and_marco_is_asked(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    with clock.at(clock.now() + timedelta(minutes=5)):
        cast.writes("It works again!")
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    row.refresh_from_db()
    assert (row.state, row.reason, sent(conversation)) == (State.ASKING, "The customer wrote first.", [])
    told = Event.objects.get(type="planned_reply.asked")
    assert told.data["owner"] == cast.marco.pk


def test_or_it_is_cancelled_and_the_words_are_a_draft(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation, if_customer_writes="cancel")
    with clock.at(clock.now() + timedelta(minutes=5)):
        cast.writes("It works again!")
    ask_where_customers_wrote(list(Event.objects.order_by("id")))
    ask_where_customers_wrote(list(Event.objects.order_by("id")))  # the log may be read again
    row.refresh_from_db()
    assert (row.state, sent(conversation)) == (State.WITHDRAWN, [])
    assert Draft.objects.get().text == "The technician comes tomorrow."
    assert Event.objects.filter(type="planned_reply.withdrawn").count() == 1


def test_the_log_tells_at_once_and_only_of_what_came_after(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    ask_where_customers_wrote(list(Event.objects.order_by("id")))
    row.refresh_from_db()
    assert row.state == State.PLANNED
    cast.writes("And another thing")
    ask_where_customers_wrote(list(Event.objects.order_by("id")))
    row.refresh_from_db()
    assert row.state == State.ASKING


def test_asked_marco_plans_it_again_or_sends_it(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    cast.writes("And another thing")
    ask_where_customers_wrote(list(Event.objects.order_by("id")))
    assert change_planned(agent=cast.marco, planned=row, leave_at=clock.now() + timedelta(hours=5))
    row.refresh_from_db()
    assert row.state == State.PLANNED
    with pass_time(6):  # type: ignore[attr-defined]
        leave_due()
    assert sent(conversation) == ["The technician comes tomorrow."]


def test_sent_now_it_does_not_leave_again(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    message = send_planned_now(agent=cast.marco, planned=row)
    assert message.client_key == f"planned-{row.pk}"
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    assert len(sent(conversation)) == 1
    with pytest.raises(Refused):
        send_planned_now(agent=cast.marco, planned=row)
    with pytest.raises(Refused):
        cancel_planned(agent=cast.marco, planned=row)


def test_cancelled_it_is_a_draft_again_with_its_files(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    assert cancel_planned(agent=cast.marco, planned=row)
    assert not cancel_planned(agent=cast.marco, planned=row)
    with pass_time():  # type: ignore[attr-defined]
        assert leave_due() == 0
    assert Draft.objects.get(agent=cast.marco).text == "The technician comes tomorrow."


def test_a_window_that_shuts_is_looked_at_when_it_leaves(db: None) -> None:
    cast = make_cast("whatsapp")
    conversation = cast.writes(at=clock.now() - timedelta(hours=20))
    with pytest.raises(Refused) as refused:
        plan_reply(agent=cast.marco, conversation=conversation, reply=later(hours=10))
    assert refused.value.code == "window_closes"
    row = plan_reply(agent=cast.marco, conversation=conversation, reply=later(hours=3))
    with pass_time(10):  # type: ignore[attr-defined]  # the house was down when it was due
        leave_due()
    row.refresh_from_db()
    assert (row.state, sent(conversation)) == (State.FAILED, [])
    assert "The time to answer" in row.reason
    assert Event.objects.get(type="planned_reply.failed").data["owner"] == cast.marco.pk


def test_every_gate_is_asked_again(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    cast.inbox.is_enabled = False
    cast.inbox.save()
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    row.refresh_from_db()
    assert (row.state, "switched off" in row.reason) == (State.FAILED, True)


def test_what_somebody_answered_meanwhile_is_told_at_the_time(cast: Cast) -> None:
    conversation = cast.writes()
    seen = Message.objects.latest("id").pk
    row = plan(cast, conversation, seen=seen)
    with clock.at(clock.now() + timedelta(minutes=1)):
        add_reply(agent=cast.anna, conversation=conversation, text="Anna here: solved.")
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    row.refresh_from_db()
    assert (row.state, sent(conversation)) == (State.FAILED, ["Anna here: solved."])
    assert "answered" in row.reason


@pytest.mark.parametrize("gone", ["deactivated", "absent"])
def test_without_its_author_whoever_has_the_conversation_is_asked(cast: Cast, gone: str) -> None:
    conversation = cast.writes()
    Conversation.objects.filter(pk=conversation.pk).update(assignee=cast.anna)
    row = plan(cast, conversation)
    if gone == "deactivated":
        Agent.objects.filter(pk=cast.marco.pk).update(is_active=False)
    else:
        at = clock.now()
        cast.marco.absences.create(starts_at=at, ends_at=at + timedelta(days=7))
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
        row.refresh_from_db()
        assert (row.state, sent(conversation)) == (State.ASKING, [])
        assert Event.objects.get(type="planned_reply.asked").data["owner"] == cast.anna.pk
        message = send_planned_now(agent=cast.anna, planned=row)
    assert message.agent == cast.anna


def test_a_colleague_who_decides_signs_it_and_takes_its_files(db: None) -> None:
    cast = make_cast("email")
    conversation = cast.writes()
    file = store_file([b"map"], name="map.txt", content_type="text/plain", uploader=cast.marco)
    row = plan(cast, conversation, files=[file])
    message = send_planned_now(agent=cast.anna, planned=row)
    assert message.agent == cast.anna
    assert Attachment.objects.get().message == message


def test_files_of_others_are_refused(db: None) -> None:
    cast = make_cast("email")
    file = store_file([b"map"], name="map.txt", content_type="text/plain", uploader=cast.viktor)
    with pytest.raises(Refused) as refused:
        plan(cast, cast.writes(), files=[file])
    assert refused.value.code == "file_taken"


def test_times_that_make_no_sense_are_refused(cast: Cast) -> None:
    conversation = cast.writes()
    for at in (None, clock.now() - HOURS, clock.now() + timedelta(days=800)):
        with pytest.raises(Refused):
            plan_reply(agent=cast.marco, conversation=conversation, reply=reply(leave_at=at))


def test_viktor_and_guests_plan_and_find_nothing(cast: Cast) -> None:
    conversation = cast.writes()
    row = plan(cast, conversation)
    with pytest.raises(PlannedReply.DoesNotExist):
        access_planned(cast.viktor, row.pk)
    bruno = make_agent("Bruno Conti", "guest")
    with pytest.raises(PlannedReply.DoesNotExist):
        access_planned(bruno, row.pk)


def test_a_resolved_conversation_still_gets_it(cast: Cast) -> None:
    conversation = cast.writes()
    plan(cast, conversation)
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    assert len(sent(conversation)) == 1


def test_something_unexpected_fails_it_once_and_hinders_nobody_else(cast: Cast) -> None:
    first, second = cast.writes(), cast.writes("x", inbox=cast.inbox)
    row = plan(cast, first)
    PlannedReply.objects.filter(pk=row.pk).update(provenance=[7])
    other = plan(cast, second)
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
        assert leave_due() == 0
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state) == (State.FAILED, State.SENT)


def test_what_was_planned_follows_a_merge(cast: Cast) -> None:
    source, target = cast.writes("One"), cast.writes("Two", customer=make_customer("Giulia Bis"))
    row = plan(cast, source)
    Message.objects.filter(conversation=source).update(conversation=target)
    Conversation.objects.filter(pk=source.pk).update(merged_into=target)
    assert [one.pk for one in planned_in(target)] == [row.pk]
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    row.refresh_from_db()
    assert (row.state in {State.SENT, State.ASKING}, sent(source)) == (True, [])


def test_a_planned_answer_is_for_the_message_that_was_chosen(cast: Cast) -> None:
    conversation = cast.writes("One", external_id="a-1")
    cast.writes("Two")
    first = Message.objects.get(external_id="a-1")
    plan(cast, conversation, answers=first.pk)
    with pass_time():  # type: ignore[attr-defined]
        leave_due()
    assert Message.objects.get(direction="out").in_reply_to == first
