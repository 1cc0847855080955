"""Counts of the bot's dialogues by channel."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from ascolto.bot.models import Dialogue
from ascolto.charter.guarantee import Measure, counted


def by_channel(rows: QuerySet[Dialogue], kept: Q, **figures: int) -> Measure:
    """How many of these dialogues are `kept`, by the channel on which they were held."""
    told = rows.values("account__kind").annotate(kept=Count("pk", filter=kept), total=Count("pk"))
    pairs = told.order_by().values_list("account__kind", "kept", "total")
    return counted({kind: (part, whole) for kind, part, whole in pairs}, **figures)
