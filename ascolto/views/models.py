from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now


class SavedView(models.Model):
    """A question that somebody asks again and again, under a name. Whoever looks sees the conversations that they may see anyway."""

    class Scope(models.TextChoices):
        PERSONAL = "personal"
        TEAM = "team"
        EVERYBODY = "everybody"

    class Sort(models.TextChoices):
        NEWEST = "newest"  # the last message
        OLDEST = "oldest"
        PROMISE = "promise"  # what is due first
        WAITING = "waiting"  # who waits longest
        BEGAN = "began"  # the youngest conversation

    class Density(models.TextChoices):
        NORMAL = "normal"
        COMPACT = "compact"

    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=40, default="layers")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.PERSONAL)
    team = models.ForeignKey("accounts.Team", models.CASCADE, null=True, related_name="+")
    query: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    sort = models.CharField(max_length=8, choices=Sort.choices, default=Sort.NEWEST)
    density = models.CharField(max_length=8, choices=Density.choices, default=Density.NORMAL)
    position = models.PositiveIntegerField(default=0)  # among others where nobody arranged them
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True)  # stays for a while, so that it can come back

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="team", team__isnull=False) | (~Q(scope="team") & Q(team__isnull=True)),
                name="view_team_when_shared_with_one",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What addresses call it."""
        return f"v{self.pk}"


class Arrangement(models.Model):
    """How one person has the views beside the list: keys of views in their order, and those that are hidden or pinned on top."""

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    order: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    hidden: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    pinned: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    density = models.CharField(max_length=8, choices=SavedView.Density.choices, default="normal")


class Seen(models.Model):
    """How far one person has read a conversation: the moment of the last message that was there when they had it open."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    until = models.DateTimeField()
    message = models.BigIntegerField(null=True)  # the newest one that they had before their eyes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "conversation"], name="seen_once")]


class BulkChange(models.Model):
    """What somebody did to many conversations at once, with what each was before: it can be taken back for half an hour."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verb = models.CharField(max_length=20)
    rows: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )  # conversation, before, after
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True)
