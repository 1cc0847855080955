from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now

Json = models.JSONField


class Macro(models.Model):
    """Several steps under one name, done by one key. Nobody but a person starts it."""

    class Scope(models.TextChoices):
        PERSONAL = "personal"
        TEAM = "team"
        EVERYBODY = "everybody"

    name = models.CharField(max_length=80)
    shortcut = models.CharField(max_length=40, blank=True, default="")
    scope = models.CharField(max_length=9, choices=Scope.choices, default=Scope.PERSONAL)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey("accounts.Team", models.CASCADE, null=True, related_name="+")
    steps: Json[list[Any], list[Any]] = Json(default=list)  # as `steps.read_steps` takes them
    position = models.PositiveIntegerField(default=0)
    times_used = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "name", "id"]

    def __str__(self) -> str:
        return self.name


class MacroRun(models.Model):
    """What a macro did to one conversation, and what takes it back."""

    macro = models.ForeignKey(Macro, models.CASCADE, related_name="runs")
    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    done: Json[list[Any], list[Any]] = Json(default=list)  # [{kind, outcome, kept, after, code, message}]
    undone_at = models.DateTimeField(null=True)


class Rule(models.Model):
    """When something happens, and if so and so, then do this. What it says stands in its version."""

    name = models.CharField(max_length=80)
    is_enabled = models.BooleanField(default=False)
    enabled_at = models.DateTimeField(null=True)  # what was over then is left alone
    position = models.PositiveIntegerField(default=0)
    version = models.ForeignKey("RuleVersion", models.PROTECT, null=True, related_name="+")
    most_per_hour = models.PositiveIntegerField(default=500)  # runs, before it is paused: something is wrong
    failures = models.PositiveSmallIntegerField(default=0)  # one after the other
    paused_at = models.DateTimeField(null=True)
    paused_why = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        """Whether it does anything now."""
        return self.is_enabled and self.paused_at is None and self.archived_at is None


class RuleVersion(models.Model):
    """What a rule said from some moment on. Written once."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    says: Json[dict[str, Any], dict[str, Any]] = Json(default=dict)  # as `saying.read_rule` takes it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    restores = models.PositiveIntegerField(null=True)  # the number of the version that it brought back

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]


class RuleRun(models.Model):
    """What a rule made of one event that was for it. Its row and its effects are written in one transaction."""

    class Outcome(models.TextChoices):
        DONE = "done"
        REFUSED = "refused"  # at least one step was refused
        HELD = "held"  # by the guard against loops
        FAILED = "failed"  # by a fault of ours: nothing was done

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(RuleVersion, models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="+", db_index=False
    )
    event = models.BigIntegerField()
    depth = models.PositiveSmallIntegerField(default=0)  # 0: no rule caused the event
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    why = models.CharField(max_length=300, blank=True, default="")
    steps: Json[list[Any], list[Any]] = Json(default=list)  # [{kind, outcome, code, message}]
    first_event = models.BigIntegerField(null=True)  # of those it caused
    last_event = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "event"], name="rule_once_an_event")]
        indexes = [
            models.Index(fields=["rule", "-at"], name="rule_log"),
            models.Index(fields=["conversation", "rule", "-at"], name="rule_log_conversation"),
            models.Index(fields=["last_event"], name="rule_caused", condition=Q(last_event__isnull=False)),
            models.Index(fields=["at"], name="rule_run_age"),
        ]


class RuleTimer(models.Model):
    """The moment at which a rule that waits for a time is told about a conversation."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="timers", db_index=False)
    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    due_at = models.DateTimeField(db_index=True)
    since = models.DateTimeField()  # the customer waits, or it was snoozed until

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "conversation"], name="rule_timer_once")]


class Rehearsal(models.Model):
    """What a rule would have done with the events of the last days. It changes nothing."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    rule = models.ForeignKey(Rule, models.CASCADE, null=True, related_name="rehearsals")
    name = models.CharField(max_length=80, blank=True, default="")
    says: Json[dict[str, Any], dict[str, Any]] = Json(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=now)
    since = models.DateTimeField()
    until = models.DateTimeField()
    position = models.BigIntegerField(default=0)  # the last event that was looked at
    total = models.PositiveIntegerField(default=0)  # events of its kind
    looked_at = models.PositiveIntegerField(default=0)
    events = models.PositiveIntegerField(default=0)  # that matched
    conversations = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)  # examples in which a step would be refused
    is_cut = models.BooleanField(default=False)  # there were more events than are looked at
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], name="rehearsal_open", condition=Q(state__in=["waiting", "running"])
            )
        ]


class RehearsalRow(models.Model):
    """A conversation with which a rule would have begun."""

    rehearsal = models.ForeignKey(Rehearsal, models.CASCADE, related_name="rows")
    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    event = models.BigIntegerField()
    happened_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    steps: Json[list[Any], list[Any]] = Json(default=list)  # [{kind, words, changes, code}]

    class Meta:
        ordering = ["happened_at", "id"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "conversation"], name="rehearsed_once")]
