"""What the company says of its topics. Only rows; no numbers are loaded here."""

from __future__ import annotations

from ascolto.understanding.engine.topic import TopicTaught, digest
from ascolto.understanding.models import ModelVersion, Topic


def topics_taught() -> list[TopicTaught]:
    """The active topics, with what is said of them."""
    return [
        TopicTaught(
            topic.name,
            topic.description,
            tuple(hint.strip() for hint in topic.hints.splitlines() if hint.strip()),
            tuple(example.text for example in topic.examples.all()),
        )
        for topic in Topic.objects.filter(is_active=True).prefetch_related("examples")
    ]


def topics_digest() -> str:
    """The topics as they are now; empty without any."""
    topics = topics_taught()
    return digest(topics) if topics else ""


def learnt_digest() -> str:
    """The topics as the newest version learnt them; empty where there is none."""
    newest = (
        ModelVersion.objects.filter(head="topic", number__gt=0)
        .order_by("-number")
        .values_list("card", flat=True)
        .first()
    )
    return str((newest or {}).get("topics", ""))


def topics_changed() -> bool:
    """Whether something was said of the topics that no version learnt yet. Without topics nothing is to learn."""
    now_taught = topics_digest()
    return bool(now_taught) and now_taught != learnt_digest()
