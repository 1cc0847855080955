from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now


class Notification(models.Model):
    """Something that concerns one person. Of one kind about one conversation there is one that nobody saw yet; it counts."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    kind = models.CharField(max_length=30)  # of `kinds.KINDS`
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, null=True, related_name="+"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    times = models.PositiveIntegerField(default=1)
    event_id = models.BigIntegerField(
        default=0
    )  # the newest event behind it: hearing it again changes nothing
    at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    push_at = models.DateTimeField(null=True)  # to be pushed from then on; empty when it was, or need not be

    class Meta:
        indexes = [
            models.Index(fields=["agent", "-at", "-id"], name="notification_list"),
            models.Index(fields=["push_at"], name="notification_push", condition=Q(push_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "kind", "conversation"],
                condition=Q(seen_at__isnull=True, conversation__isnull=False),
                name="notification_unseen_once",
            )
        ]


class Digest(models.TextChoices):
    NEVER = "never"
    HOURLY = "hourly"
    DAILY = "daily"


class Wishes(models.Model):
    """What a person wants to hear of, where and when. Who never said gets the usual: `wishes.wishes_of`."""

    agent = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="wishes"
    )
    muted: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list
    )  # kinds that do not even appear
    quiet: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list
    )  # kinds that appear in the list and ring nowhere
    by_browser = models.BooleanField(default=True)
    digest = models.CharField(max_length=6, choices=Digest.choices, default=Digest.NEVER)
    digest_at = models.TimeField(default=time(9))
    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(8))
    is_quiet_at_night = models.BooleanField(default=True)
    is_quiet_on_weekends = models.BooleanField(default=False)
    mail_at = models.DateTimeField(null=True)  # when the next digest is due

    class Meta:
        verbose_name_plural = "wishes"
        indexes = [models.Index(fields=["mail_at"], name="digest_due", condition=Q(mail_at__isnull=False))]


class PushSubscription(models.Model):
    """A browser that a person lets us wake: the address of its push service and its keys."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    public_key = models.CharField(max_length=120)  # p256dh, base64url
    secret = models.CharField(max_length=60)  # auth, base64url
    browser = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField(default=now, editable=False)
    reached_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)


class PushKey(models.Model):
    """The house's key for push services (VAPID), made at first use; the private part sealed. One row."""

    public = models.CharField(max_length=120)
    sealed = models.TextField()
    created_at = models.DateTimeField(default=now, editable=False)
