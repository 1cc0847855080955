"""A loop of the background process: rules hear what happens. Of all machines one lets them act, the others wait to take over.

It follows the log with a cursor of its own; the cursor moves after a batch, and what a rule did to an event is marked in the transaction
of its effects, so that a kill repeats nothing. Between two events it sleeps until somebody writes or a timer is due.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from ascolto.automation import rehearsing, timers
from ascolto.automation.actions.running import Cause, run_rule
from ascolto.automation.live import Live, Rules
from ascolto.automation.matching import Batch, matches, wanted
from ascolto.automation.models import RuleRun
from ascolto.events.exclusive import exclusively
from ascolto.events.log import Position, cursor_of, latest_position, move_cursor, read_after
from ascolto.events.models import Cursor, Event
from ascolto.events.pulse import Pulse
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
CURSOR = "rules"
NICE = 10
TAKE = 500
PAUSE = 0.05  # seconds between two looks when nothing happens
PATIENCE = 1.0  # seconds between two tries to become the one
IN_ANY_CASE = 5.0  # seconds between two looks when nobody seems to write
KEEP = timedelta(days=90)  # runs in the log of rules
FORGOTTEN_AT_ONCE = 1_000
CHANGES = "rule."  # events of rules themselves: then they are read anew


def run(stop: threading.Event) -> None:
    """Let rules act until `stop`, while nobody else does; a database that is away for a while is waited for."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # Linux: of this thread alone
    while not stop.is_set():
        try:
            with exclusively(CURSOR) as mine:
                if mine:
                    Following().work(stop)
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
        except Exception:
            log.exception("rules stopped; they begin anew from where the cursor is")
        stop.wait(PATIENCE)
    connection.close()


class Following:
    """One turn of being the one that lets rules act."""

    def __init__(self) -> None:
        if not Cursor.objects.filter(name=CURSOR).exists():
            move_cursor(CURSOR, latest_position())  # rules know nothing of what was before
        self.position: Position = cursor_of(CURSOR)
        self.rules = Rules()
        self._timed: set[tuple[int, int]] | None = None
        self._next_ring: datetime | None = None
        self._ring_known = False
        self._forget_at, self._rehearse_at = 0.0, 0.0

    def work(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pulse, looked, taken = Pulse(), 0.0, 1
        while not stop.is_set():
            begun = time.monotonic()
            # what was done here does not beat: after a look that found something comes another one
            look = pulse.beats() or taken > 0 or begun > looked + IN_ANY_CASE
            if look:
                looked = begun
            taken = self.turn(look=look)
            if taken >= TAKE:
                stop.wait(min(time.monotonic() - begun, 1.0))  # while much comes in this thread gives way
            elif not taken:
                stop.wait(PAUSE)

    def turn(self, *, look: bool = True) -> int:
        """One look at the log, the timers and the rehearsals that were asked for; returns how much there was."""
        taken = self.read_next() if look else 0
        if self._is_ring_due():
            taken += timers.ring(now())
            self._ring_known = False
        if look and (not taken or time.monotonic() > self._rehearse_at):
            self._rehearse_at = time.monotonic() + 1.0  # a little every second, also while much happens
            taken += rehearsing.go_on()
        if time.monotonic() > self._forget_at:
            self._forget_at = time.monotonic() + 600
            forget_old_runs()
        return taken

    def catch_up(self) -> int:
        """Everything that the log holds and that is due, now, in this thread; returns how many events were read."""
        total = 0
        while taken := self.turn():
            total += taken
        return total

    def read_next(self) -> int:
        """Hear the next events; returns how many there were."""
        if self.rules.refresh():
            self._begin_timers()
        events = read_after(self.position, TAKE)
        if not events:
            return 0
        if any(event.type.startswith(CHANGES) for event in events) and self.rules.refresh():
            self._begin_timers()
        self.hear(events)
        self.position = Position(events[-1].xid, events[-1].pk)
        move_cursor(CURSOR, self.position)
        return len(events)

    def hear(self, events: Sequence[Event]) -> None:
        """Let rules act on a batch."""
        at = now()
        unanswered, snoozed = self.rules.timed("unanswered"), self.rules.timed("snooze_ended")
        if unanswered or snoozed:
            timers.set_timers(events, unanswered, snoozed)
            self._ring_known = False
        heard = [event for event in events if event.type in self.rules.types]
        if heard:
            self._act(Batch(heard), at)

    def _act(self, batch: Batch, at: datetime) -> None:
        """In the order of events, and of rules at each. What one rule changed is asked again before the next one acts."""
        found = matches(self.rules.all, batch, at)
        if not found:
            return
        depths = _depths(batch.events)
        touched: set[int] = set()
        for event in batch.events:
            conversation = event.conversation_id or 0
            if conversation in touched:
                rules: list[Live] = [rule for rule in self.rules.all if wanted(rule, Batch([event]))]
            else:
                rules = found.get(event.pk, [])
            for place, rule in enumerate(rules):
                run_now = run_rule(rule, Cause(event, depths.get(event.pk, 0)), again=conversation in touched)
                if run_now is None or run_now.outcome == RuleRun.Outcome.HELD:
                    continue
                if conversation not in touched:  # rules that did not match before may do so now
                    touched.add(conversation)
                    rules[place + 1 :] = self._after(rule, event)
                if rule.saying.stops:
                    break

    def _after(self, rule: Live, event: Event) -> list[Live]:
        """The rules after this one that wait for such an event."""
        place = self.rules.all.index(rule)
        return [each for each in self.rules.all[place + 1 :] if wanted(each, Batch([event]))]

    def _begin_timers(self) -> None:
        """Timers of rules that were switched on or changed since; at a start everything is as it was."""
        timed = self.rules.timed("unanswered") + self.rules.timed("snooze_ended")
        now_timed = {(rule.id, rule.version) for rule in timed}
        for rule in timed:
            if self._timed is None or (rule.id, rule.version) not in self._timed:
                timers.begin(rule, now())
        self._timed, self._ring_known = now_timed, False

    def _is_ring_due(self) -> bool:
        if not self._ring_known:
            self._ring_known, self._next_ring = True, timers.next_ring()
        return self._next_ring is not None and self._next_ring <= now()


def _depths(events: Sequence[Event]) -> dict[int, int]:
    """How far from a person the events are that rules caused. One query, none where no rule caused one."""
    caused = [event.pk for event in events if event.actor_kind == "rule"]
    if not caused:
        return {}
    runs = RuleRun.objects.filter(last_event__gte=min(caused), first_event__lte=max(caused))
    spans = list(runs.values_list("rule_id", "first_event", "last_event", "depth"))
    by_rule = {event.pk: event.actor_id for event in events}
    found = {}
    for pk in caused:
        deep = [
            depth + 1
            for rule, first, last, depth in spans
            if (first or 0) <= pk <= (last or 0) and rule == by_rule[pk]
        ]
        found[pk] = max(deep, default=1)
    return found


def forget_old_runs() -> int:
    """Runs that nobody asks about any more; returns how many went."""
    old = RuleRun.objects.filter(at__lt=now() - KEEP).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]
    return RuleRun.objects.filter(pk__in=list(old)).delete()[0]


def catch_up() -> int:
    """Let rules act on everything there is, now, in this thread: for tests and commands. Returns how many events were read."""
    try:
        return Following().catch_up()
    except (OperationalError, InterfaceError):
        connection.close()
        raise
