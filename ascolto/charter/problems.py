"""Which problems of a customer are open, on any channel: whoever has one is not sold to.

What was understood decides; where nothing was understood (yet) an open conversation in which the customer wrote counts: in doubt
nothing is sold. A plain question ("how much is fibre?") is no problem.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Max

from ascolto.collaboration.selectors.problems import problem_marks
from ascolto.conversations.models import Conversation, Direction, Message, Status
from ascolto.events.models import Event
from ascolto.kit.ids import reference_number
from ascolto.sla.models import Commitment, Complaint, SlaClock
from ascolto.understanding.models import Intent, Sentiment, Urgency

MOST_CONVERSATIONS = 50  # open ones of a customer that are looked at, the newest
_NO_PROBLEM = frozenset({Intent.SPAM, Intent.THANKS, Intent.PRAISE})


class Why(StrEnum):
    """What makes a conversation an open problem."""

    COMPLAINT = "complaint"  # registered, or understood as one
    CANCELLATION = "cancellation"
    URGENT = "urgent"
    NEGATIVE = "negative"
    LATE = "late"  # a promise of ours was not kept
    KNOWN = "known"  # linked to a problem that many have and that is not solved
    NOT_READ = "not_read"  # nobody knows yet what it is about


@dataclass(frozen=True, slots=True)
class Problem:
    """A conversation of the customer that is open, and why it counts."""

    conversation: int
    customer: int
    why: Why
    since: datetime

    @property
    def number(self) -> str:
        return reference_number(self.conversation)


def open_problems(customer_id: int) -> list[Problem]:
    """The open problems of a customer, the oldest first."""
    return problems_of([customer_id]).get(customer_id, [])


def has_open_problem(customer_id: int) -> bool:
    """Whether a customer has one."""
    return bool(open_problems(customer_id))


def problems_of(customers: Collection[int]) -> Mapping[int, list[Problem]]:
    """The open problems of many customers, in a constant number of queries."""
    rows = _open_conversations(customers)
    if not rows:
        return {}
    reopened = _reopened(rows)
    reasons = dict.fromkeys(problem_marks(rows), Why.KNOWN) | _promises(rows, reopened)
    for pk, why in _understood(rows, reopened).items():
        reasons.setdefault(pk, why)
    found: dict[int, list[Problem]] = {}
    for pk, (customer, began) in sorted(rows.items()):
        if pk in reasons:
            since = reopened.get(pk, began)
            found.setdefault(customer, []).append(Problem(pk, customer, reasons[pk], since))
    return found


def _open_conversations(customers: Collection[int]) -> dict[int, tuple[int, datetime]]:
    rows = (
        Conversation.objects.filter(customer_id__in=customers, is_spam=False, last_inbound_at__isnull=False)
        .exclude(status=Status.RESOLVED)
        .order_by("customer_id", "-last_message_at")
        .values_list("pk", "customer_id", "created_at")
    )
    found: dict[int, tuple[int, datetime]] = {}
    seen: dict[int, int] = {}
    for pk, customer, began in rows[:MOST_CONVERSATIONS] if len(customers) == 1 else rows:
        seen[customer] = seen.get(customer, 0) + 1
        if seen[customer] <= MOST_CONVERSATIONS:
            found[pk] = (customer, began)
    return found


def _reopened(conversations: Collection[int]) -> dict[int, datetime]:
    """When each was last opened again: what was said before belongs to a matter that was solved."""
    again = Event.objects.filter(conversation_id__in=conversations, type="conversation.reopened")
    return {
        pk: last
        for pk, last in again.values_list("conversation_id").annotate(last=Max("occurred_at"))
        if pk is not None
    }


def _promises(conversations: Collection[int], reopened: Mapping[int, datetime]) -> dict[int, Why]:
    """Conversations with a registered complaint, or with a promise that was not kept since they were opened."""
    late = [
        *SlaClock.objects.filter(
            conversation__in=conversations, state=SlaClock.State.BREACHED, due_at__isnull=False
        ).values_list("conversation_id", "due_at"),
        *Commitment.objects.filter(conversation__in=conversations, state=Commitment.State.BROKEN).values_list(
            "conversation_id", "due_at"
        ),
    ]
    reasons = {
        pk: Why.LATE for pk, due_at in late if due_at and (pk not in reopened or due_at >= reopened[pk])
    }
    complaints = Complaint.objects.filter(conversation__in=conversations, withdrawn_at=None)
    return reasons | dict.fromkeys(complaints.values_list("conversation_id", flat=True), Why.COMPLAINT)


def _understood(conversations: Collection[int], reopened: Mapping[int, datetime]) -> dict[int, Why]:
    """What the customer's messages say, the first reason of each conversation, its newest messages first."""
    heard = (
        Message.objects.filter(
            conversation__in=conversations, direction=Direction.IN, removed_at=None, is_automatic=False
        )
        .order_by("conversation_id", "-occurred_at", "-id")
        .values(
            "conversation_id", "occurred_at", "reading__message_id", "reading__intent", "reading__sentiment", "reading__urgency",
        )
    )  # fmt: skip
    reasons: dict[int, Why] = {}
    closed: set[int] = set()  # those whose matter of before begins
    for row in heard:
        pk = row["conversation_id"]
        if pk in closed or pk in reasons:
            continue
        if (why := reason_of(row)) is not None:
            reasons[pk] = why
        if pk in reopened and row["occurred_at"] < reopened[pk]:
            closed.add(pk)  # this one opened it again: the ones before it are of the matter that was solved
    return reasons


def reason_of(row: Mapping[str, Any]) -> Why | None:
    """Why one message of the customer is a problem, by its reading; None where it is none."""
    if row["reading__message_id"] is None:
        return Why.NOT_READ
    intent = row["reading__intent"]
    if intent == Intent.COMPLAINT:
        return Why.COMPLAINT
    if intent == Intent.CANCELLATION:
        return Why.CANCELLATION
    if intent in _NO_PROBLEM:
        return None
    if (row["reading__urgency"] or 0) >= Urgency.HIGH:
        return Why.URGENT
    return Why.NEGATIVE if row["reading__sentiment"] == Sentiment.NEGATIVE else None


def first_of(problems: Sequence[Problem], *, here: int | None = None) -> Problem:
    """The one to name: that of the conversation at hand, else the oldest."""
    return next((one for one in problems if one.conversation == here), problems[0])
