"""The customer's card beside a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from ascolto.channels.looks import Look, look_of
from ascolto.channels.registry import all_adapters
from ascolto.conversations.models import Conversation
from ascolto.conversations.selectors import rows_of
from ascolto.customers.models import Identity

EARLIER = 8
# which channel's glyph stands for a namespace of handles that is not itself the name of a channel
NAMESPACES = {
    "call": "telephone",
    "external": "webhook",
    "google": "google_reviews",
    "telegram_chat": "telegram",
}
# values that people write themselves; others are numbers of a network's own
WRITTEN = {"email", "external", "feed", "matrix", "phone"}


@dataclass(frozen=True, slots=True)
class HandleView:
    """`value` as people know it; `id` is the network's own number of them, where that says nothing to a reader."""

    look: Look
    value: str
    id: str
    is_proven: bool
    refuses: str  # why nothing should be written there; empty where it may


@dataclass(frozen=True, slots=True)
class Earlier:
    number: str
    title: str
    status: str
    at: Any
    looks: list[Look]


@dataclass(frozen=True, slots=True)
class Card:
    handles: list[HandleView]
    earlier: list[Earlier]
    language: str


def make_card(conversation: Conversation, visible: QuerySet[Conversation]) -> Card:
    """Handles, and the customer's other conversations among those that the reader may see."""
    present = Identity.objects.exclude(scope__startswith=Identity.RETIRED)
    identities = present.filter(customer_id=conversation.customer_id).order_by("-is_proven", "id")[:20]
    others = visible.filter(customer_id=conversation.customer_id)
    rows = rows_of(others.exclude(pk=conversation.pk).order_by("-last_message_at", "-id")[:EARLIER])
    return Card(
        [_handle(identity) for identity in identities],
        [_earlier(row) for row in rows],
        language_name(conversation.customer.language),
    )


# what customers of a European company write in; another code that a network told us stays among the choices
LANGUAGES = ("it", "en", "de", "fr", "es", "pt", "nl", "pl", "ro", "sq", "uk", "ru", "sr", "hr", "sl", "el", "tr", "ar",
             "zh-hans", "hi", "bn", "ur", "pa")  # fmt: skip


def language_name(code: str) -> str:
    """A language as the reader calls it; a code that is not known stays a code."""
    try:
        name = get_language_info(code.lower().replace("_", "-"))["name_translated"]
    except KeyError:
        return code
    return name[:1].upper() + name[1:]


def _handle(identity: Identity) -> HandleView:
    space = identity.namespace.partition(":")[0].removesuffix("_review")
    look = _look(space)
    is_opaque = not identity.shown and space not in WRITTEN
    value = str(look.label) if is_opaque else identity.shown or identity.value
    return HandleView(
        look,
        value,
        identity.value if is_opaque else "",
        identity.is_proven,
        _refuses(identity),
    )


def _refuses(identity: Identity) -> str:
    if identity.blocked_at is not None and identity.blocked_why != "stop":
        return _("account gone") if identity.blocked_why == "gone" else _("takes no messages")
    return _("wants no messages") if identity.blocked_at or identity.opted_out_at else ""


def _look(space: str) -> Look:
    if space == "phone":
        return Look("", "i-phone", gettext_lazy("Telephone number"))
    kind = NAMESPACES.get(space, space)
    return look_of(kind) if kind in all_adapters() else Look("", "i-user-round", space)


def _earlier(row: dict[str, Any]) -> Earlier:
    return Earlier(
        number=row["number"],
        title=row["subject"] or row["preview"],
        status=row["status"],
        at=row["last_message_at"],
        looks=[look_of(kind) for kind in row["channels"][:2]],
    )
