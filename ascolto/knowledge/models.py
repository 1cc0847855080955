from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now
from ascolto.understanding.engine.offers import OFFER, commercial


class SavedReply(models.Model):
    """Something that agents say often, under a shortcut, in one or more languages."""

    title = models.CharField(max_length=120)
    shortcut = models.CharField(max_length=40)
    team = models.ForeignKey(
        "accounts.Team", models.CASCADE, null=True, related_name="+"
    )  # None: everybody's, or its owner's
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )  # of a personal one: nobody else sees it
    folder = models.CharField(max_length=60, blank=True, default="")
    used_count = models.PositiveIntegerField(default=0)  # how often it left in an answer
    used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut"],
                condition=Q(team=None, owner=None, archived_at=None),
                name="shortcut_of_everybody_once",
            ),
            models.UniqueConstraint(
                fields=["team", "shortcut"], condition=Q(archived_at=None), name="shortcut_of_team_once"
            ),
            models.UniqueConstraint(
                fields=["owner", "shortcut"], condition=Q(archived_at=None), name="shortcut_of_owner_once"
            ),
            models.CheckConstraint(
                condition=Q(team=None) | Q(owner=None), name="reply_of_a_team_or_of_a_person"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_commercial(self) -> bool:
        """Whether one of its texts sells: such a reply does not leave while the customer has an open problem."""
        return any(sells(text.text) for text in self.texts.all())


@lru_cache(maxsize=4_096)
def sells(text: str) -> bool:
    """Whether a saved text makes an offer."""
    return commercial(text).label == OFFER


class SavedReplyText(models.Model):
    """A saved reply in one language (ISO 639-1)."""

    reply = models.ForeignKey(SavedReply, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    text = models.TextField()

    class Meta:
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["reply", "language"], name="reply_language_once")]


class Verdict(models.Model):
    """What an agent made of an answer that was suggested for a message. The last word counts."""

    class Said(models.TextChoices):
        USED = "used"
        REFUSED = "refused"  # "not helpful"

    kind = models.CharField(max_length=20)  # as in Similar
    target = models.BigIntegerField()
    message = models.ForeignKey("conversations.Message", models.CASCADE, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    said = models.CharField(max_length=8, choices=Said.choices)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "target", "message", "agent"], name="verdict_once")
        ]


class Enquiry(models.Model):
    """A question that somebody typed: is there an answer? The text is forgotten when it is answered, the row soon after."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    text = models.CharField(max_length=2000, blank=True, default="")
    asked_at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True)
    found: models.JSONField[list[Any], list[Any]] = models.JSONField(
        default=list
    )  # [kind, target, score, meaning, words]

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="enquiry_by_age")]
        verbose_name_plural = "enquiries"
