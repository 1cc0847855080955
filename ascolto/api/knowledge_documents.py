"""What the API tells of saved replies and of answers that were found."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference


class SavedReply(Struct, frozen=True):
    """A saved reply. `texts`: by language (ISO 639-1), with variables such as {customer}, {agent}, {number}, {field:plan}.

    `team`: null is everybody's, unless `is_personal`: then it is the token's agent's alone. `used_count`: how often it left.
    """

    id: int
    title: str
    shortcut: str
    texts: dict[str, str]
    team: Reference | None
    created_at: datetime
    changed_at: datetime
    changed_by: Reference | None
    archived_at: datetime | None
    is_personal: bool
    folder: str
    used_count: int


class SavedReplyList(Struct, frozen=True):
    data: list[SavedReply]
    meta: Meta


class SimilarAnswer(Struct, frozen=True):
    """Something that may answer. Nothing in it belongs to another customer.

    `kind`: conversation, saved_reply, …; `score`: probability (0 … 1) that it is about the same; `words`: in common.
    """

    kind: str
    id: int
    title: str
    question: str
    text: str
    number: str
    inbox: str
    answered_by: str
    answered_at: datetime | None
    score: float
    is_confident: bool
    means_the_same: bool
    words: list[str]


class SimilarAnswers(Struct, frozen=True):
    """`state`: `waiting` (ask again in a moment), `answered`, or `unavailable` (the part that understands does not run)."""

    id: int
    state: Literal["waiting", "answered", "unavailable"]
    answers: list[SimilarAnswer]


class MessageAnswers(Struct, frozen=True):
    """What was found for a message, the best first."""

    data: list[SimilarAnswer]
