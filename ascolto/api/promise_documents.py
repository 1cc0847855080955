"""What the API tells of promises: clocks, policies, calendars, complaints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from ascolto.api.documents import Meta, Reference

ClockKind = Literal["first_response", "next_response", "resolution", "complaint"]
ClockState = Literal["running", "paused", "met", "breached", "dropped"]


class TraceStep(Struct, frozen=True):
    """One step of how a deadline was found. `code`: what it is; `words`: the same for people; `values`: by the code."""

    code: str
    at: datetime | None
    until: datetime | None
    words: str
    values: dict[str, Any]


class Clock(Struct, frozen=True):
    """A promise to one customer. Durations are seconds: `waited` by the wall clock, `waited_open` in opening hours without pauses.

    `id`: null for a moment, until it was written down. `due_at`: null while it is paused, or when nothing is promised.
    `pending` (the customer owed the company an answer) does not count, `on_hold` (a department did) does.
    """

    id: int | None
    kind: ClockKind
    state: ClockState
    channel: str
    policy: Reference | None
    message: int | None
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    answered_by: int | None
    waited: float | None
    waited_open: float | None
    pending: float
    on_hold: float
    trace: list[TraceStep] | UnsetType = UNSET


class ClockList(Struct, frozen=True):
    data: list[Clock]
    meta: Meta


class Policy(Struct, frozen=True):
    """A promise. Durations are seconds of opening hours. Without `channel` and `group` it is everybody's, else an exception.

    `is_worse`: it promises less than everybody's, for the `reason` given. `valid_until`: null for what is promised now.
    """

    id: int
    name: str
    channel: str | None
    group: Reference | None
    first_response: float
    next_response: float
    resolution: float | None
    calendar: Reference
    is_worse: bool
    reason: str
    valid_from: datetime
    valid_until: datetime | None


class PolicyList(Struct, frozen=True):
    data: list[Policy]
    meta: Meta


class CalendarVersion(Struct, frozen=True):
    """Opening hours from a moment on: `content` has time_zone, weekly or always, holidays, closures, openings."""

    valid_from: datetime
    content: dict[str, Any]


class Calendar(Struct, frozen=True):
    """When the company works. The version in force at each moment counts."""

    id: int
    name: str
    is_archived: bool
    versions: list[CalendarVersion]


class CalendarList(Struct, frozen=True):
    data: list[Calendar]
    meta: Meta


class Complaint(Struct, frozen=True):
    """A formal complaint. `code`: what the customer is told. `days` after the day of `received_at`, at their local end, is `due_at`."""

    code: str
    received_at: datetime
    registered_at: datetime
    registered_by: Reference | None
    pack: str
    days: int
    days_are_working: bool
    due_at: datetime | None
    withdrawn_at: datetime | None


def plain(value: Any) -> Any:
    """A value of a trace as JSON has it: durations as seconds, dates as ISO 8601."""
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if hasattr(value, "keys") else value
