from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now
from ascolto.kit.ids import reference_number


class Status(models.TextChoices):
    OPEN = "open"
    PENDING = "pending"  # the customer owes us
    ON_HOLD = "on_hold"  # a department owes us
    RESOLVED = "resolved"


class Priority(models.IntegerChoices):
    LOW = 10, "low"
    NORMAL = 20, "normal"
    HIGH = 30, "high"
    URGENT = 40, "urgent"


class Direction(models.TextChoices):
    IN = "in"
    OUT = "out"


class Visibility(models.TextChoices):
    PRIVATE = "private"
    PUBLIC = "public"
    NOTE = "note"


class Author(models.TextChoices):
    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Delivery(models.TextChoices):
    """What became of an outgoing message. It only advances: queued, sending, sent, delivered, read; failed before delivered."""

    NONE = ""
    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


class Label(models.Model):
    """A word of the one taxonomy; its scope says what it may be put on."""

    class Scope(models.TextChoices):
        EVERYTHING = "everything"
        CONVERSATIONS = "conversations"
        CUSTOMERS = "customers"

    name = models.CharField(max_length=60, unique=True)
    tone = models.CharField(max_length=10, blank=True, default="")
    scope = models.CharField(max_length=14, choices=Scope.choices, default=Scope.EVERYTHING)
    about = models.CharField(max_length=200, blank=True, default="")  # when to use it
    archived_at = models.DateTimeField(null=True)  # stays where it is, is offered no more
    customers = models.ManyToManyField("customers.Customer", blank=True, related_name="labels")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """What travels: everything one customer and the company say to each other about one matter, over all channels."""

    # The indexes below begin with these four: ones of their own would cost every message, and mislead SQLite's planner.
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="conversations", db_index=False
    )
    account = models.ForeignKey(
        "channels.ChannelAccount", models.PROTECT, related_name="+", db_index=False
    )  # where it began: decides who may see it
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    subject = models.CharField(max_length=300, blank=True, default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    labels = models.ManyToManyField(Label, blank=True, related_name="conversations")
    channels = models.CharField(
        max_length=200, blank=True, default=""
    )  # kinds, comma separated, the last used first
    has_public = models.BooleanField(default=False)
    with_bot = models.BooleanField(default=False)  # a bot holds it: people are not given it, but may take it
    is_room = models.BooleanField(
        default=False
    )  # a thread of the network: only what is said there belongs to it
    is_spam = models.BooleanField(default=False)
    waiting_since = models.DateTimeField(null=True)  # oldest customer message without an answer
    due_at = models.DateTimeField(
        null=True
    )  # the promise: when a person must have answered, or written as said
    promised_for = models.DateTimeField(null=True)  # the next date by which somebody said they would write
    snoozed_until = models.DateTimeField(null=True)  # out of the queue until then
    last_message_at = models.DateTimeField(default=now)
    last_inbound_at = models.DateTimeField(null=True)
    preview = models.CharField(max_length=200, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="next")
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="merged", db_index=False
    )  # what is said goes on there; this one is resolved and in no list
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["-last_message_at", "-id"], name="conv_recent"),
            models.Index(fields=["status", "-last_message_at", "-id"], name="conv_status"),
            models.Index(fields=["customer", "-last_message_at"], name="conv_customer"),
            models.Index(fields=["account", "status", "-last_message_at", "-id"], name="conv_account"),
            # the last two are in it so that counting what is to be answered touches no row
            models.Index(
                fields=["due_at", "id", "snoozed_until", "with_bot"],
                name="conv_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(fields=["last_message_at", "id"], name="conv_with_bot", condition=Q(with_bot=True)),
            models.Index(
                fields=["promised_for", "id"],
                name="conv_promised",
                condition=Q(promised_for__isnull=False),
            ),
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                name="conv_assignee",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(
                fields=["team", "-last_message_at", "-id"],
                name="conv_team",
                condition=Q(team__isnull=False),
            ),
            models.Index(
                fields=["assignee", "-last_message_at", "-id"],
                name="conv_mine",
                condition=Q(assignee__isnull=False) & ~Q(status="resolved"),
            ),
            models.Index(
                fields=["-last_message_at", "-id"],
                name="conv_free",
                condition=Q(assignee__isnull=True) & ~Q(status="resolved"),
            ),
            models.Index(
                fields=["-last_message_at", "-id"],
                name="conv_public",
                condition=Q(has_public=True) & ~Q(status="resolved"),
            ),
            models.Index(fields=["merged_into"], name="conv_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The reference people read to each other: the id and a check digit. It is also the complaint code."""
        return reference_number(self.pk)


class Participant(models.Model):
    """A person asked into one conversation, such as a department's guest."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations")
    added_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="participant_once")]


class Follower(models.Model):
    """A person who wants to hear what happens in a conversation, whoever holds it."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="followers")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="follower_once")]


class ConversationMerge(models.Model):
    """One conversation that became part of another, with what is needed to take it back."""

    source = models.ForeignKey(Conversation, models.CASCADE, related_name="merges_away")
    target = models.ForeignKey(Conversation, models.CASCADE, related_name="merges_in")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    moved: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # what went over, by kind: {"messages": [ids], …}
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # what the source was: status, holder
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at__isnull=True), name="merged_once_at_a_time"
            )
        ]


class ConversationLink(models.Model):
    """Two conversations that belong together and stay apart. `one` has the smaller id."""

    one = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    other = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    why = models.CharField(max_length=200, blank=True, default="")  # split, or a person's words
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="linked_once")]


class LabelRules(models.Model):
    """What the company chose about labels: one row. Without one everybody may bring in new ones."""

    is_closed = models.BooleanField(default=False)  # only who defines labels may


class LabelWish(models.Model):
    """A label that somebody missed, where only others may define them."""

    name = models.CharField(max_length=60)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "conversation"], name="label_wished_once")]


class Message(models.Model):
    """One message or note of a conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    account = models.ForeignKey("channels.ChannelAccount", models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    visibility = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE)
    author_kind = models.CharField(max_length=8, choices=Author.choices)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    identity = models.ForeignKey("customers.Identity", models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=20, default="text")
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    external_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 - NULL leaves the unique index alone
    client_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    in_reply_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    is_automatic = models.BooleanField(default=False)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True, default=Delivery.NONE)
    delivery_error = models.CharField(max_length=500, blank=True, default="")
    extra: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=now)  # the network's time
    created_at = models.DateTimeField(default=now, editable=False)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="message_once")]
        indexes = [models.Index(fields=["conversation", "occurred_at", "id"], name="message_thread")]


class MessageAlias(models.Model):
    """A further id by which the network knows a message: the parts of an album, or of an answer that was split."""

    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255)
    message = models.ForeignKey(Message, models.CASCADE, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="alias_once")]


class ConversationThread(models.Model):
    """A thread or room of the network that is one conversation, whoever writes in it."""

    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="threads")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="thread_once")]


class MessageRevision(models.Model):
    """What a message said before it was edited or taken back."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="revisions")
    text = models.TextField(blank=True, default="")
    replaced_at = models.DateTimeField(default=now)


class Reaction(models.Model):
    message = models.ForeignKey(Message, models.CASCADE, related_name="reactions")
    identity = models.ForeignKey("customers.Identity", models.CASCADE, related_name="+")
    emoji = models.CharField(max_length=32)
    occurred_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "identity"], name="reaction_once")]


class Attachment(models.Model):
    """A file of a message, stored by its SHA-256 outside the web root."""

    class State(models.TextChoices):
        PENDING = "pending"  # still with the network
        READY = "ready"
        FAILED = "failed"

    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="attachments")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=255, blank=True, default="")
    content_type = models.CharField(max_length=127, default="application/octet-stream")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    content_id = models.CharField(max_length=255, blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    remote = models.JSONField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run_at"], name="attachment_to_fetch", condition=Q(state="pending"))]


class EarlyNews(models.Model):
    """A receipt, edit, removal or reaction that came before its message; applied when the message is there."""

    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=255)
    news: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["account", "external_id"], name="early_news_for")]
