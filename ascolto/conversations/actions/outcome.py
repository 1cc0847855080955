"""What the courier learns about answers of ours."""

from __future__ import annotations

from ascolto.conversations.actions.early import apply_early_news
from ascolto.conversations.actions.news import RANK, advance_delivery, fail_delivery, tell_of
from ascolto.conversations.models import Delivery, Message
from ascolto.kit.text import clean


def note_delivery(
    message: Message, *, state: Delivery, external_id: str = "", reason: str = "", error: str = "unknown"
) -> None:
    """What the courier learnt about a message of ours. Call it in a transaction.

    SENT keeps the network's id and applies the receipts that were faster than the answer.
    """
    if external_id and not message.external_id:
        message.external_id = external_id[:255]
        message.save(update_fields=["external_id"])
    if state is Delivery.FAILED:
        fail_delivery(message, reason, error)
    elif state in {Delivery.SENT, Delivery.DELIVERED}:
        advance_delivery(message, state)
    elif RANK[Delivery(message.delivery)] == 0 or state is Delivery.QUEUED:
        message.delivery, message.delivery_error = state, clean(reason, 500)
        message.save(update_fields=["delivery", "delivery_error"])
        if state is Delivery.UNCERTAIN:
            tell_of(message, "message.delivery_uncertain", reason=message.delivery_error)
    if external_id:
        apply_early_news([message])


def note_partial(message: Message, *, reason: str) -> None:
    """Some parts of a message arrived and others did not: uncertain until a person decides, whatever receipts of a part say."""
    message.extra = {**message.extra, "partial": True}
    message.delivery, message.delivery_error = Delivery.UNCERTAIN, clean(reason, 500)
    message.save(update_fields=["extra", "delivery", "delivery_error"])
    tell_of(message, "message.delivery_uncertain", reason=message.delivery_error)


def send_again(message: Message) -> None:
    """A person puts a message on its way once more: what the network said of the earlier try is over."""
    message.external_id = None
    message.extra = {key: value for key, value in message.extra.items() if key != "partial"}
    message.save(update_fields=["external_id", "extra"])
    note_delivery(message, state=Delivery.QUEUED)
