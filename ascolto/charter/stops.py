"""What was stopped, and what a person did all the same: written down where the page and the log tell it.

A refusal rolls back what was attempted, so it is noted by whoever asked, outside of that transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.charter.models import Stop
from ascolto.conversations.models import Conversation, Direction, Message
from ascolto.events.log import actor_of, emit_all, make_event
from ascolto.events.models import Event
from ascolto.gates import Gate, Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.kit.text import excerpt as shortened

ONE_DRAFT = timedelta(minutes=30)  # trying again within it, before anything was sent, is the same draft
UNGUARDED = frozenset({"channel"})  # guards a gate without being a guarantee of the Charter


def note_refused(
    refused: Refused,
    *,
    agent: Agent | None,
    conversation: Conversation | None,
    excerpt: str = "",
    gate: Gate = Gate.SEND,
) -> bool:
    """Write down that a guarantee stopped something; `excerpt`: of what was attempted. Once a draft, not once a try.

    Whether it was written: a refusal that no guarantee of the Charter made is nobody's stop.
    """
    if not refused.guarantee or refused.guarantee in UNGUARDED or refused.code == "gate_unguarded":
        return False
    if _is_noted(refused, agent, conversation):
        return False
    _save(_stop(refused, gate, agent, conversation.pk if conversation else None, excerpt))
    return True


def note_refusals(
    refused: Sequence[tuple[Refused, int | None]], *, agent: Agent | None, gate: Gate, excerpt: str = ""
) -> None:
    """Write down many refusals of one question, each with the conversation whose problem it is."""
    _save(*(_stop(one, gate, agent, conversation, excerpt) for one, conversation in refused))


def note_override(gate: Gate, guarantee: str, reason: str, refused: Refused, attempt: Any) -> None:
    """A person set a guarantee aside: in the transaction of what they did."""
    conversation = getattr(attempt, "conversation", None)
    pk = conversation.pk if conversation is not None else None
    refused.guarantee = refused.guarantee or guarantee
    _save(_stop(refused, gate, getattr(attempt, "agent", None), pk, getattr(attempt, "text", ""), reason))


def _is_noted(refused: Refused, agent: Agent | None, conversation: Conversation | None) -> bool:
    if conversation is None:
        return False
    since = now() - ONE_DRAFT
    sent = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, agent=agent, occurred_at__gte=since
    ).order_by("-occurred_at")
    last = sent.values_list("occurred_at", flat=True).first()
    return Stop.objects.filter(
        guarantee=refused.guarantee,
        code=refused.code,
        conversation=conversation,
        agent=agent,
        is_override=False,
        at__gte=max(since, last) if last else since,
    ).exists()


def _told(refused: Refused, text: str) -> str:
    """The part of the text that was refused, where it is known."""
    start, end = refused.place.get("start"), refused.place.get("end")
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
        text = text[start:end]
    return shortened(clean(text), 300)


@transaction.atomic
def _save(*rows: Stop) -> None:
    Stop.objects.bulk_create(rows)
    emit_all([_event(row) for row in rows])


def _stop(
    refused: Refused, gate: Gate, agent: Agent | None, conversation: int | None, text: str, reason: str = ""
) -> Stop:
    return Stop(
        guarantee=refused.guarantee[:30],
        gate=str(gate),
        code=refused.code[:60],
        conversation_id=conversation,
        agent=agent,
        excerpt=_told(refused, text),
        reason=shortened(clean(reason), 500),
        is_override=bool(reason),
    )


def _event(row: Stop) -> Event:
    said: dict[str, Any] = {"guarantee": row.guarantee, "gate": row.gate, "code": row.code}
    if row.is_override:
        said["reason"] = row.reason
    return make_event(
        "charter.overridden" if row.is_override else "charter.stopped",
        actor=actor_of(row.agent),
        conversation=row.conversation_id,
        **said,
    )
