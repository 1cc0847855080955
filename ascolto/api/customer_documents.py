"""What the API tells of customers besides who they are: merges, notes, fields, suggestions, copies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference


class CustomerMerge(Struct, frozen=True):
    """`source` is part of `target` since `at`. `moved`: how many of what went over. Until `undo_before` it can be undone."""

    id: int
    source: Reference
    target: Reference
    by: Reference | None
    at: datetime
    why: str
    moved: dict[str, int]
    undo_before: datetime
    undone_at: datetime | None


class CustomerMergeList(Struct, frozen=True):
    data: list[CustomerMerge]
    meta: Meta


class CustomerNote(Struct, frozen=True):
    """What colleagues should know of a customer, whatever the matter."""

    id: int
    text: str
    author: Reference | None
    is_pinned: bool
    created_at: datetime
    changed_at: datetime | None


class CustomerNoteList(Struct, frozen=True):
    data: list[CustomerNote]
    meta: Meta


class CustomerField(Struct, frozen=True):
    """A field that the company defined. `editor`: who may write it on screens; `nobody`: only the API."""

    key: str
    name: str
    about: str
    kind: Literal["text", "number", "date", "choice", "multi", "yes_no", "link"]
    choices: list[str]
    is_required: bool
    is_on_card: bool
    editor: Literal["agents", "leads", "nobody"]


class CustomerFieldList(Struct, frozen=True):
    data: list[CustomerField]
    meta: Meta


class CustomerFieldValues(Struct, frozen=True):
    """Values by the fields' keys: text, a number, a date as YYYY-MM-DD, true or false, a list of choices; null for nothing."""

    values: dict[str, Any]


class CustomerLabels(Struct, frozen=True):
    labels: list[str]


class HandleState(Struct, frozen=True):
    """A handle with its proof. `proof`: `self` or `agent`, or empty where the network vouches for it."""

    id: int
    customer_id: int
    namespace: str
    value: str
    is_proven: bool
    proof: str
    is_removed: bool
    opted_out_at: datetime | None
    blocked_at: datetime | None


class DuplicateReason(Struct, frozen=True):
    kind: str
    value: str


class Duplicate(Struct, frozen=True):
    """Two customers who may be one person. `score`: of 100."""

    id: int
    one: Reference
    other: Reference
    score: int
    reasons: list[DuplicateReason]
    state: Literal["open", "same", "different"]
    found_at: datetime


class DuplicateList(Struct, frozen=True):
    data: list[Duplicate]
    meta: Meta


class CustomerCopy(Struct, frozen=True):
    """A copy of a customer's data, made in the background. `done` of `total` conversations; `withheld`: those you may not see."""

    id: int
    state: Literal["waiting", "making", "ready", "failed", "expired"]
    done: int
    total: int
    withheld: int
    size: int
    asked_at: datetime
    expires_at: datetime | None
