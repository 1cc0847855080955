"""What the API tells of saved views, and of changes of many conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference

Scope = Literal["personal", "team", "everybody"]
Sort = Literal["newest", "oldest", "promise", "waiting", "began"]


class View(Struct, frozen=True):
    """A saved view. `query` is its condition, `sentence` the same in words; both mean the token's agent by `me`.

    A query is a tree of at most two levels: `{"all": [...]}` or `{"any": [...]}` with conditions such as
    `{"field": "channel", "op": "is", "value": ["whatsapp"]}`. `GET /view-fields` tells which fields and operators there are.
    """

    id: int
    name: str
    icon: str
    scope: Scope
    team: Reference | None
    owner: Reference | None
    query: dict[str, Any]
    sentence: str
    sort: Sort
    version: int
    changed_at: datetime


class ViewList(Struct, frozen=True):
    data: list[View]
    meta: Meta


class RemovedView(Struct, frozen=True):
    """It can be brought back for 30 days."""

    id: int
    is_removed: bool


class FieldChoice(Struct, frozen=True):
    value: int | str
    label: str


class ViewField(Struct, frozen=True):
    """A field of queries. `kind`: choice, reference (an id), yes_no (no value), duration ("2 hours"), date ("2026-11-30", or a duration
    for `within` and `longer_ago`) or text."""

    name: str
    label: str
    kind: str
    operators: list[str]
    choices: list[FieldChoice]


class ViewFieldList(Struct, frozen=True):
    data: list[ViewField]
    meta: Meta


class NotChanged(Struct, frozen=True):
    """A conversation that stays as it is. `code` is stable, `reason` is for people."""

    conversation_id: int
    code: str
    reason: str


class BulkChange(Struct, frozen=True):
    """What became of a change of many. `id`: of the change, for taking it back within 30 minutes; null when nothing changed."""

    id: int | None
    changed: list[int]
    not_changed: list[NotChanged]
