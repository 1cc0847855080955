"""Forget what left the house, and what came back, when its time is over."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from ascolto.generation.models import Departure, Generated, ModelServer
from ascolto.kit.clock import now

PORTION = 500  # rows in one transaction: keeps the write lock short


def forget_old() -> int:
    """Delete departures and texts older than the administrator wants to keep them; returns how many.

    A text that was sent lives on in its message, which also says where it came from.
    """
    before = now() - timedelta(days=ModelServer.current().keep_days)
    departures = Departure.objects.filter(left_at__lt=before)
    generated = Generated.objects.filter(created_at__lt=before, finished_at__isnull=False)
    return _delete(departures) + _delete(generated)


def _delete(rows: QuerySet[Departure] | QuerySet[Generated]) -> int:
    total = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:PORTION]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=keys).delete()
        total += len(keys)
    return total
