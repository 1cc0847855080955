from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from ascolto.kit.clock import now

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
    created_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return self.name


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
    created_at = models.DateTimeField(default=now, editable=False)

    RETIRED = "retired:"  # begins the scope of handles that somebody has given up: they name nobody

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "value", "scope"], name="identity_once")]
        indexes = [models.Index(Lower("value"), name="identity_found")]  # looked for in any case of letters
        ordering = ["id"]

    @property
    def is_retired(self) -> bool:
        return self.scope.startswith(self.RETIRED)
