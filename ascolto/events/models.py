from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.expressions import Func

from ascolto.kit.clock import now


class TransactionId(Func):
    """The number of the writing transaction: readers need it, since ids do not commit in order (0 where one writer writes)."""

    arity = 0
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return "(pg_current_xact_id()::text::bigint)", []

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[str | int, ...]]:
        return "(0)", ()


class Event(models.Model):
    """One thing that happened. Written in the transaction that made it happen, never changed."""

    xid = models.BigIntegerField(db_default=TransactionId(), editable=False)
    type = models.CharField(max_length=60)
    occurred_at = models.DateTimeField(default=now)
    actor_kind = models.CharField(max_length=10, default="system")  # agent, customer, bot, system, api, rule
    actor_id = models.BigIntegerField(null=True)
    conversation_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["xid", "id"], name="event_position"),
            models.Index(
                fields=["conversation_id", "id"],
                name="event_conversation",
                condition=models.Q(conversation_id__isnull=False),
            ),
            models.Index(  # the log of the house: a page of it must not walk over a million messages
                fields=["-id"],
                name="event_house",
                condition=models.Q(conversation_id__isnull=True, customer_id__isnull=True),
            ),
            models.Index(  # what happened to a customer besides their conversations: rare
                fields=["customer_id", "-id"],
                name="event_customer",
                condition=models.Q(conversation_id__isnull=True, customer_id__isnull=False),
            ),
        ]


class Cursor(models.Model):
    """How far a reader of the log has come."""

    name = models.CharField(max_length=60, primary_key=True)
    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(default=now)
