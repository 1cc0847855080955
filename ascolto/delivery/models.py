from __future__ import annotations

from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now
from ascolto.kit.ids import new_token


class Dispatch(models.Model):
    """An outgoing message on its way to a network.

    queued → claimed → sending → sent | uncertain | failed; back to queued when it may be tried again.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        CLAIMED = "claimed"  # a worker holds it; nothing has left yet: safe to claim again after the lease
        SENDING = "sending"  # the request may be on the wire: never repeated without knowing
        SENT = "sent"
        UNCERTAIN = "uncertain"
        FAILED = "failed"

    message = models.OneToOneField("conversations.Message", models.CASCADE, related_name="dispatch")
    conversation_id = models.BigIntegerField()
    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+")
    tracker = models.CharField(max_length=40, unique=True, default=new_token)  # "<message id>.<random>"
    template = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)  # since it was queued, or queued again by a person
    run_at = models.DateTimeField(default=now)  # queued: not before; claimed, sending: end of the lease
    holder = models.CharField(
        max_length=60, blank=True, default=""
    )  # claimed, sending: the worker that has it
    error_class = models.CharField(max_length=20, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=now, editable=False)
    first_tried_at = models.DateTimeField(null=True)  # when the time to give up began to run
    finished_at = models.DateTimeField(null=True)  # sent, uncertain, failed

    class Meta:
        # SQLite takes a partial index only when the query repeats its condition without a list: hence no `state IN`.
        indexes = [
            models.Index(fields=["account", "run_at"], name="dispatch_due", condition=Q(state="queued")),
            models.Index(fields=["run_at"], name="dispatch_held", condition=Q(holder__gt="")),
            models.Index(
                fields=["conversation_id", "account", "id"],
                name="dispatch_line",
                condition=Q(finished_at__isnull=True),
            ),
            models.Index(fields=["message"], name="dispatch_unknown", condition=Q(state="uncertain")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "claimed", "sending"], finished_at__isnull=True)
                | Q(state__in=["sent", "uncertain", "failed"], finished_at__isnull=False),
                name="dispatch_finished_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["claimed", "sending"], holder__gt="")
                | (~Q(state__in=["claimed", "sending"]) & Q(holder="")),
                name="dispatch_held_by_somebody",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether a worker has it, or will."""
        return self.state in {self.State.QUEUED, self.State.CLAIMED, self.State.SENDING}


class Attempt(models.Model):
    """One try to hand a dispatch to its network."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=now)
    outcome = models.CharField(max_length=20)  # sent, or an ErrorClass
    detail = models.CharField(max_length=500, blank=True, default="")
    milliseconds = models.PositiveIntegerField(default=0)
