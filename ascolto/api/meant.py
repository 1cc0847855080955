"""Documents of what was understood."""

from __future__ import annotations

from ascolto.api import documents as d
from ascolto.conversations.models import Message
from ascolto.kit.text import excerpt
from ascolto.understanding.models import Correction, Reading, Topic, Urgency
from ascolto.understanding.selectors.readings import Alike


def reading_of(message: Message) -> d.Reading | None:
    """The document of a message's reading; read `reading__topic` and `reading__lookalike` before, when there are several."""
    found = getattr(message, "reading", None)
    return reading(found) if found is not None else None


def reading(found: Reading) -> d.Reading:
    """The document of a reading."""
    return d.Reading(
        message_id=found.message_id,
        language=found.language,
        language_probability=found.language_probability,
        second_language=found.second_language,
        sentiment=found.sentiment,  # type: ignore[arg-type]
        strength=found.strength,
        anger=found.anger,
        urgency=Urgency(found.urgency).label,  # type: ignore[arg-type]
        intent=found.intent,  # type: ignore[arg-type]
        topic=d.Reference(found.topic.pk, found.topic.name) if found.topic else None,
        needs_answer=found.needs_answer,
        personal=[d.PersonalDatum(*datum) for datum in found.personal],
        probabilities=found.probabilities,
        unsure=found.unsure,
        because={field: [d.Because(*why) for why in reasons] for field, reasons in found.because.items()},
        versions=found.versions,
        corrected=found.corrected,
        lookalike=d.Alike(found.lookalike.pk, found.lookalike.size) if found.lookalike else None,
        read_at=found.read_at,
    )


def correction(row: Correction) -> d.Correction:
    """The document of a correction that was read with its agent."""
    agent = d.Reference(row.agent.pk, row.agent.name) if row.agent else None
    return d.Correction(
        row.pk, row.field, row.was, row.became, row.version, agent, row.created_at, row.withdrawn_at
    )


def lookalike(group: Alike, first: Message | None) -> d.Lookalike:
    """The document of a group of look-alikes."""
    preview = excerpt(first.text) if first else ""
    return d.Lookalike(group.id, group.people, group.first_message, preview, group.last_at)


def topic(row: Topic) -> d.Topic:
    """The document of a topic."""
    return d.Topic(row.pk, row.name, row.description, row.label_id, row.is_active)
