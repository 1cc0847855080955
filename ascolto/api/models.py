from __future__ import annotations

from django.db import models

from ascolto.kit.clock import now


class IdempotencyRecord(models.Model):
    """The answer to a POST that carried an Idempotency-Key, written in the transaction of what it answers."""

    token = models.ForeignKey("accounts.ApiToken", models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
