"""Write down what was understood: a whole batch in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ascolto.conversations.models import Message
from ascolto.events.log import emit_all, make_event
from ascolto.kit.clock import now
from ascolto.understanding.engine.meaning import Judgement, Meaning
from ascolto.understanding.models import Correction, MessageVector, Reading, Topic, Urgency
from ascolto.understanding.overlay import put

# the fields that a person may correct, and where the engine says them
JUDGED = ("sentiment", "anger", "urgency", "intent", "topic", "needs_answer")
_URGENCIES = {choice.label: choice.value for choice in Urgency}
_WRITTEN = [field.name for field in Reading._meta.fields if field.name not in {"message", "lookalike"}]


@dataclass(frozen=True, slots=True)
class Understood:
    """A message and what it means."""

    message: Message
    meaning: Meaning


def store_readings(items: Sequence[Understood], *, encoder: str) -> list[Reading]:
    """Store what was understood, again if need be (an edited message), keep what people corrected, and say so in the log.

    Call it in a transaction. Storing the same again changes nothing but the time.
    """
    if not items:
        return []
    topics = dict(Topic.objects.values_list("name", "pk"))
    corrections = _corrections([item.message.pk for item in items])
    readings = [_reading(item, topics) for item in items]
    for reading in readings:
        for field, value in corrections.get(reading.message_id, {}).items():
            put(reading, field, value)
    Reading.objects.bulk_create(
        readings, update_conflicts=True, unique_fields=["message"], update_fields=_WRITTEN, batch_size=200
    )
    _store_vectors(items, encoder)
    emit_all([_event(item.message, reading) for item, reading in zip(items, readings, strict=True)])
    return readings


def _reading(item: Understood, topics: dict[str, int]) -> Reading:
    meaning = item.meaning
    judged = judgements(meaning)
    return Reading(
        message=item.message,
        language=meaning.language.code,
        language_probability=round(meaning.language.probability, 4),
        second_language=meaning.language.second if meaning.language.is_mixed else "",
        sentiment=meaning.sentiment.label,
        strength=round(meaning.strength, 4),
        anger=round(_anger(meaning.anger), 4),
        urgency=_URGENCIES.get(meaning.urgency.label, Urgency.NORMAL),
        intent=meaning.intent.label,
        topic_id=topics.get(meaning.topic.label) if meaning.topic else None,
        needs_answer=meaning.needs_answer.label != "no",
        commercial=round(_of(meaning.commercial, "offer"), 4) if meaning.commercial else None,
        personal=[[found.kind, found.start, found.end, found.is_checked] for found in meaning.personal],
        probabilities={name: round(judged[name].probability, 4) for name in judged},
        unsure=[name for name, judgement in judged.items() if not judgement.is_sure],
        because={
            name: [[why.kind, why.what[:80], why.weight] for why in judgement.because]
            for name, judgement in judged.items()
            if judgement.because
        },
        versions=dict(meaning.versions),
        read_at=now(),
    )


def judgements(meaning: Meaning) -> dict[str, Judgement]:
    """The answers of a meaning by the name of their field."""
    found = {name: getattr(meaning, name) for name in JUDGED}
    found["commercial"] = meaning.commercial
    return {name: judgement for name, judgement in found.items() if judgement is not None and judgement.label}


def _of(judgement: Judgement, label: str) -> float:
    if judgement.label == label:
        return judgement.probability
    return judgement.probabilities.get(label, 1 - judgement.probability if judgement.label else 0.0)


def _anger(judgement: Judgement) -> float:
    return _of(judgement, "anger")


def _corrections(messages: Sequence[int]) -> dict[int, dict[str, str]]:
    rows = Correction.objects.filter(message__in=messages, withdrawn_at=None).order_by("pk")
    found: dict[int, dict[str, str]] = {}
    for message, field, became in rows.values_list("message_id", "field", "became"):
        found.setdefault(message, {})[field] = became
    return found


def _store_vectors(items: Sequence[Understood], encoder: str) -> None:
    MessageVector.objects.bulk_create(
        [
            MessageVector(
                message=item.message, encoder=encoder, vector=item.meaning.vector.astype(np.float16).tobytes()
            )
            for item in items
        ],
        update_conflicts=True,
        unique_fields=["message"],
        update_fields=["encoder", "vector"],
        batch_size=200,
    )


def _event(message: Message, reading: Reading) -> Any:
    return make_event(
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
