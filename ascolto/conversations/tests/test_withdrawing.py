"""An answer is taken back before it leaves: nothing of it stays, and the customer waits as before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_reply, change_status, hasten_reply, withdraw_reply
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.delivery.leases import claim, due_accounts
from ascolto.delivery.models import Dispatch
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.sla.actions.commitments import make
from ascolto.sla.actions.verdicts import settle_after
from ascolto.sla.models import Commitment, SlaClock
from ascolto.sla.worker import catch_up
from ascolto.testing.factories import Cast, make_cast

HOLD = timedelta(seconds=10)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def answer(cast: Cast, conversation: Conversation, text: str = "We are on it.", **more: object) -> Message:
    more.setdefault("hold", HOLD)
    return add_reply(agent=cast.marco, conversation=conversation, text=text, **more)  # type: ignore[arg-type]


def test_an_answer_that_is_held_is_in_the_thread_and_does_not_leave(cast: Cast) -> None:
    conversation = cast.writes()
    message = answer(cast, conversation)
    dispatch = Dispatch.objects.get(message=message)
    assert dispatch.run_at - message.created_at == pytest.approx(HOLD, abs=timedelta(seconds=2))
    assert due_accounts(clock.now()) == []
    assert message.extra["held"]["until"] == dispatch.run_at.isoformat()
    assert [pk for pk, _ in due_accounts(clock.now() + 2 * HOLD)] == [cast.inbox.pk]


def test_a_hold_has_an_end(cast: Cast) -> None:
    message = answer(cast, cast.writes(), hold=timedelta(days=3))
    assert Dispatch.objects.get(message=message).run_at <= clock.now() + timedelta(seconds=60)


def test_taking_it_back_restores_who_waits_and_since_when(cast: Cast) -> None:
    conversation = cast.writes("Hello, is anybody there?")
    before = fresh(conversation)
    message = answer(cast, conversation)
    assert fresh(conversation).waiting_since is None
    gone = withdraw_reply(agent=cast.marco, message=message)
    after = fresh(conversation)
    assert (gone.text, gone.visibility, gone.account) == ("We are on it.", "private", cast.inbox.pk)
    for name in ("waiting_since", "due_at", "status", "last_message_at", "preview", "channels"):
        assert getattr(after, name) == getattr(before, name), name
    assert not Message.objects.filter(pk=message.pk).exists()
    assert not Dispatch.objects.exists()
    told = Event.objects.get(type="message.withdrawn")
    assert (told.data["message"], told.actor_id, told.data["reopened"]) == (message.pk, cast.marco.pk, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("resolves", [False, True])
def test_the_clock_runs_on_as_if_nothing_had_been_said(resolves: bool) -> None:
    cast = make_cast()
    conversation = cast.writes()
    catch_up()
    begun = SlaClock.objects.get(kind="first_response")
    message = answer(cast, conversation)
    if resolves:
        change_status(agent=cast.marco, conversation=conversation, status="resolved")
    catch_up()
    assert SlaClock.objects.get(pk=begun.pk).stopped_at is not None
    withdraw_reply(agent=cast.marco, message=message)
    for _ in range(2):  # at once, and after the log was followed
        after, row = fresh(conversation), SlaClock.objects.get(kind="first_response")
        assert (row.started_at, row.due_at, row.stopped_at, row.state) == (
            begun.started_at,
            begun.due_at,
            None,
            "running",
        )
        assert (after.status, after.waiting_since, after.due_at) == ("open", begun.started_at, begun.due_at)
        catch_up()


def test_send_and_resolve_is_taken_back_as_a_whole(cast: Cast) -> None:
    conversation = cast.writes()
    Conversation.objects.filter(pk=conversation.pk).update(status="on_hold")
    message = answer(cast, fresh(conversation))
    change_status(agent=cast.marco, conversation=conversation, status="resolved")
    withdraw_reply(agent=cast.marco, message=message)
    assert (fresh(conversation).status, fresh(conversation).resolved_at) == ("on_hold", None)


def test_a_customer_who_writes_meanwhile_waits_since_the_first_question(cast: Cast) -> None:
    conversation = cast.writes()
    first = fresh(conversation).waiting_since
    message = answer(cast, conversation)
    cast.writes("And one thing more.")
    withdraw_reply(agent=cast.marco, message=message)
    after = fresh(conversation)
    assert (after.waiting_since, after.preview) == (first, "And one thing more.")


def test_its_dated_promises_were_never_made_and_earlier_ones_are_open_again(cast: Cast) -> None:
    conversation = cast.writes()
    earlier = make(
        agent=cast.marco, conversation=conversation, due_at=clock.now() + timedelta(hours=5), words="by five"
    )
    with clock.at(clock.now() + timedelta(hours=1)):
        message = answer(cast, conversation, "I will write by tomorrow at noon.")
        made = make(
            agent=cast.marco,
            conversation=conversation,
            message=message,
            due_at=message.occurred_at + timedelta(days=1),
            words="by tomorrow at noon",
        )
        settle_after(message)
        assert Commitment.objects.get(pk=earlier.pk).state == "kept"
        withdraw_reply(agent=cast.marco, message=message)
    assert [(row.pk, row.state) for row in Commitment.objects.all()] == [(earlier.pk, "open")]
    assert Event.objects.filter(type="commitment.withdrawn", data__commitment=made.pk).exists()
    assert fresh(conversation).promised_for == earlier.due_at


def test_files_come_back_to_whoever_uploaded_them(db: None) -> None:
    cast = make_cast("email")
    conversation = cast.writes()
    file = store_file([b"a map"], name="map.txt", content_type="text/plain", uploader=cast.marco)
    message = answer(cast, conversation, attachments=[file])
    gone = withdraw_reply(agent=cast.marco, message=message)
    assert [each.pk for each in gone.files] == [file.pk]
    row = Attachment.objects.get(pk=file.pk)
    assert (row.message_id, row.uploader_id) == (None, cast.marco.pk)
    answer(cast, conversation, attachments=[row])  # and may leave with the next one


def test_what_a_worker_has_taken_cannot_be_taken_back(cast: Cast) -> None:
    conversation = cast.writes()
    message = answer(cast, conversation)
    moment = clock.now() + 2 * HOLD
    assert claim("worker", {cast.inbox.pk: 1}, moment)
    with pytest.raises(Refused) as refused:
        withdraw_reply(agent=cast.marco, message=message)
    assert refused.value.code == "left_already"
    assert Message.objects.filter(pk=message.pk).exists()


def test_what_was_tried_and_waits_for_another_try_cannot_be_taken_back(cast: Cast) -> None:
    message = answer(cast, cast.writes(), hold=timedelta(0))
    Dispatch.objects.filter(message=message).update(attempts=1, first_tried_at=clock.now())
    with pytest.raises(Refused):
        withdraw_reply(agent=cast.marco, message=message)


def test_only_the_writer_takes_it_back(cast: Cast) -> None:
    message = answer(cast, cast.writes())
    for other in (cast.anna, cast.viktor):
        with pytest.raises(Refused) as refused:
            withdraw_reply(agent=other, message=message)
        assert refused.value.code == "not_yours"
    withdraw_reply(agent=cast.marco, message=message)
    with pytest.raises(Refused):
        withdraw_reply(agent=cast.marco, message=message)


def test_who_does_not_want_to_wait_lets_it_leave(cast: Cast) -> None:
    message = answer(cast, cast.writes())
    assert hasten_reply(agent=cast.marco, message=message)
    assert [pk for pk, _ in due_accounts(clock.now())] == [cast.inbox.pk]
    assert "held" not in Message.objects.get(pk=message.pk).extra
    assert not hasten_reply(agent=cast.marco, message=message)


def test_nobody_else_is_hindered(cast: Cast) -> None:
    assert Agent.objects.get(pk=cast.marco.pk).undo_seconds == 0
    message = answer(cast, cast.writes(), hold=timedelta(0))
    assert "held" not in message.extra
    assert datetime.now(tz=clock.now().tzinfo) >= Dispatch.objects.get(message=message).run_at
