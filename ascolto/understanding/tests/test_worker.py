"""Messages are read after they arrived, each once, again when they change, and not any more when they are taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.models import ChannelAccount
from ascolto.conversations.actions import add_note, add_reply
from ascolto.conversations.models import Message, Visibility
from ascolto.events.log import Position, emit, move_cursor
from ascolto.events.models import Cursor, Event
from ascolto.kit.clock import now
from ascolto.testing.factories import make_agent, make_inbox, receive
from ascolto.understanding import worker
from ascolto.understanding.models import MessageVector, Reading

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the log shows what is committed


@pytest.fixture
def inbox() -> ChannelAccount:
    return make_inbox("webhook")


def test_what_giulia_writes_is_read_and_said_in_the_log(inbox: ChannelAccount, reader: Any) -> None:
    message = receive(inbox, "Da tre giorni internet non funziona e nessuno mi risponde, è una vergogna!")
    worker.read_waiting(reader)
    reading = Reading.objects.get(message=message)
    assert (reading.language, reading.sentiment, reading.intent) == ("it", "negative", "complaint")
    assert reading.needs_answer
    assert reading.versions["sentiment"]
    said = Event.objects.get(type="message.understood")
    assert (said.conversation_id, said.data["message"]) == (message.conversation_id, message.pk)


def test_a_second_look_changes_nothing(inbox: ChannelAccount, reader: Any) -> None:
    receive(inbox, "Grazie mille!")
    worker.read_waiting(reader)
    worker.read_waiting(reader)
    assert Event.objects.filter(type="message.understood").count() == 1


def test_the_same_events_again_after_a_kill_leave_one_reading(inbox: ChannelAccount, reader: Any) -> None:
    message = receive(inbox, "Quanto costa il trasloco della linea?")
    worker.read_waiting(reader)
    Cursor.objects.filter(name=worker.CURSOR).update(xid=0, event_id=0)
    worker.read_waiting(reader)
    assert Reading.objects.filter(message=message).count() == 1
    assert MessageVector.objects.filter(message=message).count() == 1


def test_an_edited_message_is_read_again(inbox: ChannelAccount, reader: Any) -> None:
    message = receive(inbox, "Grazie, tutto risolto!")
    worker.read_waiting(reader)
    Message.objects.filter(pk=message.pk).update(
        text="No, non funziona ancora niente. Che schifo di servizio."
    )
    emit("message.edited", conversation=message.conversation_id, account=inbox.pk, message=message.pk)
    worker.read_waiting(reader)
    assert Reading.objects.get(message=message).sentiment == "negative"


def test_what_is_taken_back_has_no_meaning_any_more(inbox: ChannelAccount, reader: Any) -> None:
    message = receive(inbox, "La mia carta è 4111 1111 1111 1111")
    worker.read_waiting(reader)
    Message.objects.filter(pk=message.pk).update(text="", removed_at=now())
    emit("message.removed", conversation=message.conversation_id, account=inbox.pk, message=message.pk)
    worker.read_waiting(reader)
    assert not Reading.objects.filter(message=message).exists()
    assert not MessageVector.objects.filter(message=message).exists()


def test_notes_are_nobodys_business_and_answers_are_read_as_ours(inbox: ChannelAccount, reader: Any) -> None:
    asked = receive(inbox, "La linea va?")
    marco = make_agent()
    note = add_note(conversation=asked.conversation, agent=marco, text="He calls every day.")
    answer = add_reply(
        conversation=asked.conversation, agent=marco, text="Sì, ora funziona.", visibility=Visibility.PRIVATE
    )
    worker.read_waiting(reader)
    assert not Reading.objects.filter(message=note).exists()
    assert Reading.objects.get(message=answer).commercial is not None


def test_the_value_of_personal_data_is_not_copied(inbox: ChannelAccount, reader: Any) -> None:
    message = receive(inbox, "Scrivetemi a giulia.ferri@example.org per favore")
    worker.read_waiting(reader)
    [[kind, start, end, _]] = Reading.objects.get(message=message).personal
    assert kind == "email"
    assert message.text[start:end] == "giulia.ferri@example.org"


def test_messages_from_before_are_read_when_nothing_is_new(inbox: ChannelAccount, reader: Any) -> None:
    old = receive(inbox, "Una vecchia domanda sulla bolletta?", at=now() - timedelta(days=30))
    worker.ensure_cursors()  # a part that begins today
    assert worker.read_next(reader) == 0
    assert worker.read_old(reader) == 1
    assert Reading.objects.filter(message=old).exists()
    assert worker.read_old(reader) == 0
    newer = receive(inbox, "E una nuova?")
    assert worker.read_old(reader) == 0  # the past is over
    worker.read_waiting(reader)
    assert Reading.objects.filter(message=newer).exists()


def test_of_two_parts_one_reads_a_message(
    inbox: ChannelAccount, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(inbox, "Prima domanda?")
    move_cursor(worker.CURSOR, Position(0, 0))
    stale = Cursor.objects.get(name=worker.CURSOR)
    worker.read_waiting(reader)
    last = Event.objects.order_by("pk").first()
    assert last is not None
    assert not worker._move(stale, last)
    assert Event.objects.filter(type="message.understood").count() == 1


class Stumbling:
    """A reader with a bug of ours: one text breaks it."""

    def __init__(self, reader: Any) -> None:
        self.encoder, self._reader = reader.encoder, reader

    def read_all(self, asked: Any) -> Any:
        if any("rompe" in message.text for message in asked):
            raise ValueError("a bug of ours")
        return self._reader.read_all(asked)


def test_a_message_that_breaks_the_reader_holds_up_nobody(inbox: ChannelAccount, reader: Any) -> None:
    messages = [receive(inbox, text) for text in ("Prima", "questa rompe", "Terza")]
    stumbling: Any = Stumbling(reader)
    worker.read_waiting(stumbling)
    read = set(Reading.objects.values_list("message_id", flat=True))
    assert read == {messages[0].pk, messages[2].pk}
    assert worker.read_waiting(stumbling) == 0
