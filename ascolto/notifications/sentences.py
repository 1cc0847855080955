"""Notifications in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ascolto.notifications.kinds import KINDS
from ascolto.notifications.models import Notification
from ascolto.notifications.selectors import leads_elsewhere


@dataclass(frozen=True, slots=True)
class Told:
    """One notification, ready to be drawn. `about`: the last thing that was said there."""

    id: int
    text: str
    about: str
    icon: str
    at: datetime
    is_new: bool
    times: int
    conversation_id: int | None


def told(rows: Iterable[Notification]) -> list[Told]:
    """These rows (with conversation, customer and actor) as people read them."""
    return [_told(row) for row in rows]


def _told(row: Notification) -> Told:
    kind = KINDS.get(row.kind)
    conversation = None if leads_elsewhere(row) else row.conversation
    customer = conversation.customer.name if conversation else ""
    words = {
        "who": row.actor.name if row.actor else "Ascolto",
        "customer": customer or _("a customer"),
    }
    return Told(
        id=row.pk,
        text=str(kind.sentence) % words if kind else row.kind,
        about=conversation.preview if conversation else "",
        icon=kind.icon if kind else "bell",
        at=row.at,
        is_new=row.seen_at is None,
        times=row.times,
        conversation_id=conversation.pk if conversation else None,
    )
