from __future__ import annotations

from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now


class RawEvent(models.Model):
    """A delivery exactly as it came. Written before anybody looks at it, so that nothing is lost."""

    class State(models.IntegerChoices):
        NEW = 0
        DONE = 1
        DEAD = 2  # set aside with its error; can be replayed
        DISMISSED = 3  # a person decided that it is not needed

    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)  # of account and body: a replay is free
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    source = models.CharField(max_length=8, default="hook")
    received_at = models.DateTimeField(default=now)
    state = models.SmallIntegerField(choices=State.choices, default=State.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    unsupported = models.CharField(max_length=200, blank=True, default="")  # kinds nobody understands yet
    error = models.TextField(blank=True, default="")
    processed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="raw_event_new", condition=Q(state=0)),
            models.Index(fields=["-id"], name="raw_event_dead", condition=Q(state=2)),
        ]


class Renewal(models.Model):
    """When the permission of an inbox is renewed next (renewing.py)."""

    account = models.OneToOneField(
        "channels.ChannelAccount", models.CASCADE, primary_key=True, related_name="+"
    )
    tried_at = models.DateTimeField()
    next_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # in a row


class NameQuestion(models.Model):
    """Somebody whose name their network has to be asked for (naming.py)."""

    identity = models.OneToOneField("customers.Identity", models.CASCADE, primary_key=True, related_name="+")
    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+", db_index=False)
    run_at = models.DateTimeField(default=now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
