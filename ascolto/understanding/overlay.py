"""A field of a reading in words, and a person's word in its place."""

from __future__ import annotations

from ascolto.understanding.models import Reading, Topic, Urgency

_URGENCIES = {choice.label: choice.value for choice in Urgency}


def said(reading: Reading, field: str) -> str:
    """What a reading says of a field, in the word that a correction would use."""
    if field == "anger":
        return "anger" if reading.anger >= 0.5 else "calm"
    if field == "urgency":
        return Urgency(reading.urgency).label
    if field == "topic":
        return reading.topic.name if reading.topic else "-"
    if field == "needs_answer":
        return "yes" if reading.needs_answer else "no"
    return str(getattr(reading, field))


def put(reading: Reading, field: str, value: str) -> None:
    """Let a person's word replace the model's in a reading. Nothing is saved."""
    if field == "anger":
        reading.anger = 1.0 if value == "anger" else 0.0
    elif field == "urgency":
        reading.urgency = _URGENCIES[value]
    elif field == "topic":
        reading.topic = Topic.objects.filter(name=value).first()
    elif field == "needs_answer":
        reading.needs_answer = value == "yes"
    elif field == "sentiment":
        reading.sentiment = value
        reading.strength = {"negative": -1.0, "positive": 1.0}.get(value, 0.0)
    else:
        setattr(reading, field, value)
    reading.corrected = sorted({*reading.corrected, field})
    reading.unsure = [name for name in reading.unsure if name != field]
