"""What became of dated promises, written down: when somebody wrote, when a message turned out to have failed, when the time was over.

Every call looks again at what was really written, so that it may come late, twice or from two processes: the answer is the same. Rows of
conversations are locked before their promises, as settling clocks does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from ascolto.conversations.models import Conversation, Message
from ascolto.events.log import emit_all, make_event
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.sla.actions.settle import show_promises
from ascolto.sla.commitments import is_from_a_person, written_to
from ascolto.sla.judging import WARN_BEFORE, Verdict, judge, warn_at
from ascolto.sla.models import Commitment

State = Commitment.State
JUDGED = (State.OPEN, State.KEPT, State.BROKEN)
PORTION = 100  # promises that are rung for in one transaction
OLD = timedelta(days=60)  # what was settled longer ago than this stays as it is


def settle_after(message: Message) -> int:
    """A person wrote to the customer: what this keeps of the promises before it. Returns how many changed."""
    return settle_commitments([message.conversation_id]) if is_from_a_person(message) else 0


@transaction.atomic
def settle_commitments(conversations: Iterable[int]) -> int:
    """Judge the promises of these conversations by everything that was written; returns how many changed."""
    named = sorted(set(conversations))
    moment = now()
    rows = Commitment.objects.filter(conversation__in=named, state__in=JUDGED, due_at__gte=moment - OLD)
    touched = sorted(set(rows.values_list("conversation_id", flat=True)))
    if not touched:
        return 0
    held = _lock(touched)
    found = list(rows.filter(conversation__in=held))
    return _judge_all(found, held, moment)


def _lock(conversations: Collection[int]) -> dict[int, Conversation]:
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=conversations).order_by("pk")
    return {row.pk: row for row in rows}


def _judge_all(rows: Collection[Commitment], held: dict[int, Conversation], moment: datetime) -> int:
    if not rows:
        return 0
    wrote = written_to(held.keys(), min(row.made_at for row in rows))
    changed, events = [], []
    for row in rows:
        verdict = judge(
            made_at=row.made_at,
            made_in=row.message_id,
            due_at=row.due_at,
            wrote=wrote.get(row.conversation_id, ()),
            now=moment,
        )
        was = row.state
        if _note(row, verdict):
            changed.append(row)
            events += _events(row, was, verdict, held[row.conversation_id])
    Commitment.objects.bulk_update(changed, ["state", "settled_at", "kept_by"])
    emit_all(events)
    if changed:
        show_promises({row.conversation_id for row in changed})
    return len(changed)


def _note(row: Commitment, verdict: Verdict) -> bool:
    """Write the verdict into the row, unsaved; whether it differs."""
    by = verdict.by
    wanted = (State(verdict.state), by.at if by else None, by.message if by else None)
    if (State(row.state), row.settled_at, row.kept_by_id) == wanted:
        return False
    row.state, row.settled_at, row.kept_by_id = wanted
    return True


def _events(row: Commitment, was: str, verdict: Verdict, conversation: Conversation) -> list[Event]:
    if row.state == was and (row.state != State.BROKEN or verdict.by is None):
        return []
    told: list[tuple[str, dict[str, Any]]] = []
    if row.state == State.BROKEN and was != State.BROKEN:
        told.append(
            (
                "commitment.broken",
                {"commitment": row.pk, "due_at": row.due_at.isoformat(), "owner": row.owner_id},
            )
        )
    if verdict.by is not None and row.state != State.OPEN:
        late = max(0, int((verdict.by.at - row.due_at) / timedelta(seconds=1)))
        told.append(
            ("commitment.kept", {"commitment": row.pk, "message": verdict.by.message, "late_by": late})
        )
    if row.state == State.OPEN:  # what had kept it never reached the customer
        told.append(
            (
                "commitment.made",
                {
                    "commitment": row.pk,
                    "message": row.message_id,
                    "due_at": row.due_at.isoformat(),
                    "owner": row.owner_id,
                },
            )
        )
    return [
        make_event(
            name,
            conversation=conversation.pk,
            customer=conversation.customer_id,
            account=conversation.account_id,
            **data,
        )
        for name, data in told
    ]


def next_at() -> datetime | None:
    """When the next promise comes to a moment: its reminder or its end. Two short queries over an index."""
    rows = Commitment.objects.filter(state=State.OPEN)
    first = rows.aggregate(first=Min("due_at"))["first"]
    if first is None:
        return None
    near = rows.filter(due_at__lte=first + WARN_BEFORE, warned_at=None).order_by("due_at")[:500]
    return min([first, *(warn_at(made, due) for made, due in near.values_list("made_at", "due_at"))])


def ring(moment: datetime | None = None) -> int:
    """Say which promises are broken, and remind of those that are nearly due; returns how many there were. Two processes may ring."""
    at = moment or now()
    return _break(at) + _warn(at)


@transaction.atomic
def _break(moment: datetime) -> int:
    due = Commitment.objects.filter(state=State.OPEN, due_at__lte=moment).order_by("due_at")
    named = set(due.values_list("conversation_id", flat=True)[:PORTION])
    if not named:
        return 0
    held = _lock(named)
    return _judge_all(list(due.filter(conversation__in=held)), held, moment)


@transaction.atomic
def _warn(moment: datetime) -> int:
    near = Commitment.objects.filter(
        state=State.OPEN, warned_at=None, due_at__gt=moment, due_at__lte=moment + WARN_BEFORE
    )
    named = {row.conversation_id for row in near if warn_at(row.made_at, row.due_at) <= moment}
    if not named:
        return 0
    held = _lock(sorted(named)[:PORTION])
    events, rung = [], []
    for row in near.filter(conversation__in=held):
        if warn_at(row.made_at, row.due_at) <= moment:
            conversation = held[row.conversation_id]
            rung.append(row.pk)
            events.append(
                make_event(
                    "commitment.due",
                    conversation=conversation.pk,
                    customer=conversation.customer_id,
                    account=conversation.account_id,
                    commitment=row.pk,
                    due_at=row.due_at.isoformat(),
                    owner=row.owner_id,
                )
            )
    Commitment.objects.filter(pk__in=rung).update(warned_at=moment)
    emit_all(events)
    return len(rung)


def owners_follow(owners: dict[int, int]) -> int:
    """Whoever has the conversation has its promises: by conversation, the new owner. Returns how many promises changed hands."""
    by_owner: defaultdict[int, list[int]] = defaultdict(list)
    for conversation, owner in owners.items():
        by_owner[owner].append(conversation)
    return sum(
        Commitment.objects.filter(conversation__in=named, state__in=(State.PROPOSED, State.OPEN))
        .exclude(owner=owner)
        .update(owner=owner)
        for owner, named in by_owner.items()
    )
