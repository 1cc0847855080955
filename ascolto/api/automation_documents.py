"""What the API tells of macros and rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference

Outcome = Literal["done", "nothing", "refused", "draft"]


class Macro(Struct, frozen=True):
    """Several steps under one name. `sentence` says them in the language of the token's agent; `steps` are the same as data."""

    id: int
    name: str
    shortcut: str
    scope: Literal["personal", "team", "everybody"]
    team: Reference | None
    sentence: str
    steps: list[dict[str, Any]]
    times_used: int


class MacroList(Struct, frozen=True):
    data: list[Macro]
    meta: Meta


class StepTried(Struct, frozen=True):
    """What one step would do: `refused` names the reason why not, by a code; null: nothing is against it."""

    kind: str
    words: str
    changes: bool
    refused: str | None
    message: str
    guarantee: str


class MacroPreview(Struct, frozen=True):
    """What is refused comes first. `version`: of the conversation as it was looked at."""

    steps: list[StepTried]
    version: int


class StepDone(Struct, frozen=True):
    """What became of one step. `nothing`: there was nothing to change. `draft`: its text is for somebody to read and send."""

    kind: str
    outcome: Outcome
    code: str
    message: str


class MacroRun(Struct, frozen=True):
    """What a macro did. `id` takes it back (null: nothing was done). `draft`: a text that was not sent, {text, visibility}."""

    id: int | None
    steps: list[StepDone]
    draft: dict[str, Any] | None


class MacroUndone(Struct, frozen=True):
    """How many steps were taken back."""

    steps: int


class Rule(Struct, frozen=True):
    """What happens by itself. `sentence` in the language of the token's agent; `says` is the same as data."""

    id: int
    name: str
    is_enabled: bool
    paused_at: datetime | None
    paused_why: str
    position: int
    version: int
    sentence: str
    says: dict[str, Any]


class RuleList(Struct, frozen=True):
    data: list[Rule]
    meta: Meta


class RuleRun(Struct, frozen=True):
    """What a rule made of one event."""

    id: int
    at: datetime
    conversation_id: int
    version: int
    outcome: Literal["done", "refused", "held", "failed"]
    why: str
    steps: list[StepDone]


class RuleRunList(Struct, frozen=True):
    data: list[RuleRun]
    meta: Meta
