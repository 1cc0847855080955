"""The log of the house: who changed what, from what to what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from ascolto.accounts.models import Agent
from ascolto.api import documents
from ascolto.api import log_documents as ld
from ascolto.api.bodies import Cursor, Id, Limit
from ascolto.api.problems import Problem
from ascolto.api.routing import Answer, Call
from ascolto.conversations.selectors import BadCursor
from ascolto.events.models import Event


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """`type`: what the name begins with, for example "role." or "channel.changed". `by`: the id of an agent."""

    type: Annotated[str, Meta(max_length=60, pattern=r"^[a-z_.]*$")] = ""
    by: Id | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: Limit = 50
    cursor: Cursor = ""


def list_log(call: Call) -> Answer:
    """What happened in the house, the newest first. For who may read the log."""
    if not call.agent.may("log.see"):
        raise Problem("not-allowed", "You may not read the log.")
    query: LogQuery = call.query
    rows = Event.objects.filter(conversation_id=None, customer_id=None, type__startswith=query.type)
    if query.by is not None:
        rows = rows.filter(actor_kind="agent", actor_id=query.by)
    if query.since is not None:
        rows = rows.filter(occurred_at__gte=query.since)
    if query.until is not None:
        rows = rows.filter(occurred_at__lt=query.until)
    if query.cursor:
        rows = rows.filter(pk__lt=_before(query.cursor))
    found = list(rows.order_by("-pk")[: query.limit + 1])
    more = str(found[query.limit - 1].pk) if len(found) > query.limit else None
    page = found[: query.limit]
    names = dict(
        Agent.objects.filter(pk__in={e.actor_id for e in page if e.actor_kind == "agent"}).values_list(
            "pk", "name"
        )
    )
    return Answer(ld.LogEntryList([_entry(event, names) for event in page], documents.Meta(more)))


def _before(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCursor("This cursor was not made here: begin again without one.")
    return int(cursor)


def _entry(event: Event, names: dict[int, str]) -> ld.LogEntry:
    data = dict(event.data)
    changes = data.pop("changes", None)
    by = None
    if event.actor_kind == "agent" and event.actor_id is not None:
        by = documents.Reference(event.actor_id, names.get(event.actor_id, ""))
    told = changes if isinstance(changes, dict) else {}
    return ld.LogEntry(event.pk, event.occurred_at, event.type, by, event.account_id, data, told)
