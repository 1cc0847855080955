"""An answer was taken back before it left: what it promised was never said, and who waited goes on waiting."""

from __future__ import annotations

from ascolto.accounts.models import Agent
from ascolto.conversations.actions.withdrawing import Withdrawn
from ascolto.conversations.models import Message
from ascolto.events.log import actor_of, emit_all, make_event
from ascolto.sla.actions.settle import settle
from ascolto.sla.actions.verdicts import settle_commitments
from ascolto.sla.models import Commitment


def forget_promises_of(agent: Agent, message: Message) -> None:
    """Withdraw the dates that the message promised; their rows end with it."""
    rows = Commitment.objects.filter(
        message=message, state__in=(Commitment.State.OPEN, Commitment.State.KEPT)
    )
    emit_all(
        make_event(
            "commitment.withdrawn",
            actor=actor_of(agent),
            conversation=message.conversation_id,
            customer=message.conversation.customer_id,
            account=message.conversation.account_id,
            commitment=row.pk,
            reason="",
        )
        for row in rows
    )


def settle_without(gone: Withdrawn) -> None:
    """Compute clocks and dated promises again, at once: the queue must not show for a moment that nobody waits."""
    settle([gone.conversation.pk])
    settle_commitments([gone.conversation.pk])
