"""Readings as the understanding part writes them, for tests of what is shown: no model is asked."""

from __future__ import annotations

from typing import Any

from ascolto.conversations.models import Message
from ascolto.events.log import emit
from ascolto.understanding.models import Lookalike, Reading, Topic

ANGRY: dict[str, Any] = {
    "language": "it",
    "language_probability": 0.98,
    "sentiment": "negative",
    "strength": -0.9,
    "anger": 0.86,
    "urgency": 2,
    "intent": "complaint",
    "needs_answer": True,
    "probabilities": {
        "sentiment": 0.95,
        "anger": 0.86,
        "urgency": 0.71,
        "intent": 0.93,
        "topic": 0.8,
        "needs_answer": 0.97,
    },
    "because": {
        "sentiment": [
            ["word", "non", 0.9],
            ["word", "funziona", 0.8],
            ["sign", "angry_emoji", 0.5],
            ["meaning", "", 0.4],
        ],
        "intent": [["word", "giorni", 0.7], ["meaning", "", 0.6], ["word", "grazie", -0.3]],
    },
    "versions": {"sentiment": "shipped-1", "intent": "shipped-1", "answer": "shipped-1"},
}


def make_reading(message: Message, *, topic: str = "", alike: int = 0, **fields: Any) -> Reading:
    """What was understood of a message, told in the log; ANGRY unless `fields` say otherwise. `alike`: customers who say the same."""
    values = {**ANGRY, **fields}
    if topic:
        values["topic"] = Topic.objects.get_or_create(name=topic)[0]
    if alike:
        at = message.occurred_at
        values["lookalike"] = Lookalike.objects.create(first=message, size=alike, first_at=at, last_at=at)
    reading, _ = Reading.objects.update_or_create(message=message, defaults=values)
    emit(
        "message.understood",
        conversation=message.conversation_id,
        account=message.account_id,
        message=message.pk,
        language=reading.language,
        sentiment=reading.sentiment,
        anger=reading.anger,
        urgency=reading.urgency,
        intent=reading.intent,
        topic=reading.topic_id,
        needs_answer=reading.needs_answer,
    )
    return reading
