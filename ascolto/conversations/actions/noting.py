"""Take back or change a note of one's own, for a while; what it said before stays readable."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Message, MessageRevision, Visibility
from ascolto.conversations.noted import note_written
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean

CHANGEABLE = timedelta(minutes=15)


def may_change_note(agent: Agent, *, author: int | None, is_note: bool, at: datetime) -> bool:
    """Whether the note is theirs and young enough. Messages to customers are never changed here."""
    return is_note and author == agent.pk and now() - at <= CHANGEABLE


@transaction.atomic
def change_note(*, agent: Agent, note: Message, text: str) -> bool:
    """Let the note say this. Whether it differed. Raises Refused when it is somebody else's, too old, removed or would be empty."""
    current = _own(agent, note)
    text = clean(text).strip()
    if not text and not current.attachments.exists():
        raise Refused("empty", "The note is empty.", fix="Write something or attach a file.")
    if text == current.text:
        return False
    _remember(current)
    current.text, current.edited_at = text, now()
    current.save(update_fields=["text", "edited_at"])
    _tell("message.edited", agent, current)
    note_written(current)
    return True


@transaction.atomic
def remove_note(*, agent: Agent, note: Message) -> None:
    """Take it back: colleagues see that there was one, and when. Raises Refused as change_note."""
    current = _own(agent, note)
    _remember(current)
    current.text, current.removed_at = "", now()
    current.save(update_fields=["text", "removed_at"])
    _tell("message.removed", agent, current)
    note_written(current)


def _own(agent: Agent, note: Message) -> Message:
    current = Message.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=note.pk)
    is_note = current.visibility == Visibility.NOTE and current.removed_at is None
    if not may_change_note(agent, author=current.agent_id, is_note=is_note, at=current.created_at):
        raise Refused(
            "not_yours_now",
            "Only your own note can be changed, within 15 minutes.",
            fix="Write another one.",
        )
    return current


def _remember(note: Message) -> None:
    MessageRevision.objects.create(message=note, text=note.text, replaced_at=now())


def _tell(event_type: str, agent: Agent, note: Message) -> None:
    emit(
        event_type,
        actor=actor_of(agent),
        conversation=note.conversation_id,
        customer=note.conversation.customer_id,
        account=note.conversation.account_id,
        message=note.pk,
    )
