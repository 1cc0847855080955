"""Reads: queues, counts, threads."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F, Prefetch, Q, QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import (
    Sight,
    access_conversation,
    sees_every_account,
    sight_of,
    visible_condition,
    visible_conversations,
)
from ascolto.conversations.models import Attachment, Conversation, Message, Reaction, Status
from ascolto.kit.clock import now
from ascolto.kit.ids import reference_number
from ascolto.kit.text import clean

__all__ = [
    "BY_TIME",
    "COUNT_CAP",
    "SORTS",
    "VIEWS",
    "BadCursor",
    "Filters",
    "Page",
    "access_conversation",
    "count_views",
    "keys_of",
    "list_conversations",
    "read_thread",
    "register_view",
    "row_of",
    "rows_of",
    "sort_of",
    "visible_conversations",
]

VIEWS = (
    "to_answer",
    "mine",
    "unassigned",
    "promised",
    "public",
    "department",
    "pending",
    "on_hold",
    "resolved",
    "all",
)
BY_TIME = {"to_answer": "due_at", "promised": "promised_for"}  # views with what is due first on top
SORTS = {  # what a list is ordered by: a column, and whether the newest comes first; rows without it come last
    "newest": ("last_message_at", True),
    "oldest": ("last_message_at", False),
    "promise": ("due_at", False),
    "dated": ("promised_for", False),
    "waiting": ("waiting_since", False),
    "began": ("created_at", True),
}
COUNT_CAP = 1000  # counting stops here, so that a count costs the same at a thousand and at a million
ROW = [
    "id",
    "status",
    "priority",
    "subject",
    "customer_id",
    "customer__name",
    "account_id",
    "channels",
    "has_public",
    "with_bot",
    "assignee_id",
    "assignee__name",
    "team_id",
    "team__name",
    "waiting_since",
    "due_at",
    "promised_for",
    "snoozed_until",
    "last_message_at",
    "last_inbound_at",
    "preview",
    "created_at",
    "resolved_at",
    "version",
    "is_spam",
    "merged_into_id",
]


class BadCursor(ValueError):
    """The cursor was not made by us."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list; None does not."""

    status: str | None = None
    channel: str | None = None
    assignee: int | str | None = None  # an agent's id, or "none"
    team: int | None = None
    label: str | None = None
    customer: int | None = None
    account: int | None = None  # the inbox in which it began

    def __post_init__(self) -> None:
        for name in ("status", "channel", "label"):
            if value := getattr(self, name):
                object.__setattr__(
                    self, name, clean(value, 200)
                )  # PostgreSQL refuses some characters altogether


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as plain dicts, each with `number` and `labels`; `next_cursor` is empty on the last page."""

    rows: list[dict[str, Any]]
    next_cursor: str


def cursor_of(value: datetime | None, pk: int) -> str:
    """The cursor of what comes after a row: `value` is what its list is ordered by (None: a row without it)."""
    moment = value.isoformat() if value is not None else ""
    return base64.urlsafe_b64encode(f"{moment}|{pk}".encode()).decode().rstrip("=")


def _after(cursor: str) -> tuple[datetime | None, int]:
    try:
        moment, _, pk = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        parsed = datetime.fromisoformat(moment) if moment else None
        if (parsed is not None and parsed.tzinfo is None) or not 0 < int(pk) < 2**63:
            raise ValueError
        return parsed, int(pk)
    except (ValueError, OverflowError) as error:
        raise BadCursor("This cursor was not made here: begin again without one.") from error


def _in_view(view: str, agent: Agent) -> Q:
    """The condition of a view; spam is only in "all" when asked for by status.

    What became part of another conversation is in none: it is resolved, and nobody waits in it.
    """
    if view == "to_answer":
        awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now())
        return Q(due_at__isnull=False, with_bot=False) & awake
    if view == "mine":
        return Q(assignee_id=agent.pk) & ~Q(status=Status.RESOLVED)
    return _FIXED_VIEWS[view]


_FIXED_VIEWS = {
    "unassigned": Q(assignee__isnull=True) & ~Q(status=Status.RESOLVED),
    "promised": Q(promised_for__isnull=False),
    "public": Q(has_public=True) & ~Q(status=Status.RESOLVED),
    "department": Q(pk__in=[]),  # the room of departments says which wait for one
    "pending": Q(status=Status.PENDING),
    "on_hold": Q(status=Status.ON_HOLD),
    "resolved": Q(status=Status.RESOLVED, merged_into__isnull=True),
    "all": Q(merged_into__isnull=True),
}


def register_view(view: str, condition: Q) -> None:
    """A room above says what a built-in view holds; called at the start. Raises KeyError for one that does not exist."""
    if view not in _FIXED_VIEWS:
        raise KeyError(view)
    _FIXED_VIEWS[view] = condition


def _narrowed(
    rows: QuerySet[Conversation, dict[str, Any]], filters: Filters
) -> QuerySet[Conversation, dict[str, Any]]:
    if filters.status:
        rows = rows.filter(status=filters.status)
        if (
            filters.status != Status.RESOLVED
        ):  # says nothing new, but lets the indexes of open conversations serve
            rows = rows.exclude(status=Status.RESOLVED)
    if filters.channel:
        rows = rows.filter(
            Q(channels=filters.channel)
            | Q(channels__startswith=filters.channel + ",")
            | Q(channels__endswith="," + filters.channel)
            | Q(channels__contains="," + filters.channel + ",")
        )
    if filters.assignee == "none":
        rows = rows.filter(assignee__isnull=True)
    elif filters.assignee is not None:
        rows = rows.filter(assignee_id=int(filters.assignee))
    if filters.team is not None:
        rows = rows.filter(team_id=filters.team)
    if filters.account is not None:
        rows = rows.filter(account_id=filters.account)
    if filters.customer is not None:
        rows = rows.filter(customer_id=filters.customer)
    if filters.label:
        rows = rows.filter(labels__name=filters.label)
    return rows


def sort_of(view: str) -> str:
    """How a view is ordered unless somebody asks for something else."""
    return {"to_answer": "promise", "promised": "dated"}.get(view, "newest")


def list_conversations(
    agent: Agent,
    *,
    view: str = "all",
    filters: Filters | None = None,
    among: Q | None = None,
    sort: str = "",
    cursor: str = "",
    limit: int = 50,
    visible: Q | None = None,
) -> Page:
    """One page of what the agent may see; `among`: of those alone. `sort`: one of SORTS; empty: as the view has it. `visible`:
    visible_condition(agent), when the caller has it already.

    "to_answer" has the promise due first, "promised" the dated promise due first, every other view the newest activity first.
    Raises BadCursor, and KeyError for an unknown view or sort.
    """
    rows = _chosen(_rows(), agent, view, filters, among)
    rows = rows.filter(visible_condition(agent) if visible is None else visible)
    key, is_newest_first = SORTS[sort or sort_of(view)]
    if cursor:
        there = _is_always_there(key, view)
        rows = _beyond(rows, key, *_after(cursor), is_newest_first=is_newest_first, is_always_there=there)
    found = list(rows.order_by(*_order(key, view, is_newest_first))[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return Page(_with_labels(found[:limit]), cursor_of(last[key], last["id"]) if last else "")


def keys_of(
    agent: Agent,
    *,
    view: str = "all",
    filters: Filters | None = None,
    among: Q | None = None,
    sort: str = "",
    visible: Q | None = None,
) -> list[datetime | None]:
    """What the first COUNT_CAP rows of such a list are ordered by: one query, for the numbers of its groups."""
    rows = _chosen(Conversation.objects.values(*ROW[:1]), agent, view, filters, among)
    rows = rows.filter(visible_condition(agent) if visible is None else visible)
    key, is_newest_first = SORTS[sort or sort_of(view)]
    order = _order(key, view, is_newest_first)
    return list(rows.order_by(*order).values_list(key, flat=True)[:COUNT_CAP])


def _chosen(
    rows: QuerySet[Conversation, dict[str, Any]],
    agent: Agent,
    view: str,
    filters: Filters | None,
    among: Q | None,
) -> QuerySet[Conversation, dict[str, Any]]:
    rows = _narrowed(rows.filter(_in_view(view, agent)), filters or Filters())
    return rows if among is None else rows.filter(among)


def _is_always_there(key: str, view: str) -> bool:
    """Whether no row of the view lacks the key: then the plain order has an index."""
    return BY_TIME.get(view) == key or key in {"last_message_at", "created_at"}


def _order(key: str, view: str, is_newest_first: bool) -> tuple[Any, ...]:
    if is_newest_first:
        return (f"-{key}", "-id")
    return (key, "id") if _is_always_there(key, view) else (F(key).asc(nulls_last=True), "id")


def _beyond(
    rows: QuerySet[Conversation, dict[str, Any]],
    key: str,
    moment: datetime | None,
    pk: int,
    *,
    is_newest_first: bool,
    is_always_there: bool,
) -> QuerySet[Conversation, dict[str, Any]]:
    """What comes after a place in the list."""
    if moment is None:  # among those without the key, which are the last
        return rows.filter(**{f"{key}__isnull": True, "id__gt": pk})
    side = "lt" if is_newest_first else "gt"
    after = Q(**{f"{key}__{side}": moment}) | Q(**{key: moment, f"id__{side}": pk})
    if is_always_there:
        # the first condition lets the index begin at the right place, the second decides among equal times
        return rows.filter(**{f"{key}__{side}e": moment}).filter(after)
    return rows.filter(after | Q(**{f"{key}__isnull": True}))


@cache
def _rows() -> QuerySet[Conversation, dict[str, Any]]:
    """Every row; the query with its joins is put together once, lists narrow a copy."""
    return Conversation.objects.values(*ROW)


def _read(
    rows: QuerySet[Conversation, dict[str, Any]], sight: Sight, order: tuple[str, ...], limit: int
) -> list[dict[str, Any]]:
    if not sees_every_account(sight):
        rows = rows.filter(sight.condition())
    return list(rows.order_by(*order)[:limit])


def _with_labels(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    labels = _labels_of([row["id"] for row in rows])
    for row in rows:
        row["number"] = reference_number(row["id"])
        row["labels"] = labels.get(row["id"], [])
        row["channels"] = row["channels"].split(",") if row["channels"] else []
    return rows


def _labels_of(conversations: list[int]) -> dict[int, list[str]]:
    """The names of their labels in order. Plain SQL: putting this query together anew cost more than running it."""
    found: dict[int, list[str]] = {}
    if not conversations:
        return found
    marks = ", ".join(["%s"] * len(conversations))
    query = (
        "SELECT link.conversation_id, label.name FROM conversations_conversation_labels link"  # noqa: S608 - only marks
        " JOIN conversations_label label ON label.id = link.label_id"
        f" WHERE link.conversation_id IN ({marks}) ORDER BY label.name"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, conversations)
        for conversation, name in cursor.fetchall():
            found.setdefault(conversation, []).append(name)
    return found


def row_of(agent: Agent, pk: int, *, view: str = "all", among: Q | None = None) -> dict[str, Any] | None:
    """One row of a list, or None when the conversation is not (any more) in the view (`among`: those) or not visible."""
    rows = _rows().filter(_in_view(view, agent), pk=pk)
    if among is not None:
        rows = rows.filter(among)
    found = _read(rows, sight_of(agent), ("id",), 1)
    return _with_labels(found)[0] if found else None


def rows_of(chosen: QuerySet[Conversation]) -> list[dict[str, Any]]:
    """Rows, as a list has them, of conversations that the caller has been allowed already."""
    return _with_labels(list(chosen.values(*ROW)))


def count_views(agent: Agent, views: Iterable[str] = VIEWS, *, visible: Q | None = None) -> dict[str, int]:
    """How many conversations each view holds, counted up to COUNT_CAP; "resolved" and "all" are not counted."""
    seen = visible_condition(agent) if visible is None else visible
    counts = {}
    for view in views:
        if view not in {"resolved", "all"}:
            rows = Conversation.objects.filter(_in_view(view, agent) & seen)
            counts[view] = rows.order_by()[:COUNT_CAP].count()
    return counts


def read_thread(
    conversation: Conversation, *, after_id: int | None = None, limit: int = 200
) -> list[Message]:
    """The newest `limit` messages, oldest first, with everything a screen shows; `after_id`: only later ones (by id)."""
    rows = (
        Message.objects.filter(conversation=conversation)
        .select_related("agent", "identity", "account")
        .prefetch_related(
            "attachments",
            Prefetch("reactions", Reaction.objects.exclude(emoji="").select_related("identity")),
        )
    )
    if after_id is not None:
        return list(rows.filter(pk__gt=after_id).order_by("id")[:limit])
    return list(reversed(rows.order_by("-occurred_at", "-id")[:limit]))


def access_attachment(agent: Agent, pk: int) -> Attachment:
    """A file of a conversation the agent may see, or one they uploaded themselves. Raises Attachment.DoesNotExist."""
    attachment = Attachment.objects.select_related("message").get(pk=pk)
    if attachment.message is None:
        if attachment.uploader_id != agent.pk:
            raise Attachment.DoesNotExist
        return attachment
    if not visible_conversations(agent).filter(pk=attachment.message.conversation_id).exists():
        raise Attachment.DoesNotExist
    return attachment
