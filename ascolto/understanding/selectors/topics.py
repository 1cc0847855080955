"""The company's topics with what became of them: how many messages have each, and how many have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from ascolto.conversations.models import Direction
from ascolto.kit.clock import now
from ascolto.understanding.models import Reading, Topic

DAYS = 30
ENOUGH = 5  # examples from which a topic is known fairly well


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in the list. `share` is of the messages that have any topic."""

    topic: Topic
    messages: int
    share: float
    examples: int
    hints: int

    @property
    def is_thin(self) -> bool:
        """Whether little is known of it besides its name: no label lends examples, and few were written."""
        return self.examples < ENOUGH and self.topic.label_id is None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the customers' messages of the last days: how many were read, and how many of those have a topic."""

    messages: int
    with_topic: int

    @property
    def share(self) -> float:
        return self.with_topic / self.messages if self.messages else 0.0


def topic_rows(*, at: datetime | None = None) -> tuple[list[TopicRow], list[Topic], Coverage]:
    """The topics in use, the largest first; those laid aside; and the coverage."""
    since = (at or now()) - timedelta(days=DAYS)
    read = Reading.objects.filter(message__direction=Direction.IN, message__occurred_at__gte=since)
    counted = dict(read.values_list("topic").annotate(n=Count("pk")).order_by())
    total = sum(counted.values())
    with_topic = total - counted.get(None, 0)
    topics = Topic.objects.select_related("label").annotate(told=Count("examples"))
    rows = [_row(topic, counted.get(topic.pk, 0), with_topic) for topic in topics.filter(is_active=True)]
    rows.sort(key=lambda row: (-row.messages, row.topic.name))
    return rows, list(topics.filter(is_active=False)), Coverage(total, with_topic)


def _row(topic: Topic, messages: int, of: int) -> TopicRow:
    hints = len(topic.hints.splitlines())
    return TopicRow(topic, messages, messages / of if of else 0.0, topic.told, hints)  # type: ignore[attr-defined]


def recent_messages(topic: Topic, *, limit: int = 5) -> Sequence[Reading]:
    """The last messages of customers that were given a topic, for people who look after it."""
    rows = Reading.objects.filter(topic=topic, message__direction=Direction.IN).filter(~Q(message__text=""))
    return list(rows.select_related("message__conversation").order_by("-message_id")[:limit])
