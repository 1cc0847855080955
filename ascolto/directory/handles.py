"""Handles of a customer, ready to be shown: what it is, how it reads, how we know it, and what is allowed there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ascolto.accounts.models import Agent
from ascolto.channels.looks import Look, look_of
from ascolto.channels.registry import all_adapters
from ascolto.customers.models import Customer, Identity
from ascolto.kit.text import clean

MOST = 40
# which channel's glyph stands for a namespace of handles that is not itself the name of a channel
KINDS = {"call": "telephone", "external": "webhook", "google": "google_reviews", "telegram_chat": "telegram"}
# values that people write themselves; others are numbers of a network's own
WRITTEN = frozenset({"email", "external", "feed", "matrix", "phone"})
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63}){1,8}")
HAND_WRITTEN = ("email", "phone", "external")  # what a colleague may write down


@dataclass(frozen=True, slots=True)
class HandleView:
    """`value` as people know it, or masked; `proof`: verified, self (linked by themselves), agent (by a colleague), claimed, removed."""

    id: int
    look: Look
    value: str
    opaque: str  # the network's own number of them, where that says nothing to a reader
    proof: str
    refuses: str  # why nothing should be written there; empty where it may
    allows_offers: bool
    allows_messages: bool
    is_stopped: bool
    consent_at: datetime | None
    since: datetime
    can_return: bool


def handles_of(customer: Customer, reader: Agent, *, removed: bool = False) -> list[HandleView]:
    """The customer's handles, the proven first; with `removed` also those that somebody took away. One query."""
    rows = Identity.objects.filter(customer=customer)
    if not removed:
        rows = rows.exclude(scope__startswith=Identity.RETIRED)
    shows = reader.may("customers.see")
    return [handle_view(row, shows=shows) for row in rows.order_by("-is_proven", "id")[:MOST]]


def handle_view(identity: Identity, *, shows: bool) -> HandleView:
    """One handle; without `shows` its value is masked."""
    space = identity.namespace.partition(":")[0].removesuffix("_review")
    look = _look(space)
    is_opaque = not identity.shown and space not in WRITTEN
    written = str(look.label) if is_opaque else identity.shown or identity.value
    return HandleView(
        identity.pk,
        look,
        written if shows or is_opaque else masked(written),
        identity.value if is_opaque and shows else "",
        _proof(identity),
        _refuses(identity),
        identity.opted_out_at is None,
        identity.blocked_at is None,
        identity.blocked_why == "stop",
        identity.consent_at or identity.blocked_at,
        identity.created_at,
        bool(identity.is_retired and identity.removed),
    )


def _proof(identity: Identity) -> str:
    if identity.is_retired:
        return "removed"
    if not identity.is_proven:
        return "claimed"
    return identity.proof or "verified"


def _refuses(identity: Identity) -> str:
    if identity.blocked_at is not None and identity.blocked_why != "stop":
        return _("account gone") if identity.blocked_why == "gone" else _("takes no messages")
    return _("wants no messages") if identity.blocked_at or identity.opted_out_at else ""


def _look(space: str) -> Look:
    if space == "phone":
        return Look("", "i-phone", gettext_lazy("Telephone number"))
    kind = KINDS.get(space, space)
    return look_of(kind) if kind in all_adapters() else Look("", "i-user-round", space)


def masked(value: str) -> str:
    """Enough to recognise a handle, too little to use it: `m•••@example.org`, `+39 347 ••• 2210`."""
    name, at, domain = value.partition("@")
    if at and name:
        return f"{name[0]}•••@{domain}"
    digits = sum(char.isdigit() for char in value)
    if digits >= 7 and digits >= len(value) * 0.6:
        return f"{value[:3]} ••• {value[-3:]}"
    return f"{value[:2]}•••" if len(value) > 3 else "•••"


def names_of(customers: Iterable[Customer]) -> dict[int, str]:
    """What to call customers without a name: the way they last wrote. One query."""
    nameless = [customer.pk for customer in customers if not customer.name]
    if not nameless:
        return {}
    rows = Identity.objects.filter(customer_id__in=nameless).exclude(scope__startswith=Identity.RETIRED)
    return {
        pk: shown or value
        for pk, shown, value in rows.order_by("-id").values_list("customer_id", "shown", "value")
    }


def as_handle(namespace: str, value: str) -> str:
    """What a colleague wrote down, as recognition compares it. Raises ValueError saying what to write."""
    told = clean(value, 300).strip()
    if namespace == "email":
        told = told.lower()
        if not _EMAIL.fullmatch(told) or len(told) > 255:
            raise ValueError(_("Write an e-mail address, such as giulia@example.org."))
        return told
    if namespace == "phone":
        digits = re.sub(r"[\s().\-/]", "", told)
        digits = f"+{digits[2:]}" if digits.startswith("00") else digits
        if not re.fullmatch(r"\+[1-9]\d{6,14}", digits, re.ASCII):
            raise ValueError(_("Write the number with its country, such as +39 333 123 4567."))
        return digits
    if namespace == "external":
        if not told or len(told) > 255:
            raise ValueError(_("Write the customer's code."))
        return told
    raise ValueError(_("Choose what kind of handle it is."))
