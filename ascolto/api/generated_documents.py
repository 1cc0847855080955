"""What the language model is asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Generated(Struct, frozen=True):
    """A text that was asked for. It is a proposal: a person checks it before anybody reads it.

    `source`: `model` (a language model wrote it), `extract` (sentences of the conversation), `similar` (an earlier answer); null while
    there is no text. `why` and `reason` say why the model wrote nothing. `notes`: what was taken out (`link`, `datum`, `placeholder`,
    `cut`). `sources`: ids of the messages that it was made of. `prompt`: name, language and version of the instructions.
    """

    id: int
    conversation_id: int
    message_id: int | None
    purpose: Literal["suggestion", "summary", "translation"]
    state: Literal["waiting", "done", "cancelled"]
    text: str | None
    source: Literal["model", "extract", "similar"] | None
    why: str | None
    reason: str
    notes: list[str]
    language: str
    model: str | None
    server: str | None
    prompt: str | None
    sources: list[int]
    agent_id: int | None
    created_at: datetime
    finished_at: datetime | None
    used_at: datetime | None
