"""Who may send what now. Every change of hands is one conditional UPDATE, so that two workers never hold the same dispatch.

A line is what one account has to say in one conversation: only its oldest open dispatch may leave, so that order holds
and a channel that hangs does not hold up an answer on another one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ascolto.conversations.actions import note_delivery
from ascolto.conversations.models import Delivery, Message
from ascolto.delivery.models import Dispatch
from ascolto.kit.clock import now
from ascolto.kit.holders import is_dead

LEASE = timedelta(seconds=30)  # renewed at a third of it while the request is on the wire
State = Dispatch.State
HELD = (State.CLAIMED, State.SENDING)

# Asked many times a second, hence without the ORM; the literals let SQLite use the partial indexes.
_DUE_ACCOUNTS = """
SELECT a.id, a.kind FROM channels_channelaccount a
LEFT JOIN channels_channelhealth h ON h.account_id = a.id
WHERE a.is_enabled AND (h.paused_until IS NULL OR h.paused_until <= %s) AND EXISTS (
  SELECT 1 FROM delivery_dispatch d WHERE d.account_id = a.id AND d.state = 'queued' AND d.run_at <= %s AND NOT EXISTS (
    SELECT 1 FROM delivery_dispatch e
    WHERE e.conversation_id = d.conversation_id AND e.account_id = d.account_id AND e.id <> d.id
    AND e.finished_at IS NULL AND (e.id < d.id OR e.holder > '')))
"""


def due_accounts(moment: datetime) -> list[tuple[int, str]]:
    """Id and kind of every account that may send at this moment and has something to send."""
    at = connection.ops.adapt_datetimefield_value(moment)
    with connection.cursor() as cursor:
        cursor.execute(_DUE_ACCOUNTS, [at, at])
        return [(pk, kind) for pk, kind in cursor.fetchall()]


def _first_in_line(moment: datetime) -> QuerySet[Dispatch]:
    ahead = Dispatch.objects.filter(
        ~Q(pk=OuterRef("pk")),
        Q(pk__lt=OuterRef("pk")) | Q(holder__gt=""),
        conversation_id=OuterRef("conversation_id"),
        account_id=OuterRef("account_id"),
        finished_at__isnull=True,
    )
    return Dispatch.objects.filter(~Exists(ahead), state=State.QUEUED, run_at__lte=moment)


@transaction.atomic
def claim(holder: str, places: Mapping[int, int], moment: datetime) -> list[int]:
    """Take for `holder` the dispatches that may leave at this moment, at most `places[account]` of each account, the oldest first.

    PostgreSQL skips what another worker is taking; SQLite has one writer.
    """
    taken: list[int] = []
    for account, count in places.items():
        due = _first_in_line(moment).filter(account_id=account).order_by("run_at", "id")
        taken += due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:count]
    Dispatch.objects.filter(pk__in=taken).update(state=State.CLAIMED, holder=holder, run_at=now() + LEASE)
    return taken


@transaction.atomic
def begin_sending(holder: str, dispatch: Dispatch) -> bool:
    """Write down, before the request leaves, that it may be on the wire. False: it must not leave (any more)."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=dispatch.message_id)
    mine = Dispatch.objects.filter(pk=dispatch.pk, state=State.CLAIMED, holder=holder)
    settled = state_told_by(message)
    if settled is not None:  # a receipt of an earlier try came while this one waited
        mine.update(state=settled, holder="", error="", finished_at=now())
        return False
    begun = mine.update(
        state=State.SENDING,
        attempts=F("attempts") + 1,
        run_at=now() + LEASE,
        first_tried_at=Coalesce("first_tried_at", now()),
    )
    if begun:
        note_delivery(message, state=Delivery.SENDING)
    return bool(begun)


def state_told_by(message: Message) -> State | None:
    """What the network's own receipts say about a message; None while they say nothing."""
    if message.delivery in {Delivery.SENT, Delivery.DELIVERED, Delivery.READ}:
        return State.SENT
    return State.FAILED if message.delivery == Delivery.FAILED else None


@transaction.atomic  # a transaction waits for SQLite's lock more fairly than a statement alone
def renew(dispatches: Collection[int]) -> None:
    """Hold on to what is on the wire."""
    Dispatch.objects.filter(pk__in=dispatches, state=State.SENDING).update(run_at=now() + LEASE)


@transaction.atomic
def release(holder: str) -> int:
    """Give back what was claimed and has not begun to leave."""
    held = Dispatch.objects.filter(holder=holder, state=State.CLAIMED)
    return held.update(state=State.QUEUED, holder="", run_at=now())


@dataclass(frozen=True, slots=True)
class Lost:
    """A dispatch whose worker is gone."""

    pk: int
    state: str
    holder: str


def lost(except_for: Collection[int]) -> list[Lost]:
    """What nobody holds any more: the lease is over, or the worker that held it died on this machine."""
    held = Dispatch.objects.filter(holder__gt="").exclude(pk__in=except_for)
    holders = set(held.values_list("holder", flat=True).distinct())
    gone = [holder for holder in holders if is_dead(holder)]
    rows = held.filter(Q(run_at__lte=now()) | Q(holder__in=gone)).values_list("pk", "state", "holder")
    return [Lost(*row) for row in rows]
