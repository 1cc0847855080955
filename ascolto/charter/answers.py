"""Answers that people gave in a period: read along the conversations that moved in it, whatever the archive holds."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from ascolto.charter.guarantee import Period
from ascolto.conversations.models import Author, Direction, Message, Visibility


def answers_in(period: Period) -> QuerySet[Message]:
    """What people wrote to customers, also outside of Ascolto (then nobody knows who)."""
    return Message.objects.filter(
        conversation__last_message_at__gte=period.begins,
        occurred_at__gte=period.begins,
        occurred_at__lt=period.ends,
        direction=Direction.OUT,
        author_kind=Author.AGENT,
        is_automatic=False,
    ).exclude(visibility=Visibility.NOTE)


def answers_by_channel(period: Period, *, only: Q | None = None) -> dict[str, int]:
    """How many, by kind of channel."""
    rows = answers_in(period)
    if only is not None:
        rows = rows.filter(only)
    return {
        row["account__kind"] or "": row["n"] for row in rows.values("account__kind").annotate(n=Count("pk"))
    }
