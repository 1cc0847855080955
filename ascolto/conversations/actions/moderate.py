"""What the company did to a public message on its network."""

from __future__ import annotations

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Message, MessageRevision
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now


def note_moderated(*, agent: Agent, message: Message, verb: str) -> Message:
    """Note that a message was hidden, shown again, liked or deleted. What a deleted one said stays readable here."""
    current = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    changes = {"hide": {"hidden": True}, "show": {"hidden": False}, "like": {"liked": True}}
    current.extra = {**current.extra, **changes.get(verb, {})}
    if verb == "delete" and current.removed_at is None:
        MessageRevision.objects.create(message=current, text=current.text)
        current.text, current.html, current.removed_at = "", "", now()
        current.extra["removed_by_us"] = True
    current.save(update_fields=["extra", "text", "html", "removed_at"])
    emit(
        "message.moderated",
        actor=actor_of(agent),
        conversation=current.conversation_id,
        customer=current.conversation.customer_id,
        account=current.account_id,
        message=current.pk,
        verb=verb,
    )
    return current
