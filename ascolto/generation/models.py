from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ascolto.channels.models import vault
from ascolto.kit.clock import now


class Purpose(models.TextChoices):
    """What a language model may be asked for."""

    SUGGESTION = "suggestion", _("Suggest a reply")
    SUMMARY = "summary", _("Summarise")
    TRANSLATION = "translation", _("Translate")
    ANSWER = "answer", _("Word the bot's answers")  # asked by no person: what a flow found, put into words
    TEST = "test", _("Test")  # an invented sentence, asked from the settings


ASKED_FOR = (Purpose.SUGGESTION, Purpose.SUMMARY, Purpose.TRANSLATION)  # by people
SWITCHED = (*ASKED_FOR, Purpose.ANSWER)  # what an administrator may switch on, each for itself


class ModelServer(models.Model):
    """The one server that may be asked; off until an administrator switches it on. One row."""

    base_url = models.CharField(max_length=500, blank=True, default="")
    model = models.CharField(max_length=200, blank=True, default="")
    sealed = models.TextField(blank=True, default="")  # key and further headers, one sealed JSON object
    is_enabled = models.BooleanField(default=False)
    is_own_network = models.BooleanField(default=False)  # may have a private address
    purposes: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    time_limit = models.PositiveSmallIntegerField(
        default=8, validators=[MinValueValidator(2), MaxValueValidator(60)]
    )  # seconds for the whole answer, a second try included
    answer_seconds = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )  # the same where a customer waits for the bot
    places = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )  # requests at once, over all processes
    masks_numbers = models.BooleanField(default=True)  # orders, contracts, cases
    keep_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    changed_at = models.DateTimeField(default=now)

    @classmethod
    def current(cls) -> ModelServer:
        """The server, or an empty one that is off and not stored."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def is_described(self) -> bool:
        """Whether there is something to ask: an address and a model."""
        return bool(self.base_url and self.model)

    def secrets(self) -> dict[str, Any]:
        """`api_key` and `headers`. Raises Unreadable when the key is not the one that sealed them."""
        return json.loads(vault().open(self.sealed)) if self.sealed else {}

    def store_secrets(self, api_key: str, headers: dict[str, str]) -> None:
        """Seal the key and the headers together. Does not save."""
        kept = {"api_key": api_key, "headers": headers}
        self.sealed = vault().seal(json.dumps(kept)) if api_key or headers else ""


class InboxSwitch(models.Model):
    """The texts of an inbox may leave for a purpose. No row: they may not."""

    server = models.ForeignKey(ModelServer, models.CASCADE, related_name="switches")
    account = models.ForeignKey("channels.ChannelAccount", models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "purpose"], name="inbox_switch_once")]


class ServerHealth(models.Model):
    """How the server does; apart from its settings, since it changes with every answer."""

    server = models.OneToOneField(ModelServer, models.CASCADE, primary_key=True, related_name="health")
    failures = models.PositiveIntegerField(default=0)  # in a row
    pauses = models.PositiveIntegerField(default=0)  # since it worked last
    paused_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True, default="")  # an Outcome
    detail = models.CharField(max_length=300, blank=True, default="")
    error_at = models.DateTimeField(null=True)
    success_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)  # of the last answer
    dialect: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # what its requests must look like, as it told us


class Outcome(models.TextChoices):
    """What became of a request; also the reason why a text is not the model's."""

    ON_ITS_WAY = "on_its_way"
    ANSWERED = "answered"
    NOT_SENT = "not_sent"  # certainly never reached the server
    LATE = "late"
    BROKEN_OFF = "broken_off"
    TOO_LARGE = "too_large"
    BUSY = "busy"  # 429, 503
    NOT_LET_IN = "not_let_in"  # 401, 403
    UNKNOWN_MODEL = "unknown_model"  # 404
    REJECTED = "rejected"  # 400 and the like
    FAILED = "failed"  # 5xx
    GARBAGE = "garbage"  # no answer in the form that was agreed on
    EMPTY = "empty"
    DECLINED = "declined"  # the model does not want to, or its filter
    INTERRUPTED = "interrupted"  # our process ended while it waited: nobody knows what became of it
    PAUSED = "paused"  # not asked: too many failures in a row
    SWITCHED_OFF = "switched_off"  # not asked: switched off meanwhile
    NOTHING = "nothing"  # not asked: no text that may leave
    UNREADABLE = "unreadable"  # not asked: its key cannot be opened
    INTERNAL = "internal"  # our own fault: the log of the process says more


class Generated(models.Model):
    """A text that somebody asked for, from the request to what became of it. Always a proposal.

    waiting → claimed → asking → done; cancelled from any of the first three. `source` tells who wrote the text: the model, or, where it
    gave none (`why`), the house itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed"  # a worker has it; nothing has left yet: safe to claim again
        ASKING = "asking"  # it may be on the wire: never asked again
        DONE = "done"
        CANCELLED = "cancelled"

    class Source(models.TextChoices):
        NONE = "", _("nothing")
        MODEL = "model", _("a language model")
        EXTRACT = "extract", _("sentences of the conversation")
        SIMILAR = "similar", _("an earlier answer")

    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, null=True, related_name="+"
    )  # none: a test
    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, null=True, related_name="+"
    )  # the one to translate
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given = models.TextField(blank=True, default="")  # the agent's own draft
    language = models.CharField(max_length=8, blank=True, default="")  # to write in
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    holder = models.CharField(max_length=60, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    text = models.TextField(blank=True, default="")
    source = models.CharField(max_length=8, choices=Source.choices, blank=True, default="")
    why = models.CharField(max_length=20, blank=True, default="")  # an Outcome: why the model wrote nothing
    notes: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list
    )  # what was taken out: see polishing.py
    sources: models.JSONField[list[int], list[int]] = models.JSONField(default=list)  # ids of messages
    server = models.CharField(max_length=255, blank=True, default="")  # host
    model = models.CharField(max_length=200, blank=True, default="")
    prompt = models.CharField(max_length=60, blank=True, default="")  # name, language and version
    milliseconds = models.PositiveIntegerField(null=True)
    client_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL leaves the unique index alone
    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)  # sent, after a person looked at it
    used_in = models.ForeignKey("conversations.Message", models.SET_NULL, null=True, related_name="+")
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="generated_open", condition=Q(finished_at__isnull=True)),
            models.Index(fields=["created_at"], name="generated_age"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.finished_at is None


class Departure(models.Model):
    """One request that left the house, as it left. Written before it leaves; never holds the key."""

    left_at = models.DateTimeField(default=now)
    generated = models.ForeignKey(Generated, models.SET_NULL, null=True, related_name="departures")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    conversation = models.ForeignKey(
        "conversations.Conversation", models.SET_NULL, null=True, related_name="+"
    )
    account = models.ForeignKey("channels.ChannelAccount", models.SET_NULL, null=True, related_name="+")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    host = models.CharField(max_length=255)
    model = models.CharField(max_length=200)
    prompt = models.CharField(max_length=60, blank=True, default="")
    request = models.TextField()  # the whole body, personal data masked
    masked = models.PositiveIntegerField(default=0)  # places where something was masked
    bytes_out = models.PositiveIntegerField()
    bytes_in = models.PositiveIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, default=Outcome.ON_ITS_WAY)
    status = models.PositiveSmallIntegerField(null=True)  # HTTP
    detail = models.CharField(max_length=300, blank=True, default="")
    milliseconds = models.PositiveIntegerField(null=True)
    tokens_in = models.PositiveIntegerField(null=True)  # as the server tells
    tokens_out = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-left_at", "-id"], name="departure_recent"),
        ]
