"""Documents of dated promises."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api import documents as d
from ascolto.sla.models import Commitment as Row

CommitmentState = Literal["proposed", "open", "kept", "broken", "withdrawn"]


class Commitment(Struct, frozen=True):
    """A date by which somebody promised a customer to write. `message_id`: where it was promised; null: elsewhere.

    `proposed`: found in a text, nobody has said yet that it is a promise. `settled_at` and `kept_by` (a message) say when somebody wrote;
    of a broken promise: after all. `reason`: for moving or withdrawing it.
    """

    id: int
    conversation_id: int
    number: str
    message_id: int | None
    owner: d.Reference | None
    words: str
    state: CommitmentState
    made_at: datetime
    due_at: datetime
    settled_at: datetime | None
    kept_by: int | None
    reason: str


class CommitmentList(Struct, frozen=True):
    data: list[Commitment]
    meta: d.Meta


def commitment(row: Row) -> Commitment:
    """The document of a promise that was read with its conversation and owner."""
    return Commitment(
        id=row.pk,
        conversation_id=row.conversation_id,
        number=row.conversation.number,
        message_id=row.message_id,
        owner=d.Reference(row.owner.pk, row.owner.name) if row.owner else None,
        words=row.words,
        state=row.state,  # type: ignore[arg-type]
        made_at=row.made_at,
        due_at=row.due_at,
        settled_at=row.settled_at,
        kept_by=row.kept_by_id,
        reason=row.reason,
    )
