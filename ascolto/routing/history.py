"""Who had a conversation from when to when, and why: rows made of the log, so that it does not matter who assigned it where."""

from __future__ import annotations

from collections.abc import Sequence

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation
from ascolto.events.models import Event
from ascolto.routing.models import Assignment

_HOWS = frozenset(Assignment.How.values)


def keep_history(events: Sequence[Event]) -> None:
    """A reader of the log: end what ended, begin what began. Five queries, however many events."""
    changes = [event for event in events if event.type == "conversation.assigned" and event.conversation_id]
    if not changes:
        return
    there = set(
        Conversation.objects.filter(pk__in={event.conversation_id for event in changes}).values_list(
            "pk", flat=True
        )
    )
    people = set(Agent.objects.filter(pk__in=_people(changes)).values_list("pk", flat=True))
    rows = Assignment.objects.select_for_update().filter(conversation__in=there, ended_at__isnull=True)
    holds = {row.conversation_id: row for row in rows}
    ended: list[Assignment] = []
    begun: list[Assignment] = []
    for event in changes:
        if event.conversation_id not in there:
            continue
        before, agent = holds.get(event.conversation_id), event.data.get("assignee")
        if before is not None and before.agent_id == agent:
            continue
        if before is not None:
            before.ended_at = max(event.occurred_at, before.began_at)
            ended.append(holds.pop(event.conversation_id))
        if agent in people:
            holds[event.conversation_id] = _begun(event, people)
            begun.append(holds[event.conversation_id])
    Assignment.objects.bulk_update([row for row in ended if row.pk], ["ended_at"], batch_size=200)
    Assignment.objects.bulk_create(begun)


def _people(changes: Sequence[Event]) -> set[int]:
    found = {event.data.get("assignee") for event in changes}
    found |= {event.actor_id for event in changes if event.actor_kind == "agent"}
    return {pk for pk in found if isinstance(pk, int)}


def _begun(event: Event, people: set[int]) -> Assignment:
    how = str(event.data.get("how") or "")
    by = event.actor_id if event.actor_kind == "agent" and event.actor_id in people else None
    if by == event.data["assignee"] and how == Assignment.How.ASSIGNED:
        how = Assignment.How.TAKEN
    return Assignment(
        conversation_id=event.conversation_id or 0,
        agent_id=event.data["assignee"],
        by_id=by,
        how=how if how in _HOWS else Assignment.How.ASSIGNED,
        why=list(event.data.get("why") or []),
        began_at=event.occurred_at,
    )
