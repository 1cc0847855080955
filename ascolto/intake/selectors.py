"""Reads of the journal."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from ascolto.intake.models import RawEvent
from ascolto.intake.spool import Spool, spool_path


def dead_letters() -> QuerySet[RawEvent]:
    """Deliveries that were set aside, the newest first."""
    return RawEvent.objects.filter(state=RawEvent.State.DEAD).select_related("account").order_by("-id")


def count_waiting() -> int:
    """Deliveries that nobody has processed yet, those in the spool included."""
    if connection.vendor == "sqlite" and spool_path().exists():
        spool = Spool(spool_path())
        try:
            return spool.count() + _new()
        finally:
            spool.close()
    return _new()


def _new() -> int:
    return RawEvent.objects.filter(state=RawEvent.State.NEW).count()
