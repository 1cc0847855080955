from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.accounts.models import Role
from ascolto.conversations.models import Visibility
from ascolto.kit.clock import now


class Written(models.Model):
    """What somebody wrote to a customer or to colleagues and did not send yet."""

    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="+", db_index=False
    )
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE)
    text = models.TextField(blank=True, default="")
    template = models.JSONField(null=True)
    files = models.ManyToManyField("conversations.Attachment", blank=True, related_name="+")
    seen = models.BigIntegerField(null=True)  # the newest message when the text was begun

    class Meta:
        abstract = True


class Draft(Written):
    """A text that is being written: one a person and conversation, the same on all their devices."""

    way = models.CharField(max_length=60, blank=True, default="")  # of the composer: "private:3"
    is_shared = models.BooleanField(default=False)  # colleagues may see it and go on with it
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "conversation"], name="draft_once")]
        indexes = [
            models.Index(fields=["agent", "-updated_at"], name="draft_of"),
            models.Index(fields=["conversation"], name="draft_shared", condition=Q(is_shared=True)),
        ]


class OtherDraft(models.Model):
    """What another window had written in its place: kept until the draft is sent or thrown away."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="others")
    tab = models.CharField(max_length=40)  # the window that wrote it
    text = models.TextField()
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["draft", "tab"], name="other_draft_once")]


class Outgoing(Written):
    """An answer that is complete and waits, with everything that sending it needs."""

    class IfCustomerWrites(models.TextChoices):
        ASK = "ask"
        CANCEL = "cancel"

    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, null=True, related_name="+")
    html = models.TextField(blank=True, default="")
    provenance: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    overrides: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    then = models.CharField(max_length=10, blank=True, default="")  # the status it is given after it left
    if_customer_writes = models.CharField(
        max_length=6, choices=IfCustomerWrites.choices, default=IfCustomerWrites.ASK
    )
    leave_at = models.DateTimeField(null=True)  # of a planned answer always; else as soon as it is approved
    answers = models.BigIntegerField(null=True)  # the one message that it is for, where the writer chose one
    client_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL leaves the unique index alone
    made_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)
    message = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


class Proposal(Outgoing):
    """An answer that somebody else has to approve before it leaves."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    original = models.TextField(
        blank=True, default=""
    )  # what the author wrote, where the approver changed it
    is_changed = models.BooleanField(default=False)
    comment = models.CharField(max_length=1000, blank=True, default="")  # of whoever returned it
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["made_at"], name="proposal_waiting", condition=Q(state="waiting")),
            models.Index(fields=["conversation", "state"], name="proposal_in"),
            models.Index(fields=["agent", "-made_at"], name="proposal_of"),
        ]


class PlannedReply(Outgoing):
    """An answer that leaves by itself at a time, unless something happens before."""

    class State(models.TextChoices):
        PLANNED = "planned"
        ASKING = "asking"  # something happened: a person decides
        SENT = "sent"
        WITHDRAWN = "withdrawn"
        FAILED = "failed"

    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=500, blank=True, default="")  # why it asks, failed or was withdrawn
    heard = models.BigIntegerField(default=0)  # the customer's newest message when it was planned
    approval = models.ForeignKey(Proposal, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(leave_at__isnull=False), name="planned_for_a_time")]
        indexes = [
            models.Index(fields=["leave_at"], name="planned_due", condition=Q(state="planned")),
            models.Index(fields=["conversation", "state"], name="planned_in"),
            models.Index(fields=["agent", "-made_at"], name="planned_of"),
        ]


class ApprovalRule(models.Model):
    """Whose answers from an inbox somebody else approves before they leave. One an inbox."""

    account = models.OneToOneField("channels.ChannelAccount", models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=True)
    role = models.CharField(
        max_length=20, choices=Role.choices, blank=True, default=""
    )  # empty: everybody who may not approve
    private = models.BooleanField(default=True)
    public = models.BooleanField(default=True)
    new_for = models.DurationField(null=True)  # only of colleagues who came less than this ago

    def covers(self, visibility: str) -> bool:
        """Whether answers that these people read are approved."""
        return self.is_on and (self.public if visibility == Visibility.PUBLIC else self.private)
