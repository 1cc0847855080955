"""People correct what the model said; their word counts, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ascolto.conversations.models import Message
from ascolto.events.log import emit
from ascolto.events.models import Event
from ascolto.testing.factories import make_agent, make_inbox, receive
from ascolto.understanding import worker
from ascolto.understanding.actions.correct import correct, withdraw
from ascolto.understanding.models import Correction, Reading, Topic

pytestmark = pytest.mark.django_db(transaction=True)  # on PostgreSQL the log shows what is committed


@pytest.fixture
def message(reader: Any) -> Message:
    received = receive(make_inbox(), "Complimenti, tre ore al telefono per niente!")
    worker.read_waiting(reader)
    Reading.objects.filter(message=received).update(sentiment="positive", corrected=[])
    return received


def test_marco_says_that_it_was_meant_badly(message: Message) -> None:
    marco = make_agent()
    correct(message=message, field="sentiment", value="negative", by=marco)
    reading = Reading.objects.get(message=message)
    assert (reading.sentiment, reading.corrected) == ("negative", ["sentiment"])
    told = Correction.objects.get()
    assert (told.was, told.became, told.agent) == ("positive", "negative", marco)
    assert told.version
    assert Event.objects.filter(type="message.corrected", actor_id=marco.pk).count() == 1


def test_saying_it_twice_is_saying_it_once(message: Message) -> None:
    for _ in range(2):
        correct(message=message, field="sentiment", value="negative", by=None)
    assert Correction.objects.count() == 1


def test_agreeing_with_the_model_is_a_lesson_too(message: Message) -> None:
    correct(message=message, field="sentiment", value="positive", by=None)
    assert Correction.objects.get().became == "positive"


def test_a_correction_is_taken_back_to_the_one_before_and_then_to_the_model(message: Message) -> None:
    correct(message=message, field="sentiment", value="negative", by=None)
    correct(message=message, field="sentiment", value="neutral", by=None)
    assert withdraw(message=message, field="sentiment", by=None).sentiment == "negative"
    reading = withdraw(message=message, field="sentiment", by=None)
    assert (reading.sentiment, reading.corrected) == ("positive", [])
    assert withdraw(message=message, field="sentiment", by=None).sentiment == "positive"
    assert Correction.objects.filter(withdrawn_at=None).count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("anger", "anger"),
        ("urgency", "urgent"),
        ("intent", "complaint"),
        ("needs_answer", "no"),
        ("topic", "Bills"),
        ("topic", "-"),
    ],
)
def test_every_field_can_be_corrected(message: Message, field: str, value: str) -> None:
    Topic.objects.create(name="Bills")
    correct(message=message, field=field, value=value, by=None)
    reading = Reading.objects.get(message=message)
    assert field in reading.corrected
    shown = {
        "anger": reading.anger == 1.0,
        "urgency": reading.urgency == 3,
        "intent": reading.intent == "complaint",
        "needs_answer": not reading.needs_answer,
        "topic": (reading.topic.name if reading.topic else "-") == value,
    }
    assert shown[field]


@pytest.mark.parametrize(
    ("field", "value"),
    [("sentiment", "great"), ("mood", "bad"), ("topic", "Unknown"), ("intent", "x" * 5000)],
)
def test_what_is_no_answer_is_refused(message: Message, field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        correct(message=message, field=field, value=value, by=None)
    assert not Correction.objects.exists()


def test_a_message_that_nobody_read_yet_cannot_be_corrected() -> None:
    with pytest.raises(ValidationError):
        correct(message=receive(make_inbox(), "Ciao"), field="sentiment", value="neutral", by=None)


def test_a_persons_word_outlives_a_second_reading(message: Message, reader: Any) -> None:
    correct(message=message, field="sentiment", value="neutral", by=None)
    emit(
        "message.edited", conversation=message.conversation_id, account=message.account_id, message=message.pk
    )
    worker.read_waiting(reader)
    again = Reading.objects.get(message=message)
    assert (again.sentiment, again.corrected) == ("neutral", ["sentiment"])


def test_what_is_taken_back_leaves_the_model_its_whole_word(message: Message, reader: Any) -> None:
    worker.read_waiting(reader)
    before = Reading.objects.get(message=message)
    said = "negative" if before.sentiment != "negative" else "positive"
    correct(message=message, field="sentiment", value=said, by=None)
    worker.read_waiting(reader)
    assert Reading.objects.get(message=message).corrected == ["sentiment"]
    withdraw(message=message, field="sentiment", by=None)
    worker.read_waiting(reader)
    after = Reading.objects.get(message=message)
    assert after.corrected == []
    assert abs(after.strength) != 1.0
