"""Echoes: most networks show us our own answers back. Ours are recognised, others were given outside the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from ascolto.channels.protocol import Message as Incoming
from ascolto.conversations.actions.news import advance_delivery
from ascolto.conversations.actions.placing import Received
from ascolto.conversations.models import Conversation, Delivery, EarlyNews, Message
from ascolto.conversations.signing import signed
from ascolto.kit.clock import now
from ascolto.kit.text import clean

ON_THE_WIRE = (Delivery.SENDING, Delivery.UNCERTAIN)
MEMORY = timedelta(days=1)  # an echo that comes later than this is of something else that says the same


def adopt(items: Sequence[Received]) -> list[Received]:
    """Let echoes confirm answers of ours whose outcome we do not know (yet); returns the items that are none of these."""
    left = []
    for item in items:
        own = _own(item) if item.message.outgoing else None
        if own is None:
            left.append(item)
            continue
        own.external_id = item.message.external_id[:255]
        own.save(update_fields=["external_id"])
        advance_delivery(own, Delivery.SENT)
    return left


def _own(item: Received) -> Message | None:
    """The answer of ours that this echo shows: by our tracker where the network gives it back, else by its text."""
    rows = Message.objects.filter(account_id=item.account_id, direction="out", external_id__isnull=True)
    pk = str(item.message.extra.get("tracker", "")).partition(".")[0]
    if pk.isascii() and pk.isdigit() and len(pk) < 19:
        return rows.filter(pk=int(pk)).first()
    text = clean(item.message.text).strip()
    tried = Q(delivery__in=ON_THE_WIRE) | (
        Q(delivery=Delivery.QUEUED) & ~Q(delivery_error="")
    )  # it will be repeated
    rows = rows.filter(tried, created_at__gte=now() - MEMORY, visibility=item.message.visibility)
    if item.customer_id is not None:
        rows = rows.filter(conversation__customer_id=item.customer_id)
    elif item.message.replies_to:
        rows = rows.filter(in_reply_to__external_id__in=item.message.replies_to)
    else:
        return None
    return next((row for row in rows.order_by("id")[:50] if text in _written(row)), None) if text else None


def _written(row: Message) -> tuple[str, str]:
    """What an answer may look like on its network: as it was written, and as it was signed."""
    return row.text.strip(), signed(row.text, str(row.extra.get("signature", ""))).strip()


def park(item: Received) -> None:
    """Keep the echo of an answer to something that is not here yet. One that answers nothing is nobody's: a post of our own."""
    for parent in item.message.replies_to[:1]:
        EarlyNews.objects.create(
            account_id=item.account_id,
            external_id=parent[:255],
            news={"kind": "echo", "channel": item.channel, **_as_data(item.message)},
            occurred_at=item.message.occurred_at,
        )


def _as_data(message: Incoming) -> dict[str, object]:
    return {
        "id": message.external_id[:255],
        "text": clean(message.text, 20_000),
        "visibility": message.visibility,
        "kind_of": message.kind[:20],
        "extra": dict(message.extra),
    }


def take_over(message: Message, external_id: str) -> bool:
    """The network's id of an answer of ours is held by its own echo, which was faster: the echo goes, its id stays ours.

    Returns whether it was so.
    """
    echo = Message.objects.filter(
        account_id=message.account_id, external_id=external_id[:255], direction="out", agent__isnull=True
    ).first()
    if echo is None or echo.pk == message.pk or not echo.extra.get("echo"):
        return False
    conversation, reached = echo.conversation_id, Delivery(echo.delivery)
    echo.delete()
    Conversation.objects.filter(pk=conversation).update(version=_next_version(conversation))
    message.external_id = external_id[:255]
    message.save(update_fields=["external_id"])
    advance_delivery(message, reached if reached in {Delivery.DELIVERED, Delivery.READ} else Delivery.SENT)
    return True


def _next_version(conversation: int) -> int:
    return Conversation.objects.values_list("version", flat=True).get(pk=conversation) + 1
