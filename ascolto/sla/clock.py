"""Clocks, computed from everything that happened. Pure: the same facts in any order, however often told, give the same clocks.

An *opening* begins with the first question of a conversation, with a question to a resolved one, or when an agent reopens it; it ends
when it is resolved. In each opening:

first response   from its first question to the next human answer. Nothing pauses it.
next response    from the oldest question since that answer to the next human answer, and again. Pending pauses it.
resolution       from its beginning to its end. Pending pauses it.

A question to a pending conversation ends the pause. Resolving drops the response clocks that still run. Where an agent reopens, the newest
question without an answer waits again, from that moment. Spam drops everything; a mark that is taken back never was.
A complaint, whatever the openings, runs until the conversation is resolved after a human answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ascolto.sla.calendar import add_open_time, end_of_day_after, open_time
from ascolto.sla.facts import (
    ANSWERED,
    COMPLAINT,
    DROPPED,
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    PAUSED,
    RESOLUTION,
    RUNNING,
    Clock,
    ComplaintRule,
    Fact,
    Pause,
    Promise,
    Step,
    What,
)
from ascolto.sla.opening import Timetable
from ascolto.sla.policy import choose
from ascolto.sla.trace import explain

__all__ = [
    "ANSWERED", "COMPLAINT", "DROPPED", "FIRST_RESPONSE", "NEXT_RESPONSE", "PAUSED", "RESOLUTION", "RUNNING",
    "Clock", "ComplaintRule", "Fact", "Pause", "Promise", "Step", "What", "explain", "run_clocks",
]  # fmt: skip

PAUSABLE = (NEXT_RESPONSE, RESOLUTION)
RANK = {RESOLUTION: 0, FIRST_RESPONSE: 1, NEXT_RESPONSE: 2, COMPLAINT: 3}
STATUSES = frozenset({"open", "pending", "on_hold", "resolved"})


def run_clocks(
    facts: Iterable[Fact],
    promises: Sequence[Promise],
    *,
    group: int | None = None,
    complaint_rule: ComplaintRule | None = None,
    until: datetime | None = None,
) -> tuple[Clock, ...]:
    """Every clock of a conversation, by start and kind; facts after `until` have not happened yet.

    `promises` may be all that ever were: each clock takes the one that counted when and where it began. Where none matched, and where it
    promises nothing for that kind, the clock is there without a due time, so that waiting is measured all the same."""
    seen = sorted({fact for fact in facts if until is None or fact.at <= until}, key=lambda fact: fact.order)
    fold = _Fold(promises, group, complaint_rule)
    for fact in _without_undone_spam(seen):
        fold.take(fact)
    return fold.clocks()


def _without_undone_spam(facts: Sequence[Fact]) -> Iterator[Fact]:
    """The facts, up to the first mark of spam that stands."""
    undone = max((index for index, fact in enumerate(facts) if fact.what is What.NOT_SPAM), default=-1)
    for index, fact in enumerate(facts):
        if fact.what is not What.SPAM:
            yield fact
        elif index > undone:
            yield fact
            return


@dataclass(slots=True)
class _Run:
    """A clock while it is being computed."""

    kind: str
    started_at: datetime
    channel: str
    message: int
    policy: Promise | None
    pauses: list[Pause] = field(default_factory=list)
    stopped_at: datetime | None = None
    outcome: str = RUNNING
    answered_by: int | None = None

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].end is None

    def pause(self, at: datetime) -> None:
        if not self.is_paused:
            self.pauses.append(Pause(at, None))

    def resume(self, at: datetime) -> None:
        if self.is_paused:
            self.pauses[-1] = Pause(self.pauses[-1].start, at)

    def stop(self, at: datetime, outcome: str, by: int | None = None) -> None:
        self.stopped_at, self.outcome, self.answered_by = at, outcome, by

    def stretches(self) -> Iterator[tuple[datetime, datetime | None]]:
        """What is counted: from the start or the end of a pause to the next pause, the stop, or nothing yet."""
        start = self.started_at
        for pause in self.pauses:
            yield start, pause.start
            if pause.end is None:
                return
            start = pause.end
        yield start, self.stopped_at


class _Fold:
    """What is known of a conversation after each fact."""

    def __init__(
        self, promises: Sequence[Promise], group: int | None, complaint_rule: ComplaintRule | None
    ) -> None:
        self.promises, self.group, self.complaint_rule = promises, group, complaint_rule
        self.status = "open"
        self.is_opened = False  # an opening is going on
        self.is_answered = False  # its first response was given
        self.is_complaint_answered = False
        self.last_asked: Fact | None = None
        self.unanswered: Fact | None = None  # the newest question that nobody answered
        self.running: dict[str, _Run] = {}
        self.found: list[_Run] = []

    def take(self, fact: Fact) -> None:
        """Let one fact change what is known."""
        _TAKE[fact.what](self, fact)

    def clocks(self) -> tuple[Clock, ...]:
        """What came of it. Of two that began at the very same moment the later one counts."""
        found = {(run.started_at, RANK[run.kind]): run for run in self.found}
        return tuple(self._clock(found[key]) for key in sorted(found))

    def asked(self, fact: Fact) -> None:
        self.last_asked = self.unanswered = fact
        if self.status in ("pending", "resolved"):
            self._set_status("open", fact.at)
        if not self.is_opened:
            self._open(fact.at, fact.channel, fact.ref)
        kind = NEXT_RESPONSE if self.is_answered else FIRST_RESPONSE
        if kind not in self.running:
            self._start(kind, fact.at, fact.channel, fact.ref)

    def answered(self, fact: Fact) -> None:
        self.unanswered = None
        self.is_complaint_answered = COMPLAINT in self.running
        self.is_answered = self.is_answered or FIRST_RESPONSE in self.running
        self._stop(fact, ANSWERED, FIRST_RESPONSE, NEXT_RESPONSE)

    def status_set(self, fact: Fact) -> None:
        if fact.status not in STATUSES:
            return
        if fact.status == "resolved":
            self._resolve(fact)
        elif self.status == "resolved" and self.last_asked is not None:
            waiting = self.unanswered
            self._open(fact.at, self.last_asked.channel, waiting.ref if waiting else 0)
            if waiting is not None:
                self._start(FIRST_RESPONSE, fact.at, waiting.channel, waiting.ref)
        self._set_status(fact.status, fact.at)

    def opened_again(self, fact: Fact) -> None:
        self.status_set(Fact(fact.at, What.STATUS, status="open", by=fact.by))

    def complained(self, fact: Fact) -> None:
        if COMPLAINT not in self.running:
            self.is_complaint_answered = False
            self._start(COMPLAINT, fact.at, fact.channel, fact.ref)

    def withdrew(self, fact: Fact) -> None:
        self._stop(fact, DROPPED, COMPLAINT)

    def dropped(self, fact: Fact) -> None:
        self._stop(fact, DROPPED, *RANK)

    def _open(self, at: datetime, channel: str, message: int) -> None:
        self.is_opened, self.is_answered = True, False
        self._start(RESOLUTION, at, channel, message)

    def _resolve(self, fact: Fact) -> None:
        self.is_opened = False
        self._stop(fact, DROPPED, FIRST_RESPONSE, NEXT_RESPONSE)
        self._stop(fact, ANSWERED, RESOLUTION)
        if self.is_complaint_answered:
            self._stop(fact, ANSWERED, COMPLAINT)

    def _set_status(self, status: str, at: datetime) -> None:
        self.status = status
        for kind in PAUSABLE:
            if run := self.running.get(kind):
                run.pause(at) if status == "pending" else run.resume(at)

    def _start(self, kind: str, at: datetime, channel: str, message: int) -> None:
        policy = None
        if kind != COMPLAINT:
            policy = choose(self.promises, kind, at, channel=channel, group=self.group)
        self.running[kind] = run = _Run(kind, at, channel, message, policy)
        self.found.append(run)

    def _stop(self, fact: Fact, outcome: str, *kinds: str) -> None:
        for kind in kinds:
            if run := self.running.pop(kind, None):
                run.stop(fact.at, outcome, fact.by if outcome == ANSWERED else None)

    def _clock(self, run: _Run) -> Clock:
        timetable, rule = run.policy.timetable if run.policy else None, self.complaint_rule
        if run.kind == COMPLAINT:
            timetable, due_at = rule.timetable if rule else None, _complaint_due(run, rule)
        else:
            due_at = _due(run)
        is_measured = run.outcome == ANSWERED and run.stopped_at is not None
        return Clock(
            kind=run.kind,
            started_at=run.started_at,
            channel=run.channel,
            message=run.message,
            policy=run.policy,
            due_at=due_at,
            stopped_at=run.stopped_at,
            outcome=PAUSED if run.is_paused and run.stopped_at is None else run.outcome,
            answered_by=run.answered_by,
            waited=run.stopped_at - run.started_at if is_measured and run.stopped_at else None,
            waited_open=_counted(run, timetable) if is_measured and timetable else None,
            pauses=tuple(Pause(pause.start, pause.end or run.stopped_at) for pause in run.pauses),
        )


_TAKE = {
    What.ASKED: _Fold.asked,
    What.COMPLAINED: _Fold.complained,
    What.ANSWERED: _Fold.answered,
    What.STATUS: _Fold.status_set,
    What.WITHDREW: _Fold.withdrew,
    What.SPAM: _Fold.dropped,
    What.NOT_SPAM: _Fold.opened_again,
}


def _due(run: _Run) -> datetime | None:
    """When the time it was given is used up. A pause that lasts, or lasted to the stop, leaves it open unless it was used up before."""
    left = run.policy.amount(run.kind) if run.policy else None
    if run.policy is None or left is None:
        return None
    for start, end in run.stretches():
        is_last = end is None or (end == run.stopped_at and not run.is_paused)
        counted = timedelta() if is_last or end is None else open_time(run.policy.timetable, start, end)
        if is_last or counted >= left:
            return add_open_time(run.policy.timetable, start, left)
        left -= counted
    return None


def _complaint_due(run: _Run, rule: ComplaintRule | None) -> datetime | None:
    if rule is None:
        return None
    calendar = rule.timetable.calendar_at(run.started_at)
    return end_of_day_after(calendar, run.started_at, rule.days, working=rule.working)


def _counted(run: _Run, timetable: Timetable) -> timedelta:
    stretches = run.stretches()
    return sum((open_time(timetable, start, end) for start, end in stretches if end), start=timedelta())
