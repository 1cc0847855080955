"""What the API tells of the Charter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from ascolto.api.documents import Meta, Reference

State = Literal["kept", "at_risk", "broken", "not_measured"]


class GuaranteeChannel(Struct, frozen=True):
    """A channel's part of a measure."""

    channel: str
    kept: int
    total: int


class Guarantee(Struct, frozen=True):
    """A guarantee over the period. `share`: per cent, null where nothing was measured; `why_not_measured` says why.

    `definition`: what is counted. `exceptions`: what the company promises less, each with its reason.
    """

    number: int
    slug: str
    title: str
    promise: str
    definition: str
    enforced: list[str]
    state: State
    share: float | None
    threshold: float
    kept: int
    total: int
    words: str
    channels: list[GuaranteeChannel]
    curve: list[float | None]
    exceptions: list[str]
    why_not_measured: str


class Charter(Struct, frozen=True):
    """All guarantees over the period, which begins and ends with a day of the company. `share`: the mean of those measured."""

    period: Literal["today", "30d", "quarter"]
    first_day: date
    last_day: date
    share: float | None
    data: list[Guarantee]


class Breach(Struct, frozen=True):
    """One time a guarantee did not hold. `done`: what happened since; `subject`: a channel or a group, where it is no conversation."""

    at: datetime
    what: str
    amount: str
    done: str
    is_repaired: bool
    channel: str
    subject: str
    conversation_id: int | None
    number: str
    customer: Reference | None


class BreachList(Struct, frozen=True):
    data: list[Breach]
    meta: Meta


class ContactReason(Struct, frozen=True):
    """Why not. `code`: offer_while_problem, opted_out, blocked, … `conversation_id`: the problem's, where you may see it."""

    code: str
    message: str
    guarantee: str
    conversation_id: int | None
    number: str


class ContactVerdict(Struct, frozen=True):
    """Whether this customer may be approached now. `note`: `unknown_customer` where nobody here has this number or handle."""

    allowed: bool
    customer_id: int | None
    reasons: list[ContactReason]
    note: str


class ContactVerdicts(Struct, frozen=True):
    """In the order in which they were asked."""

    data: list[ContactVerdict]
