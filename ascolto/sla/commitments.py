"""Dated promises, read: what a text promises, those of a customer, those under a message, those that are due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import visible_conversations
from ascolto.conversations.models import Author, Delivery, Direction, Message, Visibility
from ascolto.kit.clock import now
from ascolto.sla.at_hand import at_hand
from ascolto.sla.dated import Dated, monday_to_friday, promised_dates
from ascolto.sla.judging import Wrote
from ascolto.sla.models import Commitment
from ascolto.sla.opening import Calendar, Timetable

State = Commitment.State
LIVE = (State.PROPOSED, State.OPEN)
DAY_ENDS = "18:00"  # where the calendar has no end of the day: open day and night, or closed today
MOST_SHOWN = 30
_MAX_MINUTES = 1439


class BadCursor(ValueError):
    """The cursor is not one of ours."""


def promises_in(text: str, at: datetime, timetable: Timetable | None = None) -> list[Dated]:
    """What a text that is sent at this moment promises, by the company's own calendar (`timetable`, where the caller has it)."""
    calendar = (timetable or own_timetable()).calendar_at(at)
    return promised_dates(
        text,
        now=at,
        time_zone=calendar.zone,
        day_ends=_day_ends(calendar, at.astimezone(calendar.zone).date()),
        working_day=monday_to_friday if calendar.is_always else lambda day, n: _working_day(calendar, day, n),
    )


def own_timetable() -> Timetable:
    """When the company works, as everybody is promised."""
    return at_hand().everybodys.timetable


def _day_ends(calendar: Calendar, day: date) -> str:
    spans = () if calendar.is_always else calendar.spans(day)
    end = min(max((span.end for span in spans), default=0), _MAX_MINUTES)
    return f"{end // 60:02d}:{end % 60:02d}" if end else DAY_ENDS


def _working_day(calendar: Calendar, day: date, count: int) -> date:
    """The day that is `count` open days later; by the week alone where the calendar is shut for very long."""
    at, left = day, count
    for _ in range(min(count, 400) * 7 + 60):
        if left <= 0:
            return at
        at += timedelta(days=1)
        left -= bool(calendar.spans(at))
    return monday_to_friday(day, count)


def is_from_a_person(message: Message) -> bool:
    """Whether a person of the company wrote it to the customer."""
    return (
        message.direction == Direction.OUT
        and message.author_kind == Author.AGENT
        and not message.is_automatic
        and message.visibility != Visibility.NOTE
    )


def written_to(conversations: Collection[int], since: datetime) -> dict[int, list[Wrote]]:
    """What people wrote to the customers of these conversations, unless it failed."""
    rows = Message.objects.filter(
        conversation__in=conversations,
        direction=Direction.OUT,
        author_kind=Author.AGENT,
        is_automatic=False,
        occurred_at__gte=since,
    ).exclude(Q(visibility=Visibility.NOTE) | Q(delivery=Delivery.FAILED))
    found: defaultdict[int, list[Wrote]] = defaultdict(list)
    for pk, conversation, at in rows.values_list("pk", "conversation_id", "occurred_at"):
        found[conversation].append(Wrote(pk, at))
    return found


def visible_commitments(agent: Agent) -> QuerySet[Commitment]:
    """The promises in conversations that this person may see."""
    return Commitment.objects.filter(conversation__in=visible_conversations(agent).values("pk"))


def access_commitment(agent: Agent, pk: int) -> Commitment:
    """A promise that this person may see. Raises Commitment.DoesNotExist."""
    return visible_commitments(agent).select_related("conversation", "message", "owner").get(pk=pk)


def commitments_of_customer(agent: Agent, customer: int) -> list[Commitment]:
    """Everything that was promised to a customer, as far as this person may see it: what is due first, then the past from the newest."""
    rows = visible_commitments(agent).filter(conversation__customer=customer)
    rows = rows.select_related("conversation", "owner").exclude(state=State.WITHDRAWN, reason="")
    coming = list(rows.filter(state__in=LIVE).order_by("due_at", "pk")[:MOST_SHOWN])
    past = rows.exclude(state__in=LIVE).order_by("-due_at", "-pk")
    return coming + list(past[: MOST_SHOWN - len(coming)])


def bubble_promises(message_ids: Iterable[int]) -> dict[int, list[Commitment]]:
    """The promises under each of these messages, by its id: one query."""
    found: defaultdict[int, list[Commitment]] = defaultdict(list)
    rows = Commitment.objects.filter(message__in=list(message_ids)).exclude(state=State.WITHDRAWN)
    for row in rows.order_by("due_at", "pk"):
        if row.message_id is not None:
            found[row.message_id].append(row)
    return dict(found)


def next_promised(conversations: Iterable[int]) -> dict[int, datetime]:
    """The next date by which somebody said that they would write, by conversation: one query."""
    rows = Commitment.objects.filter(conversation__in=list(conversations), state=State.OPEN)
    return dict(rows.order_by("-due_at").values_list("conversation_id", "due_at"))  # the earliest comes last


@dataclass(frozen=True, slots=True)
class Asked:
    """Which promises a list shows."""

    states: Sequence[str] = ()
    owner: int | None = None
    due_before: datetime | None = None
    conversation: int | None = None


def list_commitments(agent: Agent, asked: Asked, cursor: str, limit: int) -> tuple[list[Commitment], str]:
    """A page of promises that this person may see, by when they are due, and the cursor of the next. Raises BadCursor."""
    rows = visible_commitments(agent).select_related("conversation", "owner").order_by("due_at", "pk")
    if asked.states:
        rows = rows.filter(state__in=asked.states)
    if asked.owner is not None:
        rows = rows.filter(owner=asked.owner)
    if asked.due_before is not None:
        rows = rows.filter(due_at__lt=asked.due_before)
    if asked.conversation is not None:
        rows = rows.filter(conversation=asked.conversation)
    if cursor:
        at, pk = _read_cursor(cursor)
        rows = rows.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=pk))
    page = list(rows[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    return page, f"{page[-1].due_at.isoformat()}_{page[-1].pk}" if more and page else ""


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    moment, _, pk = cursor.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not (pk.isascii() and pk.isdigit() and len(pk) <= 18):
            raise ValueError
    except ValueError:
        raise BadCursor(cursor) from None
    return at, int(pk)


def draft_promises(text: str) -> list[Dated]:
    """What the text in the composer promises if it is sent now."""
    return promises_in(text, now())
