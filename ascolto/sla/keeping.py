"""What the log says about dated promises: somebody wrote, an answer failed or left after all, a conversation changed hands.

A batch costs a constant number of queries; seeing an event again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ascolto.conversations.models import Message, Visibility
from ascolto.events.models import Event
from ascolto.sla.actions.commitments import propose
from ascolto.sla.actions.verdicts import owners_follow, settle_commitments

READER = "dated promises"
_OUTCOMES = {"message.delivery_failed", "message.resent", "message.removed", "message.withdrawn"}


def follow(events: Sequence[Event]) -> None:
    """Read a batch of the log; called in a transaction."""
    written = [event.data["message"] for event in events if _is_written(event)]
    touched = {event.conversation_id for event in events if _is_written(event) or event.type in _OUTCOMES}
    if written:
        rows = Message.objects.filter(pk__in=written, removed_at=None).select_related("conversation")
        propose(rows.order_by("pk").defer("html", "conversation__subject"))
    if conversations := [pk for pk in touched if pk is not None]:
        settle_commitments(conversations)
    if owners := _owners(events):
        owners_follow(owners)


def _is_written(event: Event) -> bool:
    """Whether a person of the company may have written to a customer: from the desk, or on the network itself."""
    if event.type == "message.added":
        return event.actor_kind == "agent" and event.data.get("visibility") != Visibility.NOTE
    return event.type == "message.received" and bool(event.data.get("echo"))


def _owners(events: Sequence[Event]) -> dict[int, int]:
    """Who has each conversation after these events; nobody is no owner: the promise stays with who made it."""
    return {
        event.conversation_id: event.data["assignee"]
        for event in events
        if event.type == "conversation.assigned" and event.conversation_id and event.data.get("assignee")
    }
