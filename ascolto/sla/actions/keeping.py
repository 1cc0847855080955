"""Rows of clocks, brought to what was computed. What was done about a clock stays with it, also when its start turns out to be another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ascolto.sla.at_hand import AtHand
from ascolto.sla.facts import ANSWERED, DROPPED, Clock
from ascolto.sla.gathering import Gathered
from ascolto.sla.ladder import RESPONSES, Rung, Ticking, next_moment, rung_at, rungs_due, warning_at
from ascolto.sla.models import SlaClock

State = SlaClock.State
HISTORY = timedelta(days=7)
COMPUTED = (
    "started_at",
    "policy_id",
    "channel",
    "message_id",
    "due_at",
    "stopped_at",
    "answered_by_id",
    "waited",
    "waited_open",
    "state",
)


@dataclass(slots=True)
class Kept:
    """One clock: its row as it will be, and what it was before (None: it is new).

    What is due now is noted on the row already; `tending.tend` does it in the same transaction.
    """

    row: SlaClock
    clock: Clock | None  # None: it never should have begun
    before: dict[str, Any] | None
    warns: bool = False
    breaches: bool = False
    rungs: list[Rung] = field(default_factory=list)
    notice: bool = False  # the customer is to be told
    is_old: bool = False  # from before the place where a very long room was cut, and not computed any more

    @property
    def is_new(self) -> bool:
        """Whether it has to be written for the first time."""
        return self.before is None

    @property
    def is_gone(self) -> bool:
        """Whether nobody was asked anything, as is known by now."""
        return self.clock is None and not self.is_old

    @property
    def is_changed(self) -> bool:
        """Whether a row that is there has to be written."""
        return self.before is not None and not self.is_gone and self.before != remembered(self.row)

    @property
    def is_running(self) -> bool:
        """Whether somebody has to do something by a certain time."""
        row = self.row
        return (
            self.clock is not None and row.stopped_at is None and row.state in {State.RUNNING, State.BREACHED}
        )

    def news(self) -> list[tuple[str, dict[str, Any]]]:
        """The events about what became of it."""
        row, was = self.row, self.before or {}
        told: list[tuple[str, dict[str, Any]]] = []
        if self.is_gone:
            return [self._corrected("dropped")] if was.get("breached_at") else []
        if was.get("breached_at") and row.state != State.BREACHED:
            told.append(self._corrected(str(row.state)))
        if self.warns:
            told.append(("sla.warned", self._named()))
        if self.breaches:
            told.append(("sla.breached", self._named()))
        if self._is_answered and was.get("stopped_at") is None:
            told.append(("sla.met", {**self._named(), "late_by": self._late_by}))
        return told

    @property
    def _is_answered(self) -> bool:
        return self.clock is not None and self.clock.outcome == ANSWERED

    @property
    def _late_by(self) -> int:
        """Seconds after the due time; 0 when it was kept."""
        row = self.row
        if row.state != State.BREACHED or row.due_at is None or row.stopped_at is None:
            return 0
        return max(0, int((row.stopped_at - row.due_at) / timedelta(seconds=1)))

    def _named(self) -> dict[str, Any]:
        due_at = self.row.due_at
        return {"clock": self.row.pk, "kind": self.row.kind, "due_at": due_at and due_at.isoformat()}

    def _corrected(self, state: str) -> tuple[str, dict[str, Any]]:
        return "sla.corrected", {**self._named(), "state": state, "previous": str(State.BREACHED)}


def remembered(row: SlaClock) -> dict[str, Any]:
    """Everything about a row that settling may change."""
    done = ("warned_at", "breached_at", "noticed_at", "next_at")
    found = {name: getattr(row, name) for name in (*COMPUTED, *done)}
    return {**found, "steps_done": list(row.steps_done)}


def keep(
    gathered: Gathered, clocks: Sequence[Clock], hand: AtHand, moment: datetime, *, quietly: bool
) -> list[Kept]:
    """The clocks of one conversation beside their rows. `quietly`: what should have been done in the past is not done now."""
    kept = []
    for clock, row in _pairs(gathered, clocks):
        if row is None:
            assert clock is not None
            row = SlaClock(
                conversation_id=gathered.conversation.pk, kind=clock.kind, started_at=clock.started_at
            )
            each = Kept(row, clock, None)
        else:
            each = Kept(row, clock, remembered(row))
        if clock is not None:
            _compute(each.row, clock, gathered, moment)
            _forget_breach(row, hand.ladder, moment)
            if quietly or _is_long_past(row, moment):
                _be_quiet(row, hand.ladder, moment)
            else:
                _note_what_is_due(each, hand, moment)
            is_ticking = each.is_running and row.due_at is not None
            row.next_at = next_moment(hand.ladder, ticking(row)) if is_ticking else None
        elif gathered.since is not None and row.started_at <= gathered.since:
            each.is_old, row.next_at = True, None
        kept.append(each)
    return kept


def _pairs(gathered: Gathered, clocks: Sequence[Clock]) -> list[tuple[Clock | None, SlaClock | None]]:
    """Clocks with their rows. One whose start became another (an earlier message came late) keeps the row that nobody else claims."""
    rows = {(row.kind, row.started_at): row for row in gathered.clocks}
    pairs: list[tuple[Clock | None, SlaClock | None]] = []
    new: defaultdict[str, list[Clock]] = defaultdict(list)
    for clock in clocks:
        row = rows.pop((clock.kind, clock.started_at), None)
        if row is None:
            new[clock.kind].append(clock)
        else:
            pairs.append((clock, row))
    for row in rows.values():  # in the order of their starts
        if new[row.kind]:
            pairs.append((new[row.kind].pop(0), row))
        else:
            pairs.append((None, row))
    pairs += [(clock, None) for left in new.values() for clock in left]
    return pairs


def _compute(row: SlaClock, clock: Clock, gathered: Gathered, moment: datetime) -> None:
    policy = clock.policy.id if clock.policy else None
    is_over = clock.stopped_at is not None and (row.started_at, row.stopped_at) == (
        clock.started_at,
        clock.stopped_at,
    )
    if is_over and row.policy_id != policy and row.state != State.RUNNING:
        return  # the customer is in another group by now: what was promised then stays
    row.started_at, row.channel = clock.started_at, clock.channel[:40]
    row.policy_id, row.message_id = policy, clock.message or None
    row.due_at, row.stopped_at = clock.due_at, clock.stopped_at
    row.answered_by_id, row.waited, row.waited_open = clock.answered_by, clock.waited, clock.waited_open
    row.state = _state(clock, gathered, moment)


def _state(clock: Clock, gathered: Gathered, moment: datetime) -> State:
    if clock.outcome == DROPPED and gathered.conversation.is_spam:
        return State.DROPPED  # nobody promises anything to spam
    if clock.is_late(moment):
        return State.BREACHED
    return {ANSWERED: State.MET, DROPPED: State.DROPPED, "paused": State.PAUSED}.get(
        clock.outcome, State.RUNNING
    )


def _forget_breach(row: SlaClock, ladder: Sequence[Rung], moment: datetime) -> None:
    """What was noted about a breach that was none: its steps may be due again."""
    if row.state == State.BREACHED or row.breached_at is None:
        return
    row.breached_at = None
    if row.due_at is not None:
        clock = replace(ticking(row), done=())
        left = {rung.key for rung in ladder if rung_at(rung, clock) <= moment}
        row.steps_done = [key for key in row.steps_done if key in left]


def _is_long_past(row: SlaClock, moment: datetime) -> bool:
    """Whether it stopped so long ago that it is history: from before this part ran."""
    return row.stopped_at is not None and row.stopped_at < moment - HISTORY


def _be_quiet(row: SlaClock, ladder: Sequence[Rung], moment: datetime) -> None:
    """A clock from before this part ran: what should have been done about it is taken as done."""
    if row.state == State.BREACHED and row.breached_at is None:
        row.breached_at = row.noticed_at = row.due_at
        row.steps_done = [rung.key for rung in rungs_due(ladder, ticking(row), moment)]


def _note_what_is_due(each: Kept, hand: AtHand, moment: datetime) -> None:
    """What has to be done about a clock now, noted as done; a breach of one that stopped meanwhile is told all the same."""
    row = each.row
    if row.state == State.BREACHED and row.breached_at is None:
        row.breached_at, each.breaches = moment, True
        if hand.delay_notice and each.is_running and row.kind in RESPONSES and row.noticed_at is None:
            row.noticed_at, each.notice = moment, True
    if not each.is_running or row.due_at is None:
        return
    clock = ticking(row)
    is_soon = warning_at(row.kind, row.started_at, row.due_at) <= moment
    if is_soon and row.state == State.RUNNING and row.warned_at is None:
        row.warned_at, each.warns = moment, True
    each.rungs = rungs_due(hand.ladder, clock, moment)
    if each.rungs:
        row.steps_done = [*row.steps_done, *(rung.key for rung in each.rungs)]


def ticking(row: SlaClock) -> Ticking:
    """A running clock with a due time, as far as what is to be done about it matters."""
    assert row.due_at is not None
    return Ticking(
        kind=row.kind,
        started_at=row.started_at,
        due_at=row.due_at,
        is_warned=row.warned_at is not None,
        is_breached=row.breached_at is not None,
        done=tuple(row.steps_done),
    )
