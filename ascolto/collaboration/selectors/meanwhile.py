"""What happened in a conversation since somebody read it: shown to whoever is about to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation, Direction, Message, Visibility
from ascolto.conversations.opening import agent_of
from ascolto.events.models import Event
from ascolto.gates import Refused
from ascolto.kit.text import excerpt

SHOWN = 10
SAID = 240  # characters of each
_CHANGES = {
    "conversation.status_changed": "status",
    "conversation.assigned": "holder",
    "conversation.snoozed": "snoozed",
    "conversation.handed_off": "holder",
}


@dataclass(frozen=True, slots=True)
class Since:
    """One thing that is new: a message (with its id) or a change."""

    at: datetime
    kind: str  # customer, colleague, note, status, holder, snoozed
    who: str
    text: str
    message: int | None = None
    is_mine: bool = False


def meanwhile(request: HttpRequest, conversation: Conversation, refused: Refused) -> dict[str, Any]:
    """For the page that shows a refusal: what is new, where somebody else answered while this was written."""
    if refused.code != "answered_meanwhile":
        return {}
    text = request.POST.get("seen", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    changes = changed_since(agent_of(request), conversation, seen) if seen else []
    return {"changes": changes, "number": conversation.number}


def changed_since(agent: Agent, conversation: Conversation, seen: int) -> list[Since]:
    """Messages and notes of others after the message `seen`, and what was changed since; oldest first, at most SHOWN."""
    place = Message.objects.filter(conversation=conversation, pk=seen).values_list("created_at", flat=True)
    since = place.first()
    rows = Message.objects.filter(conversation=conversation, pk__gt=seen, removed_at=None)
    said = rows.exclude(agent=agent).select_related("agent").order_by("-pk")[:SHOWN]
    found = [_said(message, conversation) for message in said]
    if since is not None:
        found += _changes(agent, conversation, since)
    return sorted(found, key=lambda one: one.at)[-SHOWN:]


def _said(message: Message, conversation: Conversation) -> Since:
    if message.direction == Direction.IN:
        kind, who = "customer", conversation.customer.name or _("Customer")
    else:
        kind = "note" if message.visibility == Visibility.NOTE else "colleague"
        who = message.agent.name if message.agent else "Ascolto"
    return Since(message.created_at, kind, who, excerpt(message.text, SAID), message.pk)


def _changes(agent: Agent, conversation: Conversation, since: datetime) -> list[Since]:
    rows = Event.objects.filter(conversation_id=conversation.pk, type__in=_CHANGES, occurred_at__gt=since)
    events = list(rows.exclude(actor_kind="agent", actor_id=agent.pk).order_by("-id")[:SHOWN])
    people = _named(events)
    return [
        Since(event.occurred_at, _CHANGES[event.type], people.get(event.actor_id or 0, "Ascolto"), _words(event, people))
        for event in events
    ]  # fmt: skip


def _named(events: list[Event]) -> dict[int, str]:
    ids = {event.actor_id for event in events if event.actor_kind == "agent"}
    ids |= {event.data.get("assignee") or event.data.get("to_agent") for event in events}
    wanted = [pk for pk in ids if pk]
    return dict(Agent.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def _words(event: Event, people: dict[int, str]) -> str:
    if _CHANGES[event.type] == "status":
        names = {
            "open": _("Open"),
            "pending": _("Waits for the customer"),
            "on_hold": _("Waits for a department"),
            "resolved": _("Resolved"),
        }
        return names.get(event.data.get("status", ""), "")
    if _CHANGES[event.type] == "snoozed":
        return _("Snoozed") if event.data.get("until") else _("Back in the queue")
    holder = people.get(event.data.get("assignee") or event.data.get("to_agent") or 0)
    return _("Held by %(name)s") % {"name": holder} if holder else _("Nobody has it now")
