"""Messages whose present state a network tells again and again (reviews): what changed since is an edit by their author."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ascolto.conversations.actions.placing import Received, by_account
from ascolto.conversations.models import Conversation, Message, MessageRevision, Status
from ascolto.conversations.promises import promise_answer
from ascolto.events.log import emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean, excerpt


def revise(items: Sequence[Received]) -> None:
    """Bring known messages to the state that their author gave them. Call it in a transaction.

    A later state replaces the text and wants an answer again; an earlier one that comes late only joins the history.
    """
    if not items:
        return
    rows = Message.objects.select_related("conversation").filter(by_account({item.key for item in items}))
    known = {(message.account_id, message.external_id): message for message in rows}
    for item in sorted(items, key=lambda each: each.message.revised_at or each.message.occurred_at):
        message, revised_at = known.get(item.key), item.message.revised_at
        if message is None or revised_at is None or message.removed_at is not None:
            continue
        current, text = message.edited_at or message.occurred_at, clean(item.message.text)
        if revised_at > current:
            _replace(message, item, text, revised_at)
        elif revised_at < current and text != message.text:
            _remember(message, text, current)


def _replace(message: Message, item: Received, text: str, revised_at: datetime) -> None:
    extra = {**message.extra, **item.message.extra}
    rated = message.extra.get("rating")
    if rated is not None and extra.get("rating") != rated:
        extra["rating_before"] = rated
    said_the_same = text == message.text and extra.get("rating") == message.extra.get("rating")
    if text != message.text:
        _remember(message, message.text, revised_at)
    message.text, message.extra, message.edited_at = text, extra, revised_at
    message.save(update_fields=["text", "extra", "edited_at"])
    if said_the_same:
        return
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=message.conversation_id)
    if _is_for_us(message, item, revised_at):
        _wants_an_answer(conversation, message, revised_at)
    emit(
        "message.edited",
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=message.account_id,
        message=message.pk,
    )


def _is_for_us(message: Message, item: Received, revised_at: datetime) -> bool:
    """Whether somebody waits for our answer. Of what was imported as history, only a review that changed since."""
    if message.direction != "in":
        return False
    changed_since = item.message.kind == "review" and revised_at > message.created_at
    return not message.is_automatic or changed_since


def _remember(message: Message, text: str, replaced_at: datetime) -> None:
    """Once, however often and in whatever order the network tells it."""
    MessageRevision.objects.get_or_create(message=message, text=text, defaults={"replaced_at": replaced_at})


def _wants_an_answer(conversation: Conversation, message: Message, revised_at: datetime) -> None:
    at = min(revised_at, now())
    reopened = conversation.status in {Status.PENDING, Status.RESOLVED}
    if reopened:
        conversation.status, conversation.resolved_at = Status.OPEN, None
    if conversation.waiting_since is None:
        promise_answer(conversation, at)
    conversation.snoozed_until = None
    conversation.last_message_at = max(conversation.last_message_at, at)
    conversation.last_inbound_at = max(conversation.last_inbound_at or at, at)
    conversation.preview = excerpt(message.text, 200) or conversation.preview
    conversation.version += 1
    conversation.save()
    if reopened:
        emit(
            "conversation.reopened",
            conversation=conversation.pk,
            customer=conversation.customer_id,
            account=conversation.account_id,
        )
