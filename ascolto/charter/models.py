from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from ascolto.kit.clock import now


class GuaranteeSetting(models.Model):
    """What the company chose about a guarantee. Whatever is weaker than the product's own choice has a reason that the page shows."""

    slug = models.CharField(max_length=30, unique=True)
    threshold = models.FloatField(default=95.0)  # per cent from which it counts as kept
    choices = models.JSONField(default=dict)  # of this guarantee
    reason = models.CharField(max_length=500, blank=True, default="")
    changed_at = models.DateTimeField(default=now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class SignatureStyle(models.Model):
    """How people sign on a kind of channel; without a row the product's own style."""

    class Style(models.TextChoices):
        NAME = "name"  # Marco
        NAME_COMPANY = "name_company"  # Marco, Telvia
        INITIALS = "initials"  # ^MV
        BLOCK = "block"  # the name and the company on lines of their own
        SHOWN = "shown"  # the channel shows who writes by itself
        NONE = "none"  # asks for a reason

    kind = models.CharField(max_length=40, unique=True)
    style = models.CharField(max_length=14, choices=Style.choices)
    reason = models.CharField(max_length=300, blank=True, default="")


class Stop(models.Model):
    """Something that a guarantee stopped before it happened, or that a person did all the same, with their reason."""

    guarantee = models.CharField(max_length=30)
    gate = models.CharField(max_length=10)
    code = models.CharField(max_length=60)
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, null=True, related_name="+"
    )
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    excerpt = models.CharField(max_length=300, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")  # given by whoever set it aside
    is_override = models.BooleanField(default=False)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["guarantee", "-at"], name="stop_recent")]


class DayMeasure(models.Model):
    """A guarantee on one day: so many kept of so many. The past of the page's curves."""

    slug = models.CharField(max_length=30)
    day = models.DateField()
    kept = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    detail: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # channels, figures and spread of `guarantee.Measure`
    measured_at = models.DateTimeField(default=now)
    alarmed_at = models.DateTimeField(null=True)  # when it was said that this day falls below the threshold

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "slug"], name="measured_once_a_day")]


class CharterPage(models.Model):
    """The page of promises: whether the public may read it, and since when it is in force. One row."""

    is_public = models.BooleanField(default=False)
    version = models.PositiveSmallIntegerField(default=1)
    in_force_since = models.DateField(null=True)
    summary: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # of the last 30 days, for the foot of every screen: `summary.Summary`

    @classmethod
    def current(cls) -> CharterPage:
        """The page; made at first use."""
        return cls.objects.first() or cls.objects.get_or_create(pk=1)[0]
