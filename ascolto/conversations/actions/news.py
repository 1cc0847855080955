"""News of messages that exist already: receipts, edits, removals, reactions. What comes before its message waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from ascolto.channels.protocol import Amended, Edited, Reacted, Receipt, ReceiptStatus, Removed
from ascolto.conversations.actions.amending import amend, amendment
from ascolto.conversations.actions.outside import keep_echo
from ascolto.conversations.actions.placing import Key, aliased, by_account
from ascolto.conversations.models import Conversation, Delivery, EarlyNews, Message, MessageRevision, Reaction
from ascolto.events.log import emit
from ascolto.kit.text import clean, excerpt

RANK = {
    Delivery.NONE: 0,
    Delivery.QUEUED: 0,
    Delivery.SENDING: 0,
    Delivery.UNCERTAIN: 0,
    Delivery.SENT: 1,
    Delivery.FAILED: 1,
    Delivery.DELIVERED: 2,
    Delivery.READ: 3,
}
_EVENTS = {
    Delivery.SENT: "message.sent",
    Delivery.DELIVERED: "message.delivered",
    Delivery.READ: "message.read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One piece of news on one account, as plain values so that it can wait in the database."""

    account_id: int
    external_id: str
    kind: str  # receipt, edited, amended, removed, reacted
    occurred_at: datetime
    data: dict[str, Any]


def news_of(
    account_id: int, item: Receipt | Edited | Amended | Removed | Reacted, identity_id: int | None = None
) -> News:
    """News from what the adapter parsed."""
    data: dict[str, Any] = {}
    if isinstance(item, Receipt):
        kind = "receipt"
        failure = item.failure
        data = {
            "status": item.status.value,
            "tracker": item.tracker,
            "reason": failure.reason if failure else "",
        }
        data["error"] = failure.error.value if failure else ""
    elif isinstance(item, Edited):
        kind, data = "edited", {"text": clean(item.text)}
    elif isinstance(item, Amended):
        kind, data = "amended", amendment(item)
    elif isinstance(item, Removed):
        kind = "removed"
    else:
        kind, data = "reacted", {"emoji": item.emoji[:32], "identity": identity_id}
    return News(
        account_id=account_id,
        external_id=item.external_id[:255],
        kind=kind,
        occurred_at=item.occurred_at,
        data=data,
    )


def apply_news(items: Sequence[News]) -> None:
    """Apply news in the order of their own times; park what has no message yet. Call it in a transaction."""
    messages = _find(items)
    for item in sorted(items, key=lambda news: news.occurred_at):
        message = messages.get((item.account_id, item.external_id)) or _tracked(item)
        if message is None:
            EarlyNews.objects.create(
                account_id=item.account_id,
                external_id=item.external_id,
                news={"kind": item.kind, **item.data},
                occurred_at=item.occurred_at,
            )
        else:
            messages[(item.account_id, item.external_id)] = message
            apply_one(message, item)


def _find(items: Sequence[News]) -> dict[Key, Message]:
    wanted = {(item.account_id, item.external_id) for item in items}
    if not wanted:
        return {}
    found: dict[Key, Message] = {
        (m.account_id, m.external_id): m for m in Message.objects.filter(by_account(wanted))
    }
    if missing := wanted - found.keys():
        parts = aliased(missing)
        whole = Message.objects.in_bulk(set(parts.values())) if parts else {}
        found |= {key: whole[pk] for key, pk in parts.items()}
    return found


def _tracked(item: News) -> Message | None:
    """A message of ours whose network id we never learnt, found by the tracker that the network gave back."""
    pk = item.data.get("tracker", "").partition(".")[0]
    if item.kind != "receipt" or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    message = Message.objects.filter(pk=int(pk), account_id=item.account_id, direction="out").first()
    if message is not None and not message.external_id:
        Message.objects.filter(pk=message.pk, external_id__isnull=True).update(external_id=item.external_id)
        message.external_id = item.external_id
    return message


def apply_one(message: Message, item: News) -> None:
    """Let one piece of news change its message."""
    _CHANGES[item.kind](message, item)


def read_up_to(*, account_id: int, customer_id: int, status: ReceiptStatus, until: datetime) -> None:
    """A watermark: what we sent to this customer until then was delivered or read.

    It also waits for answers whose network has not told yet that it took them.
    """
    sent = Message.objects.filter(
        account_id=account_id,
        conversation__customer_id=customer_id,
        direction="out",
        delivery__in=[Delivery.SENT, Delivery.DELIVERED],
        occurred_at__lte=until,
    )
    for message in sent.order_by("-occurred_at")[:200]:
        advance_delivery(message, Delivery(status.value))
    key = {"account_id": account_id, "external_id": watermark_key(customer_id)}
    EarlyNews.objects.filter(**key, news__status=status.value, occurred_at__lte=until).delete()
    EarlyNews.objects.create(
        **key,
        news={"kind": "receipt", "status": status.value, "watermark": True},
        occurred_at=until,
    )


def watermark_key(customer_id: int) -> str:
    """Under what a watermark waits."""
    return f"upto:{customer_id}"


def _receipt(message: Message, item: News) -> None:
    if message.direction != "out":
        return
    status = ReceiptStatus(item.data["status"])
    if status is ReceiptStatus.FAILED:
        fail_delivery(message, item.data.get("reason", ""), item.data.get("error", "unknown"))
        return
    advance_delivery(message, Delivery(status.value))


def advance_delivery(message: Message, to: Delivery) -> bool:
    """Move a message of ours forward; news that would move it back is ignored. Returns whether it moved."""
    if message.extra.get("partial"):
        return False
    if RANK[to] <= RANK[Delivery(message.delivery)] and message.delivery != Delivery.FAILED:
        return False
    if message.delivery == Delivery.FAILED and RANK[to] < RANK[Delivery.DELIVERED]:
        return False
    message.delivery, message.delivery_error = to, ""
    message.save(update_fields=["delivery", "delivery_error"])
    tell_of(message, _EVENTS[to], channel="") if to is Delivery.SENT else tell_of(message, _EVENTS[to])
    return True


def fail_delivery(message: Message, reason: str, error: str) -> None:
    """Mark a message of ours as failed, unless it was delivered before."""
    if message.extra.get("partial"):
        return
    if RANK[Delivery(message.delivery)] >= RANK[Delivery.DELIVERED] or message.delivery == Delivery.FAILED:
        return
    message.delivery, message.delivery_error = Delivery.FAILED, clean(reason or error, 500)
    message.save(update_fields=["delivery", "delivery_error"])
    tell_of(message, "message.delivery_failed", error=error, reason=message.delivery_error)


def tell_of(message: Message, event_type: str, **data: Any) -> None:
    """Emit an event about a message."""
    conversation = message.conversation
    emit(
        event_type,
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=message.account_id,
        message=message.pk,
        **data,
    )


def _amended(message: Message, item: News) -> None:
    said = message.text
    if amend(message, item.data, item.occurred_at):
        if message.text != said:
            _show_in_the_list(message)
        tell_of(message, "message.amended")


def _show_in_the_list(message: Message) -> None:
    """What a call said is known when its transcript comes: then the list shows it, if nothing newer was said."""
    newest = Conversation.objects.filter(pk=message.conversation_id, last_message_at__lte=message.occurred_at)
    newest.update(preview=excerpt(message.text, 200), version=F("version") + 1)


def _echoed(message: Message, item: News) -> None:
    keep_echo(message, item.data, item.occurred_at)


def _edited(message: Message, item: News) -> None:
    at = item.occurred_at
    known = message.revisions.filter(replaced_at=at)
    if message.edited_at == at or message.removed_at == at or known.exists():
        return
    later = message.revisions.filter(replaced_at__gt=at).order_by("replaced_at", "id").first()
    if later is not None:
        _join_the_history(message, later, item)
        return
    if message.removed_at is not None or (message.edited_at is not None and message.edited_at > at):
        return
    MessageRevision.objects.create(message=message, text=message.text, replaced_at=item.occurred_at)
    message.text, message.edited_at = item.data["text"], item.occurred_at
    message.save(update_fields=["text", "edited_at"])
    tell_of(message, "message.edited")


def _join_the_history(message: Message, later: MessageRevision, item: News) -> None:
    """An edit that comes after a later one, or after the removal: only what was said in between is told anew."""
    at = item.occurred_at
    MessageRevision.objects.create(message=message, text=later.text, replaced_at=at)
    later.text = item.data["text"]
    later.save(update_fields=["text"])
    if message.edited_at is None or message.edited_at < at:
        message.edited_at = at
        message.save(update_fields=["edited_at"])


def _removed(message: Message, item: News) -> None:
    if message.removed_at is not None:
        return
    MessageRevision.objects.create(message=message, text=message.text, replaced_at=item.occurred_at)
    message.text, message.html, message.removed_at = "", "", item.occurred_at
    message.save(update_fields=["text", "html", "removed_at"])
    tell_of(message, "message.removed")


def _reacted(message: Message, item: News) -> None:
    identity, emoji = item.data.get("identity"), item.data.get("emoji", "")
    if identity is None:
        return
    current = Reaction.objects.filter(message=message, identity_id=identity).first()
    if current is not None and current.occurred_at > item.occurred_at:
        return
    # a reaction taken away stays as an empty one, so that an older "added" that comes late does not bring it back
    Reaction.objects.update_or_create(
        message=message, identity_id=identity, defaults={"emoji": emoji, "occurred_at": item.occurred_at}
    )
    tell_of(message, "message.reacted", emoji=emoji)


_CHANGES: dict[str, Callable[[Message, News], None]] = {
    "receipt": _receipt,
    "edited": _edited,
    "amended": _amended,
    "removed": _removed,
    "reacted": _reacted,
    "echo": _echoed,
}
