"""An answer to one message that the writer chose: who reads it, by when it may leave, and what the thread says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.conversations.actions import add_note, add_reply
from ascolto.conversations.models import Message
from ascolto.conversations.reach import reach_of, reach_to
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outgoing import Accounts, prepare
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_customer, make_inbox, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_marco_answers_the_first_of_two_and_the_network_is_told(cast: Cast) -> None:
    conversation = cast.writes("Is the line repaired?", external_id="a-1")
    receive(cast.inbox, "And what does it cost?", customer=cast.giulia, external_id="a-2")
    first = Message.objects.get(external_id="a-1")
    message = add_reply(agent=cast.marco, conversation=conversation, text="Yes.", answers=first.pk)
    assert message.in_reply_to == first
    assert message.extra["quote"] == {"text": "Is the line repaired?"}
    outgoing = prepare(Dispatch.objects.get(message=message).pk, Accounts()).outgoing
    assert (outgoing.reply_to, outgoing.references) == ("a-1", ("a-1", "a-2"))


def test_without_a_choice_the_newest_is_answered_and_nothing_is_quoted(cast: Cast) -> None:
    conversation = cast.writes("One", external_id="a-1")
    newest = receive(cast.inbox, "Two", customer=cast.giulia)
    message = add_reply(agent=cast.marco, conversation=conversation, text="Yes.")
    assert (message.in_reply_to, message.extra.get("quote")) == (newest, None)


def test_only_a_message_of_the_customer_in_this_conversation_is_answered(cast: Cast) -> None:
    conversation = cast.writes("One")
    note = add_note(agent=cast.marco, conversation=conversation, text="Hm")
    ours = add_reply(agent=cast.marco, conversation=conversation, text="Yes.")
    other = cast.writes("Mine", customer=make_customer("Paolo Conti")).messages.get()
    for message in (note.pk, ours.pk, other.pk, 10**17):
        with pytest.raises(Refused) as refused:
            add_reply(agent=cast.marco, conversation=conversation, text="Yes.", answers=message)
        assert refused.value.code == "not_here"


def test_channel_and_readers_are_those_of_the_message(cast: Cast) -> None:
    conversation = cast.writes("One")
    private = conversation.messages.get()
    elsewhere = make_inbox("form", teams=[cast.care])
    for more, code in (
        ({"account": elsewhere}, "other_channel"),
        ({"visibility": "public"}, "other_readers"),
    ):
        with pytest.raises(Refused) as refused:
            add_reply(agent=cast.marco, conversation=conversation, text="Yes.", answers=private.pk, **more)
        assert refused.value.code == code


def test_the_time_to_answer_runs_from_what_was_written_last(cast: Cast) -> None:
    whatsapp = make_inbox("whatsapp", teams=[cast.care])
    first = receive(whatsapp, "One", customer=cast.giulia, at=now() - timedelta(hours=30))
    receive(whatsapp, "Two", customer=cast.giulia)
    conversation = first.conversation
    way = reach_to(conversation, first.pk, visibility="private")
    assert way.is_window_open
    assert way.window_ends_at == reach_of(conversation, visibility="private").window_ends_at
