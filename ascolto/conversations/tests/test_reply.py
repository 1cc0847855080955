"""Answers and notes: once, on a channel that reaches the customer, with the files that were meant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ascolto.conversations.actions import add_note, add_reply
from ascolto.conversations.files import store_file
from ascolto.conversations.models import Conversation, Delivery, Message
from ascolto.delivery.models import Dispatch
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.kit.clock import now
from ascolto.testing.factories import make_cast, make_inbox

pytestmark = pytest.mark.django_db


def test_sending_the_same_form_twice_sends_once() -> None:
    cast = make_cast()
    conversation = cast.writes()
    first = add_reply(agent=cast.marco, conversation=conversation, text="Hello", client_key="k")
    second = add_reply(agent=cast.marco, conversation=conversation, text="Hello", client_key="k")
    assert first.pk == second.pk
    assert Dispatch.objects.count() == 1
    assert first.delivery == Delivery.QUEUED


def test_a_key_of_somebody_else_is_refused() -> None:
    cast = make_cast()
    conversation = cast.writes()
    add_reply(agent=cast.marco, conversation=conversation, text="Hello", client_key="k")
    with pytest.raises(Refused) as refusal:
        add_reply(agent=cast.anna, conversation=conversation, text="Hello", client_key="k")
    assert refusal.value.code == "key_in_use"


def test_whoever_answers_first_holds_the_conversation() -> None:
    cast = make_cast()
    conversation = cast.writes()
    add_reply(agent=cast.marco, conversation=conversation, text="Hello")
    add_reply(agent=cast.anna, conversation=conversation, text="And I")
    assert Conversation.objects.get().assignee == cast.marco
    assert Event.objects.filter(type="conversation.assigned").count() == 1


def test_the_answer_goes_where_the_customer_wrote_last() -> None:
    cast = make_cast("webhook")
    cast.writes("First here")
    second = make_inbox("email", teams=[cast.care])
    conversation = cast.writes("Then by mail", inbox=second)
    assert add_reply(agent=cast.marco, conversation=conversation, text="Hello").account == second
    chosen = add_reply(agent=cast.marco, conversation=conversation, text="Here too", account=cast.inbox)
    assert chosen.account == cast.inbox


def test_after_the_window_of_the_network_only_a_template_may_leave() -> None:
    cast = make_cast("whatsapp")
    with clock.at(now() - timedelta(hours=25)):
        conversation = cast.writes()
    with pytest.raises(Refused):
        add_reply(agent=cast.marco, conversation=conversation, text="Too late")
    template = {"name": "hello", "language": "it"}
    assert add_reply(agent=cast.marco, conversation=conversation, text="", template=template).pk


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_an_empty_answer_is_refused_and_nothing_is_written(text: str) -> None:
    cast = make_cast()
    conversation = cast.writes()
    with pytest.raises(Refused):
        add_reply(agent=cast.marco, conversation=conversation, text=text.replace("\u200b", ""))
    assert Message.objects.filter(direction="out").count() == Dispatch.objects.count() == 0


def test_a_text_that_the_network_would_cut_is_refused_before_it_leaves() -> None:
    cast = make_cast("whatsapp")
    conversation = cast.writes()
    with pytest.raises(Refused, match=r"4.?096"):
        add_reply(agent=cast.marco, conversation=conversation, text="x" * 4097)


def test_a_file_belongs_to_one_message_and_to_who_uploaded_it() -> None:
    cast = make_cast("email")
    conversation = cast.writes()
    mine = store_file(b"hello", name="a.txt", content_type="text/plain", uploader=cast.marco)
    theirs = store_file(b"hello", name="a.txt", content_type="text/plain", uploader=cast.anna)
    with pytest.raises(Refused):
        add_reply(agent=cast.marco, conversation=conversation, text="See", attachments=[theirs])
    add_reply(agent=cast.marco, conversation=conversation, text="See", attachments=[mine])
    with pytest.raises(Refused):
        add_note(agent=cast.marco, conversation=conversation, text="Again", attachments=[mine])


def test_a_note_reaches_no_network_and_leaves_the_customer_waiting() -> None:
    cast = make_cast()
    conversation = cast.writes()
    add_note(agent=cast.marco, conversation=conversation, text="He called yesterday")
    assert Dispatch.objects.count() == 0
    assert Conversation.objects.get().waiting_since is not None
