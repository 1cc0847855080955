from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now


class RoutingRules(models.Model):
    """How conversations find people: one row."""

    is_on = models.BooleanField(default=True)
    hand_offs_at_most = models.PositiveSmallIntegerField(default=2)  # then a lead decides
    continuity_minutes = models.PositiveSmallIntegerField(
        default=10
    )  # how long the same person is waited for
    widen_at = models.PositiveSmallIntegerField(
        default=50
    )  # hundredths of the promise: then skills may be missing
    overflow_at = models.PositiveSmallIntegerField(default=75)  # then every team may help
    away_after_minutes = models.PositiveSmallIntegerField(default=5)  # without a sign of life
    weights: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        default=dict
    )  # by kind of channel, hundredths of a person; missing: the product's own
    group_minutes: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        default=dict
    )  # by customer group: so much earlier in the queue. Empty unless the company wants it; the Charter shows it.
    group_reason = models.CharField(max_length=300, blank=True, default="")

    @classmethod
    def current(cls) -> RoutingRules:
        """The rules; made at first use."""
        return cls.objects.first() or cls.objects.get_or_create(pk=1)[0]


class AgentSkills(models.Model):
    """What a person can take. Empty lists mean everything."""

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="skills")
    topics = models.ManyToManyField("understanding.Topic", blank=True, related_name="+")
    languages = models.JSONField(default=list)
    channels = models.JSONField(default=list)  # kinds
    capacity = models.PositiveSmallIntegerField(default=100)  # hundredths of a person


class TeamQueue(models.Model):
    """What comes to a team first, and who helps when it cannot keep up. Empty lists mean nothing by that rule."""

    team = models.OneToOneField("accounts.Team", models.CASCADE, related_name="queue")
    topics = models.ManyToManyField("understanding.Topic", blank=True, related_name="+")
    languages = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    overflow = models.ForeignKey("accounts.Team", models.SET_NULL, null=True, related_name="+")


class Presence(models.Model):
    """Whether a person is there. Routing gives work to those who are available, were seen lately and are on shift."""

    class State(models.TextChoices):
        AVAILABLE = "available"
        BUSY = "busy"  # there, takes nothing new
        AWAY = "away"  # a break
        OFFLINE = "offline"

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presence")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFLINE)
    chosen = models.CharField(  # what they said last: it comes back with the next sign of life
        max_length=10, choices=State.choices, default=State.AVAILABLE
    )
    since = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(null=True)  # the last sign of life of a screen
    last_given_at = models.DateTimeField(null=True)  # the last conversation that routing gave


class Shift(models.Model):
    """Hours of a weekday in which a person works, in the company's time zone. Nobody's shifts: always."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    starts = models.TimeField()
    ends = models.TimeField()  # 00:00 is the end of the day

    class Meta:
        ordering = ["weekday", "starts"]


class Absence(models.Model):
    """A time in which a person is not there, whatever their shifts say."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ["starts_at"]


class Assignment(models.Model):
    """One time somebody had a conversation, why they and nobody else, and how it ended."""

    class How(models.TextChoices):
        ROUTED = "routed"
        TAKEN = "taken"
        ASSIGNED = "assigned"
        ANSWERED = "answered"
        ACCEPTED = "accepted"
        ESCALATED = "escalated"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=How.choices)
    why: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    began_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], name="one_holder", condition=Q(ended_at__isnull=True)
            )
        ]
        indexes = [models.Index(fields=["agent", "-began_at"], name="assignment_of")]


class HandOff(models.Model):
    """A conversation that is offered to somebody. Until they accept it stays where it is."""

    class State(models.TextChoices):
        ASKED = "asked"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        LIMIT = "limit"  # handed over too often: a lead decides whether it is offered

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="hand_offs")
    from_agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    to_agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    to_team = models.ForeignKey("accounts.Team", models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=2000)  # what is asked of the receiver
    summary = models.TextField(blank=True, default="")  # what happened so far
    facts: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")  # of a refusal
    proposed_agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    proposed_team = models.ForeignKey("accounts.Team", models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )  # the lead who allowed one more than the rules do

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], name="one_offer", condition=Q(state__in=["asked", "limit"])
            )
        ]
        indexes = [
            models.Index(fields=["to_agent", "state"], name="hand_off_to"),
            models.Index(fields=["to_team", "state"], name="hand_off_to_team"),
            models.Index(fields=["conversation", "state"], name="hand_off_of"),
        ]


class WaitTold(models.Model):
    """What a customer was told about their wait, so that it can be compared with how long it took."""

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    message = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()  # when the customer began to wait
    told_at = models.DateTimeField(default=now)
    seconds = models.PositiveIntegerField(null=True)  # None: it could not be estimated, nothing was told
    position = models.PositiveIntegerField(null=True)
    method = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "asked_at"], name="wait_told_once")]


class Redistribution(models.Model):
    """Conversations that a lead moved together, so that all of it can be undone at once."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=now)
    moves: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        default=list
    )  # conversation, assignee, team as they became; was_assignee, was_team as they were
    undone_at = models.DateTimeField(null=True)
