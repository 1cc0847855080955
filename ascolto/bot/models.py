from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now
from ascolto.kit.ids import new_token

_PERSON = settings.AUTH_USER_MODEL


class BotFlow(models.Model):
    """A flow by its name; what it says is in its versions."""

    slug = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120, blank=True, default="")
    is_part = models.BooleanField(default=False)  # called by other flows only
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title or self.slug


class FlowVersion(models.Model):
    """One version of a flow, as YAML; it never changes. The published one with the highest number is the one that runs."""

    flow = models.ForeignKey(BotFlow, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField(max_length=300, blank=True, default="")  # what changed, in the writer's words
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["flow", "-number"]
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once")]

    def __str__(self) -> str:
        return f"{self.flow_id}/{self.number}"


class BotPost(models.Model):
    """Which flow answers at an inbox. `rival`: a second one, for `share` percent of the dialogues, to compare them.

    Guard rails: when the rival hands over much more often, or is rated much worse, it is taken away by itself (`stopped_why`).
    """

    account = models.OneToOneField("channels.ChannelAccount", models.CASCADE, related_name="bot_post")
    flow = models.ForeignKey(BotFlow, models.PROTECT, related_name="posts")
    rival = models.ForeignKey(BotFlow, models.PROTECT, null=True, related_name="+")
    rival_version = models.ForeignKey(
        FlowVersion, models.PROTECT, null=True, related_name="+"
    )  # a version of its own, also one that is not published: two versions of one flow can be compared
    share = models.PositiveSmallIntegerField(default=0)  # percent of dialogues that the rival has
    stopped_why = models.CharField(max_length=200, blank=True, default="")
    is_enabled = models.BooleanField(default=True)
    changed_at = models.DateTimeField(default=now)


class FlowStamp(models.Model):
    """One row: another word after each change of what is published and where it answers, so that every process reads it again."""

    stamp = models.CharField(max_length=40, default=new_token)


class Dialogue(models.Model):
    """A conversation, or a part of one, that the bot holds. While it runs nobody else needs to answer."""

    class Status(models.TextChoices):
        RUNNING = "running"
        HANDED = "handed"  # a person goes on
        ENDED = "ended"
        SILENCED = "silenced"  # a person stepped in

    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, null=True, related_name="dialogues", db_index=False
    )  # None: a call whose message has not been read yet
    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(FlowVersion, models.PROTECT, related_name="dialogues")
    is_rival = models.BooleanField(default=False)
    call = models.CharField(max_length=120, null=True)  # noqa: DJ001 - the network's id of a call; NULL leaves the unique index alone
    state: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    said: models.JSONField[list[Any], list[Any]] = models.JSONField(
        default=list
    )  # of a call, which has no messages: [who, text, node, at]
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    why = models.CharField(max_length=40, blank=True, default="")  # it was handed over, or ended
    heard_up_to = models.BigIntegerField(default=0)  # the message that was answered last
    turns = models.PositiveIntegerField(default=0)
    task_by = models.ForeignKey(
        _PERSON, models.SET_NULL, null=True, related_name="+"
    )  # the person who gave it this part, and gets the conversation again
    started_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status="running"), name="one_dialogue_at_a_time"
            ),
            models.UniqueConstraint(fields=["account", "call"], name="dialogue_of_call"),
        ]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="dialogue_of"),
            models.Index(fields=["version", "started_at"], name="dialogue_version"),
        ]


class BotRating(models.Model):
    """Whether an answer of the bot helped, in the customer's own opinion. The last word counts."""

    message = models.OneToOneField("conversations.Message", models.CASCADE, related_name="bot_rating")
    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="ratings")
    helped = models.BooleanField()
    at = models.DateTimeField(default=now)


class BotAction(models.Model):
    """Another system that flows may ask. Its address is here and nowhere else: a flow only knows the name."""

    name = models.CharField(max_length=60, unique=True)
    about = models.CharField(max_length=200, blank=True, default="")
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=500, blank=True, default="")  # sealed (kit.vault)
    sends: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # slots it may be told
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]


class ExternalBot(models.Model):
    """A bot of somebody else's at an inbox: told of messages by webhook, answers by the API, hands over when it wants or is late."""

    account = models.OneToOneField("channels.ChannelAccount", models.CASCADE, related_name="external_bot")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=500, blank=True, default="")  # sealed (kit.vault)
    token = models.CharField(
        max_length=64, unique=True, default=new_token
    )  # digest of the API token it answers with
    seconds = models.PositiveSmallIntegerField(default=30)  # without an answer a person goes on
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)


class BotErrand(models.Model):
    """A message that an external bot has been told of, until it answered or its time was up."""

    bot = models.ForeignKey(ExternalBot, models.CASCADE, related_name="errands")
    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="+")
    message = models.OneToOneField("conversations.Message", models.CASCADE, related_name="+")
    due_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True, default="")  # answered, handed, late, failed

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="errand_open", condition=Q(settled_at__isnull=True))]


class Rehearsal(models.Model):
    """A dialogue that was rehearsed and kept: it must go the same way with every later version of its flow.

    `steps`: what was heard, in order; `expected`: the nodes that were passed after each of them.
    """

    flow = models.ForeignKey(BotFlow, models.CASCADE, related_name="rehearsals")
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    situation: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    steps: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    expected: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["flow", "id"]


class TrialRun(models.Model):
    """A flow tried on real first messages of the past: where people would have gone. Done in the background; progress is shown."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="trials")
    days = models.PositiveSmallIntegerField(default=30)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last = models.BigIntegerField(default=0)  # the conversation that was tried last
    found: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # by node: how many stopped there, and some of their conversations
    by = models.ForeignKey(_PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
