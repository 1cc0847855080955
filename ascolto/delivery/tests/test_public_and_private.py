"""A public word is answered in public or in private, stays one conversation, and nothing private is ever published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ascolto.channels.models import ChannelHealth
from ascolto.channels.protocol import ErrorClass, Failure, Handle, Sent
from ascolto.conversations.actions import add_reply, note_answered_outside
from ascolto.conversations.models import Conversation, Message
from ascolto.conversations.reach import reaches
from ascolto.customers.models import Identity
from ascolto.delivery.tests.desk import state_of
from ascolto.delivery.worker import deliver_waiting
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit import clock
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.testing.square import Square, the_square

pytestmark = pytest.mark.django_db


@pytest.fixture
def square() -> Iterator[Square]:
    with the_square() as square:
        yield square


def test_a_public_comment_goes_on_in_private_and_stays_one_conversation(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Three days without a line!"))
    conversation = Conversation.objects.get()
    ways = {(way.visibility, way.from_public) for way in reaches(conversation)}
    assert ways == {("public", False), ("private", True)}
    square.answers.append(Sent(("ours-1",), handles=(Handle("other-app", "psid-7"),)))
    sent = add_reply(
        agent=marco, conversation=conversation, text="Your number is 12345.", visibility="private"
    )
    deliver_waiting()
    assert [(o.text, o.from_public, o.reply_to) for o in square.sent] == [
        ("Your number is 12345.\nMarco", True, "c1")
    ]
    assert square.published == []
    told = Event.objects.get(type="message.answered_privately")
    assert told.data["message"] == Message.objects.get(external_id="c1").pk
    # the network told under which name she is known in private: what she writes there is the same conversation
    assert Identity.objects.get(namespace="other-app").customer_id == conversation.customer_id
    square.tells(inbox, square.post("d1", "Thank you!", public=False))
    assert Message.objects.get(external_id="d1").conversation_id == conversation.pk == sent.conversation_id


def test_what_is_written_for_everybody_leaves_by_the_public_door_only(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    add_reply(agent=marco, conversation=Conversation.objects.get(), text="We are here.", visibility="public")
    deliver_waiting()
    assert ([o.text for o in square.published], square.sent) == (["We are here.\nMarco"], [])


def test_one_private_answer_is_all_that_the_network_allows_until_she_writes(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    conversation = Conversation.objects.get()
    add_reply(agent=marco, conversation=conversation, text="Write us your number.")
    with pytest.raises(Refused, match="one private answer"):
        add_reply(agent=marco, conversation=conversation, text="And your street.")
    square.tells(inbox, square.post("d1", "12345", public=False))
    add_reply(agent=marco, conversation=conversation, text="And your street.")
    deliver_waiting()
    assert [o.from_public for o in square.sent] == [True, False]


def test_a_private_answer_that_failed_may_be_given_again(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    conversation = Conversation.objects.get()
    square.answers.append(Failure(ErrorClass.CONTENT, "Not these words."))
    add_reply(agent=marco, conversation=conversation, text="First try.")
    deliver_waiting()
    add_reply(agent=marco, conversation=conversation, text="Second try.")
    deliver_waiting()
    assert [o.text for o in square.sent] == ["Second try.\nMarco"]


def test_after_a_week_only_the_public_way_is_open(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?", occurred_at=now() - timedelta(days=8)))
    conversation = Conversation.objects.get()
    with pytest.raises(Refused, match="time to answer"):
        add_reply(agent=marco, conversation=conversation, text="Late.")
    assert add_reply(agent=marco, conversation=conversation, text="Late.", visibility="public").pk


def test_a_private_answer_that_waits_too_long_does_not_leave(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?", occurred_at=now() - timedelta(days=6)))
    message = add_reply(agent=marco, conversation=Conversation.objects.get(), text="In time, so far.")
    with clock.at(now() + timedelta(days=2)):
        deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert square.sent == []


def test_each_side_has_its_own_length(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    conversation = Conversation.objects.get()
    signed = len("\nMarco")
    with pytest.raises(Refused, match="281 of 280"):
        add_reply(agent=marco, conversation=conversation, text="x" * (281 - signed), visibility="public")
    assert add_reply(agent=marco, conversation=conversation, text="x" * 281, visibility="private").pk


def test_a_comment_that_was_taken_back_cannot_be_answered(square: Square) -> None:
    from ascolto.channels.protocol import Removed

    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    square.tells(inbox, Removed(external_id="c1", occurred_at=now()))
    with pytest.raises(Refused, match="has not written"):
        add_reply(agent=marco, conversation=Conversation.objects.get(), text="Gone.", visibility="public")


def test_a_person_may_answer_longer_than_a_machine() -> None:
    with the_square(reply_window=timedelta(hours=24), human_window=timedelta(days=7)) as square:
        inbox, marco = make_inbox("square"), make_agent()
        square.tells(inbox, square.post("d1", "Hello?", public=False, occurred_at=now() - timedelta(days=2)))
        conversation = Conversation.objects.get()
        with pytest.raises(Refused, match="time to answer"):
            add_reply(agent=None, conversation=conversation, text="An automatic word.")
        message = add_reply(agent=marco, conversation=conversation, text="A word of Marco.")
        deliver_waiting()
        assert state_of(message) == ("sent", "sent")
        heard = square.sent[0].heard_at
        assert heard is not None
        assert heard < now() - timedelta(days=1)


def test_a_network_that_takes_no_answers_is_answered_on_its_own_page() -> None:
    with the_square(answers=False) as square:
        inbox, marco = make_inbox("square"), make_agent()
        square.tells(inbox, square.post("r1", "Two stars."))
        conversation = Conversation.objects.get()
        with pytest.raises(Refused, match="takes no answers"):
            add_reply(agent=marco, conversation=conversation, text="Thank you.", visibility="public")
        noted = note_answered_outside(agent=marco, conversation=conversation, text="Thank you.")
        assert (noted.kind, noted.visibility, noted.delivery) == ("outside", "public", "")
        assert conversation.waiting_since is None


def test_a_no_to_one_answer_says_nothing_of_the_inbox(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    no = Failure(ErrorClass.CONFIG, "She did not mention us.", of_message=True)
    square.answers.append(no)
    message = add_reply(
        agent=marco, conversation=Conversation.objects.get(), text="Hello.", visibility="public"
    )
    deliver_waiting()
    assert state_of(message) == ("failed", "failed")
    assert message.delivery_error == "She did not mention us."
    assert not ChannelHealth.objects.filter(account=inbox).exclude(error_class="").exists()


def test_who_does_not_want_messages_gets_none_until_they_write_again(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("d1", "Hello?", public=False))
    conversation = Conversation.objects.get()
    square.answers.append(Failure(ErrorClass.BLOCKED, "She blocked us."))
    add_reply(agent=marco, conversation=conversation, text="Hello.")
    deliver_waiting()
    with pytest.raises(Refused, match="does not take messages"):
        add_reply(agent=marco, conversation=conversation, text="Hello?")
    square.tells(inbox, square.post("d2", "I am back.", public=False, occurred_at=now()))
    assert add_reply(agent=marco, conversation=conversation, text="Welcome back.").pk
