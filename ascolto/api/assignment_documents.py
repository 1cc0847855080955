"""What the API tells of who is there, who has what, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference

State = Literal["available", "busy", "away", "offline"]


class Presence(Struct, frozen=True):
    """How a person stands. `busy`: there, but takes nothing new. `seen_at`: the last sign of life of a screen (or of a program)."""

    state: State
    since: datetime | None
    seen_at: datetime | None


class RoutedAgent(Struct, frozen=True):
    """Somebody who can answer. `load` and `capacity` are hundredths of a person; `in_hand` conversations occupy them, `waiting` of these
    wait for their answer, the longest since `waiting_since`. `why_gone`: `absent`, `off_shift`, `offline` or empty.
    """

    id: int
    name: str
    teams: list[str]
    state: State
    since: datetime | None
    is_here: bool
    is_on_shift: bool
    why_gone: str
    back_at: datetime | None
    load: int
    capacity: int
    in_hand: int
    waiting: int
    waiting_since: datetime | None
    last_given_at: datetime | None


class RoutedAgentList(Struct, frozen=True):
    data: list[RoutedAgent]
    meta: Meta


class Assignment(Struct, frozen=True):
    """One time somebody had a conversation. `how`: `routed`, `taken`, `assigned`, `answered`, `accepted`, `escalated`.

    `reasons` are sentences in the language of the token's agent; `why` holds the same as codes with values.
    """

    agent: Reference
    how: str
    by: str
    began_at: datetime
    ended_at: datetime | None
    reasons: list[str]
    why: list[dict[str, Any]]


class AssignmentList(Struct, frozen=True):
    """The last one first; `waits_for`: reasons why nobody has it, while it waits."""

    data: list[Assignment]
    waits_for: list[str]


class Taken(Struct, frozen=True):
    """The conversation that was taken, by id and number, and why it was the next; all null and empty: nothing that fits is waiting."""

    conversation_id: int | None
    number: str | None
    reasons: list[str]
