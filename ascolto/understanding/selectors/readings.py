"""The readings of messages, and what people said against them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet

from ascolto.conversations.models import Conversation, Direction
from ascolto.understanding.models import Correction, Lookalike, Reading, Topic

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


def language_heard(conversation: int) -> str:
    """The language of the customer's last message whose language is known; empty where none is."""
    rows = Reading.objects.filter(message__conversation=conversation, message__direction=Direction.IN)
    known = rows.exclude(language__in=["", "und"]).order_by("-message__occurred_at", "-message_id")
    return known.values_list("language", flat=True).first() or ""


def alike_among(
    visible: QuerySet[Conversation],
    *,
    since: datetime | None = None,
    group: int | None = None,
    fewest: int = LOOKALIKES_FROM,
    limit: int = 50,
) -> list[Alike]:
    """Groups of look-alike messages, the last one to grow first, counted in these conversations; `since` counts only newer messages."""
    candidates = Lookalike.objects.filter(size__gte=fewest).order_by("-last_at")
    if group is not None:
        candidates = candidates.filter(pk=group)
    if since is not None:
        candidates = candidates.filter(last_at__gte=since)
    rows = Reading.objects.filter(lookalike__in=list(candidates.values_list("pk", flat=True)[:limit]))
    if since is not None:
        rows = rows.filter(message__occurred_at__gte=since)
    groups = rows.filter(Exists(visible.filter(pk=OuterRef("message__conversation")))).values("lookalike")
    found = groups.annotate(
        people=Count("message__conversation__customer", distinct=True),
        first=Min("message_id"),
        last=Max("message__occurred_at"),
    )
    rows_found = found.filter(people__gte=fewest).order_by("-last")
    return [Alike(row["lookalike"], row["people"], row["first"], row["last"]) for row in rows_found]
