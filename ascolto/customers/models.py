from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ascolto.kit.clock import now
from ascolto.kit.ids import reference_number

models.CharField.register_lookup(Lower)  # `value__lower=`: asked as the index below has it


class CustomerGroup(models.Model):
    """Customers whom the company promises more, or whose treatment it wants to compare: families, firms, people in need."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A person (or a firm) who writes to the company."""

    name = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    about = models.CharField(max_length=500, blank=True, default="")
    group = models.ForeignKey(CustomerGroup, models.SET_NULL, null=True, blank=True, related_name="customers")
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="merged", db_index=False
    )  # who they turned out to be: that one has the handles now
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["merged_into"], name="customer_merged", condition=Q(merged_into__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        """The reference people read to each other: the id and a check digit."""
        return reference_number(self.pk)


class Identity(models.Model):
    """A handle of a customer on a network. An unproven one belongs to the account (`scope`) where it was claimed."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="identities")
    namespace = models.CharField(max_length=30)
    value = models.CharField(max_length=255)
    scope = models.CharField(max_length=40, blank=True, default="")
    is_proven = models.BooleanField(default=True)
    shown = models.CharField(max_length=120, blank=True, default="")  # how people write an opaque value
    opted_out_at = models.DateTimeField(null=True)  # no messages that nobody asked for
    blocked_at = models.DateTimeField(null=True)  # no messages at all on this channel
    blocked_why = models.CharField(max_length=10, blank=True, default="")  # stop, blocked, gone
    consent_at = models.DateTimeField(
        null=True
    )  # of the latest news on `opted_out_at`: an older one comes late
    reached_at = models.DateTimeField(null=True)  # since when we know that messages reach them again
    proof = models.CharField(max_length=8, blank=True, default="")  # self, agent; empty: the network says so
    beside = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", db_index=False
    )  # the handle of the same person with which this one came
    removed = models.JSONField(null=True)  # what it was, when a person took it away
    refused_at = models.DateTimeField(null=True)  # we take nothing from them: it is spam from the start
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    refused_why = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=now, editable=False)

    RETIRED = "retired:"  # begins the scope of handles that somebody has given up: they name nobody

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "value", "scope"], name="identity_once")]
        indexes = [
            models.Index(Lower("value"), name="identity_found"),  # looked for in any case of letters
            models.Index(
                fields=["refused_at"], name="identity_refused", condition=Q(refused_at__isnull=False)
            ),
        ]
        ordering = ["id"]

    @property
    def is_retired(self) -> bool:
        return self.scope.startswith(self.RETIRED)


class CustomerMerge(models.Model):
    """One customer who turned out to be another one, with what is needed to take it back."""

    source = models.ForeignKey(Customer, models.CASCADE, related_name="merges_away")
    target = models.ForeignKey(Customer, models.CASCADE, related_name="merges_in")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    why = models.CharField(max_length=500, blank=True, default="")
    moved: models.JSONField[dict[str, list[int]], dict[str, list[int]]] = models.JSONField(
        default=dict
    )  # ids of what went over, by the name of the mover
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # what the target was given that it did not have
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at__isnull=True), name="customer_merged_once_at_a_time"
            )
        ]


class DuplicateSuggestion(models.Model):
    """Two customers who may be one person, and why. `one` has the smaller id."""

    class State(models.TextChoices):
        OPEN = "open"
        SAME = "same"  # merged
        DIFFERENT = "different"  # a person said no: nobody asks again

    one = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    other = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    reasons: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(
        default=list
    )  # {"kind": a name of duplicates.WEIGHTS, "value": what they share}
    score = models.PositiveSmallIntegerField(default=0)  # 0 … 100
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="suggested_once")]
        indexes = [
            models.Index(fields=["-score", "-id"], name="suggestion_open", condition=Q(state="open")),
        ]


class DuplicateKey(models.Model):
    """Something that a customer said or is called, by which others who share it are found without comparing everybody."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "customer"], name="duplicate_key_once")]


class CustomerNote(models.Model):
    """What colleagues should know about a customer, whatever the matter."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    is_pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-is_pinned", "-created_at", "-id"]


class CustomerNoteRevision(models.Model):
    """What a note said before somebody changed it."""

    note = models.ForeignKey(CustomerNote, models.CASCADE, related_name="revisions")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    replaced_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-id"]


class CustomerField(models.Model):
    """Something that this company wants to know of its customers."""

    class Kind(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        DATE = "date"
        CHOICE = "choice"
        MULTI = "multi"
        YES_NO = "yes_no"
        LINK = "link"

    class Editor(models.TextChoices):
        AGENTS = "agents"
        LEADS = "leads"
        NOBODY = "nobody"  # on screens: the API writes it

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TEXT)
    choices: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    is_required = models.BooleanField(default=False)
    is_on_card = models.BooleanField(default=True)
    editor = models.CharField(max_length=8, choices=Editor.choices, default=Editor.AGENTS)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class CustomerFieldValue(models.Model):
    """What is known of one customer: the text as `fields.normal` writes it; several choices one a line."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="field_values")
    field = models.ForeignKey(CustomerField, models.CASCADE, related_name="values")
    value = models.CharField(max_length=1000)
    number = models.FloatField(null=True)  # of numbers, to compare with

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "field"], name="field_value_once")]
