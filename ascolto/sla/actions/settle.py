"""Settle conversations: compute every clock from everything that happened, write what differs, and do what is due now.

The same call serves news from the log and a clock that came to its next moment: before anything is called late, what happened is looked
at again. Settling twice changes nothing, and the order in which news came leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from ascolto.conversations.actions import keep_promises
from ascolto.conversations.models import Conversation
from ascolto.events.log import emit_all, make_event
from ascolto.events.models import Event
from ascolto.kit import bulk
from ascolto.kit.clock import now
from ascolto.sla.actions.keeping import Kept, keep
from ascolto.sla.actions.tending import tend
from ascolto.sla.at_hand import AtHand, at_hand
from ascolto.sla.computing import clocks_now
from ascolto.sla.facts import Clock
from ascolto.sla.gathering import Gathered, gather, with_limits
from ascolto.sla.ladder import RESPONSES
from ascolto.sla.models import Commitment, SlaClock

CLOCK_FIELDS = (
    "policy",
    "channel",
    "message",
    "started_at",
    "due_at",
    "stopped_at",
    "state",
    "answered_by",
    "waited",
    "waited_open",
    "warned_at",
    "breached_at",
    "noticed_at",
    "steps_done",
    "next_at",
)


@dataclass(slots=True)
class Settled:
    """What came of settling one conversation."""

    gathered: Gathered
    kept: list[Kept] = field(default_factory=list)


@transaction.atomic
def settle(conversations: Iterable[int], *, quietly: bool = False) -> int:
    """Settle these conversations; returns how many clocks changed.

    `quietly`: of what is long past, from before this part ran: the clocks are written, nobody is told.
    """
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=set(conversations))
    rows = rows.filter(merged_into=None)  # what is promised goes on in the other one
    locked = list(with_limits(rows).select_related("customer").order_by("pk"))
    if not locked:
        return 0
    moment, hand = now(), at_hand()
    settled = [_settled(one, hand, moment, quietly=quietly) for one in gather(locked).values()]
    changed = _write(settled)
    if not quietly:
        emit_all(_events(settled))
    _show(settled)
    for one in settled:
        tend(one.gathered.conversation, one.kept, moment)
    return changed


def _settled(gathered: Gathered, hand: AtHand, moment: datetime, *, quietly: bool) -> Settled:
    clocks = [
        clock
        for clock in clocks_now(gathered, hand)
        if gathered.since is None or clock.started_at > gathered.since or _is_remembered(clock, gathered)
    ]
    return Settled(gathered, keep(gathered, clocks, hand, moment, quietly=quietly))


def _is_remembered(clock: Clock, gathered: Gathered) -> bool:
    """Whether a clock from before the place where a very long room was cut has its row: the others are made of half the facts."""
    return any((row.kind, row.started_at) == (clock.kind, clock.started_at) for row in gathered.clocks)


def _write(settled: Sequence[Settled]) -> int:
    kept = [each for one in settled for each in one.kept]
    gone = [each.row.pk for each in kept if each.is_gone]
    if gone:
        SlaClock.objects.filter(pk__in=gone).delete()
    made = [each.row for each in kept if each.is_new]
    bulk.insert(connection, made)
    changed = [each.row for each in kept if each.is_changed]
    bulk.update(connection, changed, CLOCK_FIELDS)
    return len(gone) + len(made) + len(changed)


def _events(settled: Sequence[Settled]) -> list[Event]:
    return [
        make_event(
            name,
            conversation=one.gathered.conversation.pk,
            customer=one.gathered.conversation.customer_id,
            account=one.gathered.conversation.account_id,
            **data,
        )
        for one in settled
        for each in one.kept
        for name, data in each.news()
    ]


def show_promises(conversations: Iterable[int]) -> int:
    """Let conversations show what their clocks and dated promises say, after either changed; returns how many clocks changed.

    The clocks are computed anew for it: a message that came just now has none yet, and must not stop waiting.
    """
    return settle(conversations)


def _show(settled: Sequence[Settled]) -> None:
    running = {
        one.gathered.conversation.pk: [each.row for each in one.kept if not each.is_gone] for one in settled
    }
    _show_rows([one.gathered.conversation for one in settled], running)


def _show_rows(conversations: Sequence[Conversation], clocks: dict[int, list[SlaClock]]) -> int:
    dated = _dated([one.pk for one in conversations])
    wanted, events = {}, []
    for one in conversations:
        waiting = [c for c in clocks.get(one.pk, ()) if c.kind in RESPONSES and c.stopped_at is None]
        since = min((clock.started_at for clock in waiting), default=None)
        promised = dated.get(one.pk)
        moments = [clock.due_at for clock in waiting if clock.due_at is not None]
        due_at = min([*moments, *([promised] if promised else [])], default=None)
        if (one.waiting_since, one.due_at, one.promised_for) != (since, due_at, promised):
            wanted[one.pk] = (since, due_at, promised)
            if one.due_at != due_at:
                events.append(_due_changed(one, due_at))
    if wanted:
        keep_promises(wanted)
        emit_all(events)
    return len(wanted)


def _dated(conversations: Sequence[int]) -> dict[int, datetime]:
    """The next date by which somebody said they would write, by conversation."""
    rows = Commitment.objects.filter(conversation__in=conversations, state=Commitment.State.OPEN)
    return dict(rows.order_by("-due_at").values_list("conversation_id", "due_at"))  # the earliest comes last


def _due_changed(conversation: Conversation, due_at: datetime | None) -> Event:
    return make_event(
        "sla.due_changed",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        due_at=due_at.isoformat() if due_at else None,
    )
