"""What the API tells of hand-offs, and of what a customer already said."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference


class GivenFact(Struct, frozen=True):
    """Something that the customer gave: `kind` (such as `customer_code`, `phone`, `tried`), what about it, and in which message."""

    kind: str
    about: str
    value: str
    message_id: int
    said_at: datetime


class HandOff(Struct, frozen=True):
    """A conversation that is offered to somebody. Until they accept, `from` has it, with its clocks.

    `limit`: it was handed over as often as the rules allow, a lead decides. `summary`: sentences of the conversation. `facts`: what the
    customer already gave. `reason` and `proposed_…` belong to a refusal.
    """

    id: int
    conversation_id: int
    number: str
    state: Literal["asked", "accepted", "refused", "withdrawn", "limit"]
    from_agent: Reference | None
    to_agent: Reference | None
    to_team: Reference | None
    note: str
    summary: list[str]
    facts: list[GivenFact]
    asked_at: datetime
    settled_at: datetime | None
    settled_by: Reference | None
    reason: str
    proposed_agent: Reference | None
    proposed_team: Reference | None


class HandOffList(Struct, frozen=True):
    data: list[HandOff]
    meta: Meta


class Told(Struct, frozen=True):
    """A fact with its place: `start` and `end` count characters of what the customer wrote in `message_id`, without quoted text.

    `value` as it was written, but of bank accounts, fiscal codes and documents only the end. `is_current`: false where the customer said
    otherwise later.
    """

    kind: str
    about: str
    value: str
    words: str
    conversation_id: int
    message_id: int
    start: int
    end: int
    said_at: datetime
    is_current: bool


class ToldList(Struct, frozen=True):
    data: list[Told]
    meta: Meta
