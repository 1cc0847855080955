"""The readings of messages, and what people said against them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from ascolto.conversations.models import Conversation
from ascolto.understanding.models import Correction, Reading, Topic

CORRECTIONS_SHOWN = 20
LOOKALIKES_FROM = 3  # customers who say the same, before anybody is told


@dataclass(frozen=True, slots=True)
class Alike:
    """Customers who say the same in nearly the same words, as far as the reader may see their conversations."""

    id: int
    people: int
    first_message: int
    last_at: datetime


def readings_of(messages: Collection[int]) -> dict[int, Reading]:
    """The readings of these messages, by message, without their reasons: one query."""
    if not messages:
        return {}
    rows = Reading.objects.filter(message__in=messages).select_related("topic", "lookalike")
    return {row.message_id: row for row in rows.defer("because", "versions")}


def reading_of(message: int) -> Reading | None:
    """The whole reading of a message, with its reasons."""
    return Reading.objects.filter(message=message).select_related("topic", "lookalike").first()


def corrections_of(message: int) -> list[Correction]:
    """What people said of a message against the model, the newest first, also what they took back."""
    rows = Correction.objects.filter(message=message).select_related("agent")
    return list(rows.order_by("-pk")[:CORRECTIONS_SHOWN])


def active_topics() -> QuerySet[Topic]:
    """The company's topics in their order."""
    return Topic.objects.filter(is_active=True)


def alike_among(
    visible: QuerySet[Conversation],
    *,
    since: datetime | None = None,
    group: int | None = None,
    fewest: int = LOOKALIKES_FROM,
    limit: int = 50,
) -> list[Alike]:
    """Groups of look-alike messages in these conversations, the last one to grow first; `since` counts only newer messages."""
    rows = Reading.objects.filter(message__conversation__in=visible).exclude(lookalike=None)
    if group is not None:
        rows = rows.filter(lookalike=group)
    if since is not None:
        rows = rows.filter(message__occurred_at__gte=since)
    groups = rows.values("lookalike").annotate(
        people=Count("message__conversation__customer", distinct=True),
        first=Min("message_id"),
        last=Max("message__occurred_at"),
    )
    found = groups.filter(people__gte=fewest).order_by("-last")[:limit]
    return [Alike(row["lookalike"], row["people"], row["first"], row["last"]) for row in found]
