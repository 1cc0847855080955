from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now
from ascolto.kit.ids import new_token, reference_number


class ClockKind(models.TextChoices):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    COMPLAINT = "complaint"


class BusinessCalendar(models.Model):
    """When the company works, under a name. What it says is in its versions: the one in force at each moment counts."""

    name = models.CharField(max_length=80, unique=True)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """Opening hours from a moment on. `content` is what `sla.calendar.read_calendar` takes."""

    calendar = models.ForeignKey(BusinessCalendar, models.CASCADE, related_name="versions")
    valid_from = models.DateTimeField(default=now)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["valid_from", "id"]


class SlaPolicy(models.Model):
    """A promise from a moment on. One without channel and group is everybody's; the others are exceptions. Never changed, only
    followed by the next, so that a clock keeps the promise under which it began."""

    name = models.CharField(max_length=80)
    channel = models.CharField(max_length=40, blank=True, default="")  # a kind; empty: every channel
    # A group that is dissolved has no customers any more, so its promise holds for nobody; when that is undone it holds again.
    group = models.ForeignKey(
        "customers.CustomerGroup", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    first_response = models.DurationField()
    next_response = models.DurationField()
    resolution = models.DurationField(null=True)
    calendar = models.ForeignKey(BusinessCalendar, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")  # why it promises less than everybody's
    is_worse = models.BooleanField(default=False)
    valid_from = models.DateTimeField(default=now)
    valid_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "group"],
                name="one_live_policy",
                condition=Q(valid_until__isnull=True, group__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["channel"],
                name="one_live_policy_for_all",
                condition=Q(valid_until__isnull=True, group__isnull=True),
            ),
        ]


class EscalationStep(models.Model):
    """What is done at a time before or after a promise is due."""

    class Action(models.TextChoices):
        TELL_OWNER = "tell_owner"
        TELL_LEAD = "tell_lead"
        RAISE_PRIORITY = "raise_priority"
        TO_TEAM = "to_team"
        FREE = "free"  # whoever has it loses it: routing finds somebody who is there

    offset = models.DurationField()  # from the due time: negative before, positive after
    action = models.CharField(max_length=16, choices=Action.choices)
    team = models.ForeignKey("accounts.Team", models.CASCADE, null=True, related_name="+")
    kinds = models.JSONField(default=list)  # of clocks; empty: the response clocks

    class Meta:
        ordering = ["offset", "id"]


class PromiseSettings(models.Model):
    """What the company chose about its promises: one row. `stamp` is another one after each change of these settings, of policies,
    calendars, steps or texts: whoever keeps them in memory compares it."""

    stamp = models.CharField(max_length=40, default=new_token, editable=False)
    delay_notice = models.BooleanField(default=False)  # tell the customer when an answer is late
    tell_wait = models.BooleanField(default=False)  # tell the expected wait at the first message
    pack = models.CharField(max_length=20, blank=True, default="")  # the regulation pack in force
    complaint_days = models.PositiveSmallIntegerField(null=True)
    complaint_days_are_working = models.BooleanField(default=False)

    @classmethod
    def current(cls) -> PromiseSettings:
        """The settings; made at first use."""
        return cls.objects.first() or cls.objects.get_or_create(pk=1)[0]


class NoticeText(models.Model):
    """What an automatic message says in a language; without a row the product's own words are used."""

    class Kind(models.TextChoices):
        DELAY = "delay"
        WAIT = "wait"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    language = models.CharField(max_length=8)
    text = models.CharField(max_length=600)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="one_notice_text")]


class SlaClock(models.Model):
    """A running promise to one customer, or what became of it. Computed by `sla.clock` from what happened, never by hand."""

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        BREACHED = "breached"  # too late, whether answered since or not
        DROPPED = "dropped"  # nobody has to answer any more: spam, thanks, resolved unanswered

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=14, choices=ClockKind.choices)
    policy = models.ForeignKey(SlaPolicy, models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=40)  # on which the customer began to wait
    message = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # None while it is paused
    stopped_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    waited = models.DurationField(null=True)  # by the wall clock, pauses included
    waited_open = models.DurationField(null=True)  # in business hours, pauses taken off
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(
        null=True
    )  # when the breach was noticed; the breach itself is at due_at
    noticed_at = models.DateTimeField(null=True)  # when the customer was told, or it was decided not to
    steps_done = models.JSONField(default=list)  # ids of escalation steps
    next_at = models.DateTimeField(null=True)  # when something has to be done about it next

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind", "started_at"], name="clock_once")
        ]
        indexes = [
            models.Index(fields=["next_at"], name="clock_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["due_at"], name="clock_running", condition=Q(stopped_at__isnull=True)),
            models.Index(fields=["kind", "started_at"], name="clock_begun"),
            models.Index(fields=["state", "due_at"], name="clock_state"),
        ]


class Complaint(models.Model):
    """A formal complaint, with the code that the customer was given: the number of its conversation."""

    conversation = models.OneToOneField(
        "conversations.Conversation", models.CASCADE, related_name="complaint"
    )
    message = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField()  # when the customer complained
    registered_at = models.DateTimeField(default=now)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    pack = models.CharField(max_length=20, blank=True, default="")
    days = models.PositiveSmallIntegerField()
    days_are_working = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)
    given_as = models.BigIntegerField(
        null=True
    )  # the conversation whose number the customer has, where it was merged

    @property
    def code(self) -> str:
        return reference_number(self.given_as or self.conversation_id)


class Commitment(models.Model):
    """I will write by six, news or not: a date that a person promised to a customer."""

    class State(models.TextChoices):
        PROPOSED = "proposed"  # found in a text, nobody has said yet that it is a promise
        OPEN = "open"
        KEPT = "kept"
        BROKEN = "broken"  # the time passed; `settled_at` says when they wrote after all
        WITHDRAWN = "withdrawn"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="commitments")
    message = models.ForeignKey(  # None: promised elsewhere, such as on the telephone
        "conversations.Message", models.CASCADE, null=True, related_name="+"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    words = models.CharField(max_length=300)  # as they were promised
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    made_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")
    warned_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")  # for moving or withdrawing it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "due_at"], name="commitment_once")]
        indexes = [
            models.Index(fields=["due_at"], name="commitment_open", condition=Q(state="open")),
            models.Index(fields=["state", "due_at"], name="commitment_state"),
        ]
