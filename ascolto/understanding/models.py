from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ascolto.kit.clock import now


class Sentiment(models.TextChoices):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Intent(models.TextChoices):
    QUESTION = "question"  # wants to know something, or asks us to do something
    COMPLAINT = "complaint"
    PRAISE = "praise"
    IDEA = "idea"
    CANCELLATION = "cancellation"
    SPAM = "spam"
    THANKS = "thanks"  # only thanks, nothing to answer
    OTHER = "other"


class Urgency(models.IntegerChoices):
    LOW = 0, "low"
    NORMAL = 1, "normal"
    HIGH = 2, "high"
    URGENT = 3, "urgent"


class Topic(models.Model):
    """One of the matters that customers of this company write about."""

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=300, blank=True, default="")
    hints = models.TextField(blank=True, default="")  # words and phrases that give it away, one a line
    label = models.ForeignKey(  # conversations that people gave this label are examples
        "conversations.Label", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TopicExample(models.Model):
    """A message as customers write it when they mean this topic."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="examples")
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["id"]


class ModelVersion(models.Model):
    """A version of one head. Number 0 is the shipped one and has no weights here."""

    class State(models.TextChoices):
        CANDIDATE = "candidate"  # learnt, not judged yet
        LIVE = "live"
        RETIRED = "retired"  # was live, or its turn was passed; can come back
        REFUSED = "refused"  # worse than the one that is live

    head = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.CANDIDATE)
    encoder = models.CharField(max_length=40, blank=True, default="")
    weights = models.BinaryField(null=True)
    card: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # figures and what it learnt from
    why = models.CharField(max_length=300, blank=True, default="")  # it is live, or refused
    created_at = models.DateTimeField(default=now, editable=False)
    live_since = models.DateTimeField(null=True)
    made_live_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["head", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["head", "number"], name="model_version_once"),
            models.UniqueConstraint(fields=["head"], condition=Q(state="live"), name="one_live_model"),
        ]

    def __str__(self) -> str:
        return f"{self.head}-{self.number}"


class Lookalike(models.Model):
    """Messages of different people that say the same in nearly the same words."""

    first = models.ForeignKey("conversations.Message", models.CASCADE, related_name="+")
    size = models.PositiveIntegerField(default=1)  # customers, not messages
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-last_at"], name="lookalike_recent")]


class Reading(models.Model):
    """What is understood of a message. Where a person corrected the model the fields say what the person said."""

    message = models.OneToOneField(
        "conversations.Message", models.CASCADE, primary_key=True, related_name="reading"
    )
    language = models.CharField(max_length=8)
    language_probability = models.FloatField(default=0)
    second_language = models.CharField(max_length=8, blank=True, default="")
    sentiment = models.CharField(max_length=8, choices=Sentiment.choices, blank=True, default="")
    strength = models.FloatField(default=0)  # -1 very negative … 1 very positive
    anger = models.FloatField(default=0)  # probability
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.NORMAL)
    intent = models.CharField(max_length=12, choices=Intent.choices, blank=True, default="")
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, related_name="+")
    needs_answer = models.BooleanField(default=True)
    commercial = models.FloatField(null=True)  # of an outgoing text: probability of an offer
    personal: models.JSONField[list[Any], list[Any]] = models.JSONField(
        default=list
    )  # [kind, start, end, is checked]; never the value
    probabilities: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(
        default=dict
    )  # of the answer given, by field
    unsure: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list
    )  # the fields whose answer is a guess
    because: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # field: [[kind, what, weight], …]
    versions: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict
    )  # the model behind each field
    corrected: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list
    )  # the fields that a person set
    lookalike = models.ForeignKey(Lookalike, models.SET_NULL, null=True, related_name="readings")
    read_at = models.DateTimeField(default=now)


class MessageVector(models.Model):
    """A message's place in the space of meanings: 512 numbers of 16 bits."""

    message = models.OneToOneField(
        "conversations.Message", models.CASCADE, primary_key=True, related_name="+"
    )
    encoder = models.CharField(max_length=40)
    vector = models.BinaryField()


class Correction(models.Model):
    """A person says what the model should have said. The last one of a field that was not withdrawn counts."""

    message = models.ForeignKey("conversations.Message", models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=20)
    was = models.CharField(max_length=80, blank=True, default="")
    became = models.CharField(max_length=80)
    version = models.CharField(max_length=40, blank=True, default="")  # of the model that was wrong
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["field", "-created_at"], name="correction_by_field")]


class Similar(models.Model):
    """Something that may answer a message: a resolved conversation, a saved reply, an article. Who may see it is asked when it is shown."""

    message = models.ForeignKey("conversations.Message", models.CASCADE, related_name="similar")
    kind = models.CharField(max_length=20)  # conversation, saved_reply, article, …
    target = models.BigIntegerField()
    account = models.ForeignKey(
        "channels.ChannelAccount", models.CASCADE, null=True, related_name="+", db_index=False
    )
    score = models.FloatField()  # 0 … 1, calibrated
    meaning = models.FloatField(default=0)  # cosine
    words = models.FloatField(default=0)  # BM25 share
    because: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # words in common

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "kind", "target"], name="similar_once")]
