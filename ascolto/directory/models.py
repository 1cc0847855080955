"""What people asked for about a customer's data: a copy of it, or that it goes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now
from ascolto.kit.ids import new_token


class CustomerExport(models.Model):
    """A copy of everything about a customer, made in the background; the file lies outside the web root until it expires."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MAKING = "making"
        READY = "ready"
        FAILED = "failed"
        EXPIRED = "expired"

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    began_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)  # conversations
    total = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0)  # conversations that whoever asked may not see
    token = models.CharField(max_length=40, default=new_token)  # of the file's name
    size = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], name="export_to_make", condition=Q(state__in=["waiting", "making"])
            )
        ]


class Erasure(models.Model):
    """A customer's data goes, a day after it was asked for. What is left is a report without personal data."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        CANCELLED = "cancelled"

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    report: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # how many rows of what were erased, emptied, kept

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(state="waiting"), name="erasure_once")
        ]
        indexes = [models.Index(fields=["due_at"], name="erasure_due", condition=Q(state="waiting"))]
