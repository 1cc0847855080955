"""Conversations that may belong together with one: suggestions with reasons, and those that somebody looks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ascolto.channels.looks import Look, look_of
from ascolto.conversations.actions.split import links_of
from ascolto.conversations.models import Conversation, Status
from ascolto.conversations.selectors import rows_of
from ascolto.desk.opening import visible_to
from ascolto.kit.ids import pk_of_reference
from ascolto.kit.text import clean

AT_MOST = 8
_SHORT = 4  # letters below which a word of a subject says nothing


@dataclass(frozen=True, slots=True)
class Kin:
    """A conversation that may belong here. `reasons` in the reader's words; `is_other`: of another customer."""

    number: str
    who: str
    title: str
    status: str
    at: datetime
    looks: list[Look]
    reasons: list[str]
    is_other: bool


def suggested(conversation: Conversation, visible: QuerySet[Conversation]) -> list[Kin]:
    """The customer's other conversations, the likeliest first: open ones, those about the same, the newest."""
    rows = visible.filter(
        customer_id=conversation.customer_id, merged_into=None, is_spam=conversation.is_spam
    )
    found = rows_of(rows.exclude(pk=conversation.pk).order_by("-last_message_at", "-id")[:30])
    kin = [_kin(row, conversation) for row in found]
    kin.sort(key=lambda one: (-len(one.reasons), one.status == Status.RESOLVED))
    return kin[:AT_MOST]


def looked_for(query: str, conversation: Conversation, visible: QuerySet[Conversation]) -> list[Kin]:
    """Conversations with this number, of a customer of this name, or with these words in the subject."""
    words = clean(query, 100).strip()
    number = pk_of_reference(words.removeprefix("#"))
    condition = Q(customer__name__icontains=words) | Q(subject__icontains=words)
    condition = Q(pk=number) | condition if number is not None else condition
    rows = visible.filter(condition, merged_into=None).exclude(pk=conversation.pk)
    return [_kin(row, conversation) for row in rows_of(rows.order_by("-last_message_at", "-id")[:AT_MOST])]


def links_for(request: HttpRequest, conversation: Conversation) -> list[tuple[Kin, str]]:
    """The linked conversations that the reader may see, each with why."""
    found = links_of(conversation.pk)
    if not found:
        return []
    rows = rows_of(visible_to(request).filter(pk__in=list(found)))
    seen = {row["id"]: _kin(row, conversation) for row in rows}
    return [(seen[pk], why) for pk, why in found.items() if pk in seen]


def _kin(row: dict[str, Any], conversation: Conversation) -> Kin:
    is_other = row["customer_id"] != conversation.customer_id
    reasons = [] if is_other else [_("same customer")]
    if row["status"] != Status.RESOLVED:
        reasons.append(_("not resolved"))
    if _words(row["subject"]) & _words(conversation.subject):
        reasons.append(_("similar subject"))
    if row["waiting_since"]:
        reasons.append(_("waits as well"))
    return Kin(
        number=row["number"],
        who=row["customer__name"] or _("Unknown customer"),
        title=row["subject"] or row["preview"],
        status=row["status"],
        at=row["last_message_at"],
        looks=[look_of(kind) for kind in row["channels"][:2]],
        reasons=reasons,
        is_other=is_other,
    )


def _words(subject: str) -> set[str]:
    return {word.casefold() for word in subject.split() if len(word) >= _SHORT and word.isalpha()}
