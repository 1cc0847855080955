"""What the API tells of labels and of links between conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Meta

Scope = Literal["everything", "conversations", "customers"]
Tone = Literal["", "carta", "ok", "warn", "bad", "pub", "note", "line"]


class Label(Struct, frozen=True):
    """A word of the one taxonomy.

    `scope`: what it may be put on; `about`: when to use it; `archived_at`: since when it is offered no more.
    """

    id: int
    name: str
    tone: str
    scope: Scope
    about: str
    archived_at: datetime | None
    conversations: int
    customers: int


class LabelList(Struct, frozen=True):
    data: list[Label]
    meta: Meta


class Linked(Struct, frozen=True):
    """A conversation that belongs together with another one. `why`: `split`, or a person's words."""

    id: int
    number: str
    why: str


class LinkedList(Struct, frozen=True):
    data: list[Linked]
    meta: Meta
