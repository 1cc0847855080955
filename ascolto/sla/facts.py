"""What promises are computed from, and what comes out: plain values, without Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from ascolto.sla.opening import Timetable

FIRST_RESPONSE = "first_response"
NEXT_RESPONSE = "next_response"
RESOLUTION = "resolution"
COMPLAINT = "complaint"

RUNNING = "running"
PAUSED = "paused"
ANSWERED = "answered"
DROPPED = "dropped"


class What(IntEnum):
    """What happened. The order is the rank of facts of the same moment: a question, then its answer, then what was set with it."""

    ASKED = 1  # a customer's message that needs an answer (mere thanks and automatic mails are no facts)
    COMPLAINED = 2  # a formal complaint was received
    ANSWERED = 3  # a person's answer, public or private (automatic and bot messages are no facts)
    STATUS = 4  # the conversation's status became `status`
    WITHDREW = 5  # the complaint was withdrawn
    SPAM = 6  # marked as spam; that this also resolves is no STATUS
    NOT_SPAM = 7  # the mark was taken back: it never was, and the conversation is open


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened in a conversation. Facts are a set: neither their order nor repetitions matter."""

    at: datetime
    what: What
    ref: int = 0  # the message, of ASKED, ANSWERED and COMPLAINED
    channel: str = ""  # its kind of channel
    status: str = ""  # open, pending, on_hold, resolved
    by: int | None = None  # the agent

    @property
    def order(self) -> tuple[datetime, int, int, str, str, int]:
        """Where it stands among the others: by time, then by rank; the rest only makes the order the same every time."""
        return self.at, self.what, self.ref, self.channel, self.status, self.by or 0


@dataclass(frozen=True, slots=True)
class Promise:
    """A policy as the computation sees it. Without channel and group it is everybody's, else an exception.

    `is_worse`: the company said, with a reason, that this exception promises less than everybody's."""

    id: int
    name: str
    channel: str  # a kind; empty: every channel
    group: int | None  # a customer group; None: every customer
    first: timedelta
    next: timedelta
    resolution: timedelta | None
    timetable: Timetable
    valid_from: datetime
    valid_until: datetime | None = None
    is_worse: bool = False
    reason: str = ""

    def amount(self, kind: str) -> timedelta | None:
        """How much open time it gives to a kind of clock; None: it promises nothing for it."""
        amounts = {FIRST_RESPONSE: self.first, NEXT_RESPONSE: self.next, RESOLUTION: self.resolution}
        return amounts.get(kind)

    @property
    def is_everybodys(self) -> bool:
        """Whether it holds for every customer on every channel."""
        return not self.channel and self.group is None


@dataclass(frozen=True, slots=True)
class ComplaintRule:
    """By when a complaint is resolved: `days` after the day of receipt, at the end of that local day."""

    days: int
    working: bool
    timetable: Timetable


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch that is not counted; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """What one promise came to. `(kind, started_at)` names it within its conversation.

    `due_at`: None while it is paused before its time is used up, when the clock was stopped in such a pause, when nothing was
    promised, and when the calendar never opens again. A clock is late exactly when `is_late` says so.
    `outcome`: running, paused, answered (for a resolution or complaint: resolved) or dropped.
    `waited` (wall clock, pauses included) and `waited_open` (open time without pauses) are known once it is answered."""

    kind: str
    started_at: datetime
    channel: str
    message: int  # 0: a resolution clock that began when an agent reopened
    policy: Promise | None  # None: a complaint, or no promise matched
    due_at: datetime | None
    stopped_at: datetime | None
    outcome: str
    answered_by: int | None = None
    waited: timedelta | None = None
    waited_open: timedelta | None = None
    pauses: tuple[Pause, ...] = ()

    def is_late(self, now: datetime) -> bool:
        """Whether the promise was broken: it came to its due time without having stopped."""
        return self.due_at is not None and self.due_at < (self.stopped_at or now)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of "why this deadline?": a code with plain values, to be put into words by a screen. Codes: `sla.trace`."""

    code: str
    at: datetime | None = None
    until: datetime | None = None
    values: Mapping[str, object] = field(default_factory=dict)
