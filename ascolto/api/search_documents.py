"""What a search answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Conversation, MessageVisibility


class FoundMessage(Struct, frozen=True):
    """The message in which something was found. `by` is the agent's name, when one wrote it."""

    id: int
    author: Literal["customer", "agent", "bot", "system"]
    by: str
    visibility: MessageVisibility
    occurred_at: datetime


class SearchHit(Struct, frozen=True):
    """A conversation that was found. `message` is null when its own number was asked for.

    `snippet` is the part of the message with what was found, `file` the name of a file with it (else empty): escaped HTML with <mark>.
    """

    conversation: Conversation
    message: FoundMessage | None
    snippet: str
    file: str


class SearchMeta(Struct, frozen=True):
    """`query`: how it was understood, filters by their English names. `hints`: what was not understood, or names nothing."""

    next_cursor: str | None
    query: str
    hints: list[str]


class SearchList(Struct, frozen=True):
    data: list[SearchHit]
    meta: SearchMeta
