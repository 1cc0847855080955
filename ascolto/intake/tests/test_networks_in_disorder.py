"""Networks repeat themselves, come in any order and show us our own words: the state of the house is always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest

from ascolto.channels.protocol import (
    AccountNews,
    Amended,
    ConsentChanged,
    ErrorClass,
    Failure,
    Ignored,
    Media,
    ReadUpTo,
    ReceiptStatus,
    Sent,
    ThreadMoved,
    Unsupported,
)
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Attachment, Conversation, EarlyNews, Message, Status
from ascolto.customers.models import Identity
from ascolto.delivery.tests.desk import health_of, state_of
from ascolto.delivery.worker import deliver_waiting
from ascolto.gates import Refused
from ascolto.intake.models import RawEvent
from ascolto.kit import clock
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.testing.square import Square, the_square

pytestmark = pytest.mark.django_db


@pytest.fixture
def square() -> Iterator[Square]:
    with the_square() as square:
        yield square


# --- albums ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_an_album_is_one_message_whatever_the_order_of_its_pieces(
    square: Square, order: tuple[int, ...], together: bool
) -> None:
    inbox = make_inbox("square")
    pieces = [
        square.post(
            f"chat:{number}",
            "Look at this" if number == 9 else "",
            public=False,
            album="a1",
            attachments=(Media(name=f"{number}.jpg", remote={"id": number}),),
        )
        for number in (9, 10, 11)
    ]
    told = [pieces[place] for place in order] * 2
    if together:
        square.tells(inbox, *told)
    else:
        for piece in told:
            square.tells(inbox, piece)
    message = Message.objects.get()
    assert message.text == "Look at this"
    assert sorted(message.attachments.values_list("name", flat=True)) == ["10.jpg", "11.jpg", "9.jpg"]
    assert set(message.aliases.values_list("external_id", flat=True)) == {"chat:9", "chat:10", "chat:11"}


def test_what_happens_to_a_piece_happens_to_the_album(square: Square) -> None:
    from ascolto.channels.protocol import Edited

    inbox = make_inbox("square")
    square.tells(inbox, square.post("1", "One", album="a"), square.post("2", "", album="a"))
    square.tells(inbox, Edited(external_id="1", occurred_at=now(), text="One, corrected"))
    assert Message.objects.get().text == "One, corrected"


# --- threads ---------------------------------------------------------------------------------------------------------


def test_a_thread_of_the_network_is_one_conversation_whoever_writes(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, square.post("1", "Router 7 is down", by="giulia", public=False, thread="t1"))
    square.tells(inbox, square.post("2", "Looking at it", by="paolo", public=False, thread="t1"))
    square.tells(inbox, square.post("3", "And router 8", by="giulia", public=False, thread="t2"))
    square.tells(inbox, square.post("4", "By the way", by="giulia", public=False))
    homes = {m.external_id: m.conversation_id for m in Message.objects.all()}
    assert homes["1"] == homes["2"]
    assert len(set(homes.values())) == 3


def test_a_threads_second_message_in_the_same_delivery_finds_the_first(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, square.post("1", "One", thread="t"), square.post("2", "Two", by="paolo", thread="t"))
    assert Conversation.objects.count() == 1


def test_a_room_that_moves_keeps_its_conversations(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, square.post("1", "Hello", public=False, thread="chat:-1"))
    square.tells(inbox, square.post("2", "Topic", public=False, thread="chat:-1:7"))
    for _ in range(2):
        square.tells(inbox, ThreadMoved(old="chat:-1", new="chat:-100", occurred_at=now()))
    square.tells(inbox, square.post("3", "Hello again", public=False, thread="chat:-100"))
    square.tells(inbox, square.post("4", "Topic again", public=False, thread="chat:-100:7"))
    assert Conversation.objects.count() == 2


# --- echoes ----------------------------------------------------------------------------------------------------------


def test_an_answer_given_outside_the_desk_is_seen_and_starts_nothing(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, square.post("c1", "Hello?"))
    square.tells(inbox, square.echo("e1", "Hello from the page.", answers="c1"))
    echo = Message.objects.get(external_id="e1")
    assert (echo.direction, echo.author_kind, echo.delivery, echo.agent) == ("out", "agent", "sent", None)
    assert Conversation.objects.get().waiting_since is None


def test_an_echo_that_is_faster_than_what_it_answers_waits_for_it(square: Square) -> None:
    inbox = make_inbox("square")
    for _ in range(2):
        square.tells(inbox, square.echo("e1", "Hello from the page.", answers="c1", at=now()))
    assert not Message.objects.exists()
    square.tells(inbox, square.post("c1", "Hello?", occurred_at=now() - timedelta(minutes=1)))
    assert list(Message.objects.order_by("id").values_list("external_id", flat=True)) == ["c1", "e1"]
    assert Conversation.objects.get().waiting_since is None


def test_a_post_of_our_own_is_nobodys(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, square.echo("e1", "We have a new offer!"))
    assert not Message.objects.exists()
    assert not EarlyNews.objects.exists()
    assert RawEvent.objects.get().state == RawEvent.State.DONE


def test_our_own_echo_is_not_a_second_answer(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    square.answers.append(Sent(("x1", "x2")))
    message = add_reply(agent=marco, conversation=Conversation.objects.get(), text="Hi.", visibility="public")
    deliver_waiting()
    square.tells(inbox, square.echo("x1", "Hi.", answers="c1"), square.echo("x2", "Hi.", answers="c1"))
    assert Message.objects.filter(direction="out").count() == 1
    assert state_of(message) == ("sent", "sent")


def test_an_echo_confirms_an_answer_of_which_nobody_knew(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    square.answers.append(Failure(ErrorClass.UNCERTAIN, "No answer in time."))
    message = add_reply(agent=marco, conversation=Conversation.objects.get(), text="Hi.", visibility="public")
    deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    square.tells(inbox, square.echo("x1", "Hi.", answers="c1"))
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    assert message.external_id == "x1"
    assert Message.objects.filter(direction="out").count() == 1


def test_an_echo_ends_the_repeats_of_a_network_that_knows_them() -> None:
    with the_square(idempotent=True) as square:
        inbox, marco = make_inbox("square"), make_agent()
        square.tells(inbox, square.post("c1", "Hello?"))
        square.answers.append(Failure(ErrorClass.UNCERTAIN, "No answer in time."))
        message = add_reply(
            agent=marco, conversation=Conversation.objects.get(), text="Hi.", visibility="public"
        )
        deliver_waiting()
        assert state_of(message) == ("queued", "queued")
        square.tells(inbox, square.echo("x1", "Hi.", answers="c1"))
        with clock.at(now() + timedelta(hours=2)):
            deliver_waiting()
        assert state_of(message) == ("sent", "sent")
        assert square.published == []
        assert Message.objects.filter(direction="out").count() == 1


def test_an_echo_that_is_faster_than_the_networks_own_answer_becomes_ours(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("c1", "Hello?"))
    message = add_reply(agent=marco, conversation=Conversation.objects.get(), text="Hi!", visibility="public")
    square.tells(
        inbox, square.echo("x1", "Hi!", answers="c1")
    )  # it is still queued here: looks like somebody else's
    square.answers.append(Sent(("x1",)))
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")
    assert message.external_id == "x1"
    assert Message.objects.filter(direction="out").count() == 1


# --- revisions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_review_stands_as_its_author_last_wrote_it_whatever_came_first(
    square: Square, order: tuple[int, ...]
) -> None:
    inbox, began = make_inbox("square"), now() - timedelta(days=3)
    states = [
        square.post(
            "r1", text, occurred_at=began, revised_at=began + timedelta(days=day), extra={"rating": stars}
        )
        for day, (text, stars) in enumerate([("Bad.", 1), ("Better.", 3), ("Good!", 5)])
    ]
    for place in (*order, *order):
        square.tells(inbox, states[place])
    message = Message.objects.get()
    assert (message.text, message.extra["rating"]) == ("Good!", 5)
    assert message.edited_at == began + timedelta(days=2)
    assert set(message.revisions.values_list("text", flat=True)) == {"Bad.", "Better."}


def test_a_review_that_changes_after_our_answer_wants_another_one(square: Square) -> None:
    inbox, marco, began = make_inbox("square"), make_agent(), now() - timedelta(hours=2)
    square.tells(inbox, square.post("r1", "Bad.", occurred_at=began, revised_at=began))
    conversation = Conversation.objects.get()
    add_reply(agent=marco, conversation=conversation, text="Sorry!", visibility="public")
    Conversation.objects.update(status=Status.RESOLVED, resolved_at=now())
    square.tells(
        inbox, square.post("r1", "Still bad.", occurred_at=began, revised_at=began + timedelta(hours=1))
    )
    conversation.refresh_from_db()
    assert (conversation.status, conversation.preview) == (Status.OPEN, "Still bad.")
    assert conversation.waiting_since is not None


# --- watermarks, amendments, consent, account news ---------------------------------------------------------------------


def test_a_watermark_marks_what_was_sent_before_it_and_nothing_later(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("d1", "Hello?", public=False))
    conversation = Conversation.objects.get()
    first = add_reply(agent=marco, conversation=conversation, text="One.")
    deliver_waiting()
    mark = now()
    later = add_reply(agent=marco, conversation=conversation, text="Two.")
    deliver_waiting()
    read = ReadUpTo(sender=square.person("giulia"), status=ReceiptStatus.READ, until=mark)
    delivered = ReadUpTo(sender=square.person("giulia"), status=ReceiptStatus.DELIVERED, until=mark)
    square.tells(inbox, read, delivered)
    first.refresh_from_db()
    later.refresh_from_db()
    assert (first.delivery, later.delivery) == ("read", "sent")


def test_a_watermark_that_is_faster_than_the_courier_waits_for_him(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    square.tells(inbox, square.post("d1", "Hello?", public=False))
    message = add_reply(agent=marco, conversation=Conversation.objects.get(), text="One.")
    square.tells(inbox, ReadUpTo(sender=square.person("giulia"), status=ReceiptStatus.READ, until=now()))
    deliver_waiting()
    message.refresh_from_db()
    assert message.delivery == "read"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_a_network_tells_later_of_a_call_is_merged_in_any_order(
    square: Square, order: tuple[int, ...]
) -> None:
    inbox, began = make_inbox("square"), now() - timedelta(minutes=9)

    def later(minutes: int, **more: object) -> Amended:
        return Amended(external_id="call1", occurred_at=began + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]

    recording = (Media(name="voicemail.mp3", remote={"sid": "RE1"}),)
    told = [
        square.post(
            "call1", "", public=False, kind="call", occurred_at=began, extra={"call": {"need": "fault"}}
        ),
        later(1, extra={"call": {"outcome": "missed"}}),
        later(2, extra={"call": {"outcome": "voicemail", "duration_s": 42}}, attachments=recording),
        later(3, text="My line is dead.", attachments=recording),
    ]
    for place in (*order, *order):
        square.tells(inbox, told[place])
    message = Message.objects.get()
    assert message.extra["call"] == {"need": "fault", "outcome": "voicemail", "duration_s": 42}
    assert message.text == "My line is dead."
    assert Attachment.objects.get().name == "voicemail.mp3"


def test_stop_means_no_messages_until_start(square: Square) -> None:
    inbox, marco = make_inbox("square"), make_agent()
    giulia = square.person("giulia")
    square.tells(inbox, square.post("d1", "STOP", public=False, automatic=True))
    square.tells(
        inbox, ConsentChanged(sender=giulia, granted=False, occurred_at=now(), scope="messages", why="stop")
    )
    conversation = Conversation.objects.get()
    assert conversation.waiting_since is None
    with pytest.raises(Refused, match="asked for no messages"):
        add_reply(agent=marco, conversation=conversation, text="But…")
    square.tells(inbox, square.post("d2", "Hm.", public=False))
    with pytest.raises(Refused, match="asked for no messages"):
        add_reply(agent=marco, conversation=conversation, text="But…")
    square.tells(inbox, ConsentChanged(sender=giulia, granted=True, occurred_at=now(), scope="messages"))
    assert add_reply(agent=marco, conversation=conversation, text="Welcome back.").pk


def test_a_stop_that_comes_before_the_first_message_counts(square: Square) -> None:
    inbox, giulia, at = make_inbox("square"), square.person("giulia"), now()
    refusal = ConsentChanged(sender=giulia, granted=False, occurred_at=at, scope="messages", why="stop")
    square.tells(inbox, refusal)
    square.tells(inbox, square.post("d1", "Hello", public=False))
    with pytest.raises(Refused, match="asked for no messages"):
        add_reply(agent=make_agent(), conversation=Conversation.objects.get(), text="But…")


def test_a_handle_is_kept_with_how_people_write_it(square: Square) -> None:
    square.tells(make_inbox("square"), square.post("d1", "Hello"))
    assert Identity.objects.get(namespace="square").shown == "@giulia"


def test_a_revoked_permission_breaks_the_inbox_at_once(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, square.post("d1", "Hello"))
    square.tells(
        inbox, AccountNews(title="The permission was revoked.", level="error", error=ErrorClass.REAUTH)
    )
    health = health_of(inbox)
    assert (health.state, health.error) == ("broken", "The permission was revoked.")


def test_what_means_nothing_is_done_and_what_is_unknown_is_kept(square: Square) -> None:
    inbox = make_inbox("square")
    square.tells(inbox, Ignored(what="somebody types"))
    square.tells(inbox, Unsupported(what="a new thing"))
    first, second = RawEvent.objects.order_by("id")
    assert (first.unsupported, second.unsupported) == ("", "a new thing")
