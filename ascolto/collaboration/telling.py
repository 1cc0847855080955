"""How this room says what happened: events of a conversation, with its customer and inbox."""

from __future__ import annotations

from typing import Any

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Conversation
from ascolto.events.log import actor_of, emit


def tell(event_type: str, agent: Agent | None, conversation: Conversation, **data: Any) -> None:
    """Write one event about a conversation into the log, in the caller's transaction."""
    emit(
        event_type,
        actor=actor_of(agent),
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=conversation.account_id,
        **data,
    )
