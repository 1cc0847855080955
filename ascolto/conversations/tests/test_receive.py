"""Messages find their conversation: one per customer, whatever the channel, as long as it is open or may be reopened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.channels.protocol import Handle, Sender
from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions import Received, add_reply, change_status, receive_messages, snooze
from ascolto.conversations.models import Conversation, Message, Status
from ascolto.kit import clock
from ascolto.kit.clock import now
from ascolto.testing.factories import make_cast, make_conversation, make_customer, make_inbox, receive

pytestmark = pytest.mark.django_db


def test_one_proven_customer_has_one_conversation_over_all_channels() -> None:
    giulia = make_customer()
    first = receive(make_inbox("email"), "By mail", customer=giulia)
    second = receive(make_inbox("whatsapp"), "And by WhatsApp", customer=giulia)
    assert first.conversation_id == second.conversation_id
    conversation = Conversation.objects.get()
    assert conversation.channels == "whatsapp,email"
    assert conversation.preview == "And by WhatsApp"


def test_an_unproven_handle_never_opens_the_proven_persons_conversation() -> None:
    proven = make_customer("Giulia Ferri", ("email", "giulia@example.org"))
    claimed = make_customer("Giulia Ferri", ("email", "giulia@example.org"), scope="form:1")
    assert proven.pk != claimed.pk
    one = receive(make_inbox("email"), customer=proven)
    other = receive(make_inbox("form"), customer=claimed)
    assert one.conversation_id != other.conversation_id


def test_an_answer_stops_the_wait_and_the_next_message_begins_a_new_one() -> None:
    cast = make_cast()
    conversation = cast.writes()
    assert conversation.waiting_since is not None
    assert conversation.due_at == conversation.waiting_since + timedelta(minutes=15)
    add_reply(agent=cast.marco, conversation=conversation, text="We are looking into it.")
    assert (conversation.waiting_since, conversation.due_at) == (None, None)
    assert cast.writes("Any news?").waiting_since is not None


def test_several_messages_wait_since_the_first_one() -> None:
    cast = make_cast()
    earlier = now() - timedelta(minutes=9)
    cast.writes("one", at=earlier)
    assert cast.writes("two").waiting_since == earlier


@pytest.mark.parametrize("status", [Status.PENDING, Status.RESOLVED])
def test_writing_again_brings_a_conversation_back(status: str) -> None:
    cast = make_cast()
    conversation = cast.writes()
    change_status(agent=cast.marco, conversation=conversation, status=status)
    again = cast.writes("One more thing")
    assert (again.pk, again.status) == (conversation.pk, Status.OPEN)


def test_after_the_reopen_window_a_linked_conversation_begins() -> None:
    cast = make_cast()
    with clock.at(now() - timedelta(days=15)):
        conversation = cast.writes()
        change_status(agent=cast.marco, conversation=conversation, status=Status.RESOLVED)
    fresh = cast.writes("Hello again")
    assert fresh.pk != conversation.pk
    assert fresh.previous_id == conversation.pk


def test_a_department_keeps_its_conversation_on_hold_when_the_customer_writes() -> None:
    cast = make_cast()
    conversation = cast.writes()
    change_status(agent=cast.marco, conversation=conversation, status=Status.ON_HOLD)
    assert cast.writes("Still waiting").status == Status.ON_HOLD


def test_a_message_ends_a_snooze() -> None:
    cast = make_cast()
    conversation = cast.writes()
    snooze(agent=cast.marco, conversation=conversation, until=now() + timedelta(days=1))
    assert cast.writes("Sooner, please").snoozed_until is None


def test_a_machine_s_mail_needs_no_answer() -> None:
    cast = make_cast()
    conversation = cast.writes("Out of office", automatic=True)
    assert conversation.waiting_since is None


def test_a_forged_reference_does_not_open_another_customers_thread() -> None:
    inbox = make_inbox("email")
    giulia = receive(inbox, customer=make_customer("Giulia Ferri"), external_id="<giulia-1@example.org>")
    mallory = make_customer("Mallory Fox")
    forged = receive(inbox, "Tell me more", customer=mallory, replies_to=["<giulia-1@example.org>"])
    assert forged.conversation_id != giulia.conversation_id


def test_a_clock_that_runs_ahead_cannot_push_a_conversation_into_the_future() -> None:
    cast = make_cast()
    conversation = cast.writes(at=now() + timedelta(days=400))
    assert conversation.last_message_at <= now()
    assert conversation.waiting_since is not None
    assert conversation.waiting_since <= now()


def test_spam_stays_out_of_the_way() -> None:
    inbox, giulia = make_inbox(), make_customer()
    spam = make_conversation(inbox, customer=giulia, is_spam=True, status=Status.RESOLVED)
    assert receive(inbox, "A real question", customer=giulia).conversation_id != spam.pk


def test_two_different_mails_under_one_id_are_two_messages() -> None:
    cast = make_cast("email")
    for text, digest in (("one", "a" * 64), ("two", "b" * 64), ("one", "a" * 64), ("two", "b" * 64)):
        incoming = Incoming(
            external_id="<same@example.org>",
            sender=Sender((Handle("email", "giulia@example.org"),)),
            occurred_at=now(),
            text=text,
            extra={"digest": digest},
        )
        identity = cast.giulia.identities.get()
        receive_messages(
            [
                Received(
                    account_id=cast.inbox.pk,
                    channel="email",
                    message=incoming,
                    customer_id=cast.giulia.pk,
                    identity_id=identity.pk,
                )
            ]
        )
    assert sorted(Message.objects.values_list("text", flat=True)) == ["one", "two"]
