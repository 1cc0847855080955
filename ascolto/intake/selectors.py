"""Reads of the journal."""

from __future__ import annotations

from django.db.models import QuerySet

from ascolto.intake.models import RawEvent


def dead_letters() -> QuerySet[RawEvent]:
    """Deliveries that were set aside, the newest first."""
    return RawEvent.objects.filter(state=RawEvent.State.DEAD).select_related("account").order_by("-id")


def count_waiting() -> int:
    """Deliveries that nobody has processed yet."""
    return RawEvent.objects.filter(state=RawEvent.State.NEW).count()
