"""What the API tells of answers that did not leave yet: planned for a time, or waiting for an approval."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference


class PlannedReply(Struct, frozen=True):
    """An answer that leaves at `leave_at`. `asking`: something happened first (see `reason`), a person decides. `failed`: when it was to
    leave, a guarantee or the channel said no. `message_id`: the message that it became."""

    id: int
    conversation_id: int
    number: str
    state: Literal["planned", "asking", "sent", "withdrawn", "failed"]
    author: Reference
    visibility: Literal["private", "public"]
    channel_id: int | None
    text: str
    attachments: list[int]
    leave_at: datetime
    if_customer_writes: Literal["ask", "cancel"]
    reason: str
    made_at: datetime
    settled_at: datetime | None
    message_id: int | None


class PlannedReplyList(Struct, frozen=True):
    data: list[PlannedReply]
    meta: Meta


class Proposal(Struct, frozen=True):
    """An answer that somebody else approves before it leaves. `original`: what its author wrote, where the approver changed it."""

    id: int
    conversation_id: int
    number: str
    state: Literal["waiting", "approved", "returned", "withdrawn"]
    author: Reference
    visibility: Literal["private", "public"]
    channel_id: int | None
    text: str
    original: str
    attachments: list[int]
    leave_at: datetime | None
    comment: str
    made_at: datetime
    settled_at: datetime | None
    settled_by: Reference | None
    message_id: int | None


class ProposalList(Struct, frozen=True):
    data: list[Proposal]
    meta: Meta


class Withdrawn(Struct, frozen=True):
    """An answer that was taken back before it left. Its words are a draft of its author."""

    message_id: int
    conversation_id: int
    text: str
    attachments: list[int]
