"""Who writes an answer in a conversation just now. Whoever writes holds it for EXPIRY after their last letter; it hinders nobody,
it is said to others before they send.

One heartbeat serves this and who reads: conversations/attending.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.conversations.attending import EXPIRY, WRITING, Beat, Present, attend, present
from ascolto.conversations.models import Conversation, Visibility
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now

__all__ = ["EXPIRY", "hold_writing", "take_over_writing", "writers_of"]


def writers_of(conversation: Conversation, *, but: Agent | None = None) -> Sequence[Present]:
    """Who writes there now, without `but`."""
    return [
        one
        for one in present([conversation.pk])
        if one.state == WRITING and (but is None or one.agent != but.pk)
    ]


def hold_writing(agent: Agent, conversation: Conversation, mode: str) -> None:
    """Somebody wrote an answer, as their draft shows. A note is no answer: two may write notes."""
    if mode != Visibility.NOTE:
        attend([Beat(agent.pk, conversation.pk, WRITING, now())])


@transaction.atomic
def take_over_writing(agent: Agent, conversation: Conversation) -> int:
    """Answer although others write; they are told at once that they need not go on. Returns how many there are."""
    others = [one.agent for one in writers_of(conversation, but=agent)]
    if others:
        emit(
            "reply.taken_over",
            actor=actor_of(agent),
            conversation=conversation.pk,
            customer=conversation.customer_id,
            account=conversation.account_id,
            from_agents=others,
        )
    return len(others)
