"""Answers that were given outside the desk: seen as an echo, or noted by whoever gave them on the network's own page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.conversations.models import Author, Conversation, Delivery, Direction, Message
from ascolto.conversations.promises import end_waiting
from ascolto.conversations.reach import reaches
from ascolto.events.log import actor_of, emit
from ascolto.gates import Refused
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt


def keep_echo(parent: Message, echo: Mapping[str, Any], occurred_at: datetime) -> Message | None:
    """The parked echo of an answer to a message that is here now; None when it is known already."""
    known = Message.objects.filter(account_id=parent.account_id, external_id=echo["id"])
    if known.exists():
        return None
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=parent.conversation_id)
    message = Message.objects.create(
        conversation=conversation,
        account_id=parent.account_id,
        direction=Direction.OUT,
        visibility=echo["visibility"],
        author_kind=Author.AGENT,
        identity_id=parent.identity_id,
        in_reply_to=parent,
        kind=echo["kind_of"],
        text=echo["text"],
        external_id=echo["id"],
        delivery=Delivery.SENT,
        extra={**echo["extra"], "echo": True},
        occurred_at=min(occurred_at, now()),
    )
    if conversation.waiting_since is not None and conversation.waiting_since <= message.occurred_at:
        end_waiting(conversation)
    _last(conversation, message)
    conversation.save()
    emit(
        "message.received",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=message.account_id,
        message=message.pk,
        channel=echo["channel"],
        visibility=message.visibility,
        automatic=False,
        echo=True,
    )
    return message


@transaction.atomic
def note_answered_outside(*, agent: Agent, conversation: Conversation, text: str = "") -> Message:
    """A person answered on the network's own page, since the network takes no answers from here: the customer waits no more.

    `text` may repeat what was answered. Raises Refused when nothing of this conversation came by a channel.
    """
    current = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
    way = next(iter(reaches(current)), None)
    if way is None:
        raise Refused("no_way", "The customer has not written on any channel in this conversation.")
    message = Message.objects.create(
        conversation=current,
        account=way.account,
        direction=Direction.OUT,
        visibility=way.visibility,
        author_kind=Author.AGENT,
        agent=agent,
        identity_id=way.identity_id,
        in_reply_to_id=way.answers_id,
        kind="outside",
        text=clean(text, 20_000).strip(),
    )
    end_waiting(current)
    _last(current, message)
    current.save()
    conversation.refresh_from_db()
    emit(
        "message.added",
        actor=actor_of(agent),
        conversation=current.pk,
        customer=current.customer_id,
        account=message.account_id,
        message=message.pk,
        visibility=message.visibility,
        channel=way.account.kind,
    )
    return message


def _last(conversation: Conversation, message: Message) -> None:
    if message.occurred_at >= conversation.last_message_at:
        conversation.preview = excerpt(message.text, 200) or conversation.preview
    conversation.last_message_at = max(conversation.last_message_at, message.occurred_at)
    conversation.version += 1
