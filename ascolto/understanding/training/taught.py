"""What people taught: corrections that stand, each with the words of its message. Only rows; no numbers are loaded here."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ascolto.understanding.models import Correction, ModelVersion
from ascolto.understanding.written import written_text

FIELD_OF = {"answer": "needs_answer"}  # where the field that people correct has another name than the head
MOST = 20_000  # corrections that are learnt from, the newest
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Taught:
    """A message, and what a person says it is."""

    message: int
    text: str
    label: str

    @property
    def fold(self) -> int:
        """Which part it is held out with; always the same, whatever else is taught."""
        return zlib.crc32(str(self.message).encode()) % FOLDS


def taught(head: str) -> list[Taught]:
    """The corrections that stand for a head, one a message: the last one that was not withdrawn. Messages taken back teach nothing."""
    rows = Correction.objects.filter(
        field=FIELD_OF.get(head, head), withdrawn_at=None, message__removed_at=None
    )
    last: dict[int, Taught] = {}
    for row in rows.select_related("message").order_by("-pk")[:MOST].iterator(chunk_size=500):
        if row.message_id in last:
            continue
        message = row.message
        text = written_text(
            message.text, message.subject, message.extra, is_answer=message.in_reply_to_id is not None
        )
        if text.strip():
            last[row.message_id] = Taught(row.message_id, text, row.became)
    return sorted(last.values(), key=lambda one: one.message)


def new_corrections(head: str) -> int:
    """How many corrections were said or withdrawn since a version of the head was last learnt."""
    since = last_learnt(head)
    rows = Correction.objects.filter(field=FIELD_OF.get(head, head))
    if since is None:
        return rows.filter(withdrawn_at=None).count()
    return rows.filter(
        Q(created_at__gt=since, withdrawn_at=None) | Q(created_at__lte=since, withdrawn_at__gt=since)
    ).count()


def last_learnt(head: str) -> datetime | None:
    """When a version of the head was last learnt, live or refused."""
    made = ModelVersion.objects.filter(head=head, number__gt=0).order_by("-number")
    return made.values_list("created_at", flat=True).first()


def due_heads(heads: Iterable[str], *, at_least: int) -> list[str]:
    """The heads with enough that is new to learn from."""
    return [head for head in heads if new_corrections(head) >= at_least]
