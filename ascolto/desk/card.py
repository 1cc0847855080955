"""The customer's card beside a conversation: what this room knows; handles, departments and problems come from theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ascolto.channels.looks import Look, look_of
from ascolto.conversations.models import Conversation, Label
from ascolto.conversations.selectors import rows_of
from ascolto.desk.languages import language_name
from ascolto.desk.mood import face_of
from ascolto.desk.understood import Chip
from ascolto.sla.models import Complaint
from ascolto.sla.selectors.clocks import complaint_clock, complaint_of
from ascolto.understanding.selectors.mood import Mood, moods_of

EARLIER = 8


@dataclass(frozen=True, slots=True)
class Earlier:
    number: str
    title: str
    status: str
    at: Any
    looks: list[Look]
    face: Chip | None = None  # how it felt at the end


@dataclass(frozen=True, slots=True)
class Card:
    earlier: list[Earlier]
    labels: list[Label]
    complaint: Complaint | None
    complaint_due: datetime | None
    language: str


def make_card(conversation: Conversation, visible: QuerySet[Conversation]) -> Card:
    """The customer's other conversations among those that the reader may see, their labels, and the complaint."""
    others = visible.filter(customer_id=conversation.customer_id, merged_into=None)
    rows = rows_of(others.exclude(pk=conversation.pk).order_by("-last_message_at", "-id")[:EARLIER])
    moods = moods_of([row["id"] for row in rows])
    complaint = complaint_of(conversation)
    clock = complaint_clock(conversation) if complaint and not complaint.withdrawn_at else None
    return Card(
        [_earlier(row, moods.get(row["id"])) for row in rows],
        list(Label.objects.filter(customers=conversation.customer_id)),
        complaint if complaint and not complaint.withdrawn_at else None,
        clock.due_at if clock else None,
        language_name(conversation.customer.language),
    )


def _earlier(row: dict[str, Any], mood: Mood | None) -> Earlier:
    return Earlier(
        number=row["number"],
        title=row["subject"] or row["preview"],
        status=row["status"],
        at=row["last_message_at"],
        looks=[look_of(kind) for kind in row["channels"][:2]],
        face=face_of(mood) if mood else None,
    )
