"""News of messages that exist already: receipts, edits, removals, reactions. What comes before its message waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ascolto.channels.protocol import Edited, Reacted, Receipt, ReceiptStatus, Removed
from ascolto.conversations.models import Delivery, EarlyNews, Message, MessageRevision, Reaction
from ascolto.events.log import emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean

_RANK = {
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
KEEP_EARLY_NEWS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One piece of news on one account, as plain values so that it can wait in the database."""

    account_id: int
    external_id: str
    kind: str  # receipt, edited, removed, reacted
    occurred_at: datetime
    data: dict[str, Any]


def news_of(
    account_id: int, item: Receipt | Edited | Removed | Reacted, identity_id: int | None = None
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
            _apply(message, item)


def apply_early_news(messages: Iterable[Message]) -> None:
    """Apply what came before these messages."""
    by_key: dict[tuple[int | None, str | None], Message] = {
        (m.account_id, m.external_id): m for m in messages if m.external_id
    }
    if not by_key:
        return
    waiting = EarlyNews.objects.filter(
        account_id__in={account for account, _ in by_key},
        external_id__in=[external for _, external in by_key],
    ).order_by("occurred_at", "id")
    _apply_waiting(list(waiting), by_key)


def settle_early_news(*, within: timedelta | None = None) -> int:
    """Apply news that waits although its message is there; returns how many pieces.

    A receipt may be parked at the very moment in which the message gets its id, neither transaction seeing the other.
    `within`: look only at news that came so recently.
    """
    message = Message.objects.filter(account=OuterRef("account"), external_id=OuterRef("external_id"))
    parked = EarlyNews.objects.filter(Exists(message))
    if within is not None:
        parked = parked.filter(created_at__gte=now() - within)
    return _settle(parked) if parked.exists() else 0


@transaction.atomic
def _settle(parked: QuerySet[EarlyNews]) -> int:
    # a worker that finds them taken leaves them to the other one
    waiting = list(
        parked.select_for_update(skip_locked=True, of=("self",)).order_by("occurred_at", "id")[:500]
    )
    condition = Q(pk__in=[])
    for early in waiting:
        condition |= Q(account_id=early.account_id, external_id=early.external_id)
    found = Message.objects.select_for_update(of=("self",)).filter(condition).order_by("id")
    return _apply_waiting(waiting, {(m.account_id, m.external_id): m for m in found})


def _apply_waiting(
    waiting: Sequence[EarlyNews], by_key: Mapping[tuple[int | None, str | None], Message]
) -> int:
    done = []
    for early in waiting:
        message = by_key.get((early.account_id, early.external_id))
        if message is not None:
            data = {key: value for key, value in early.news.items() if key != "kind"}
            _apply(
                message,
                News(
                    account_id=early.account_id,
                    external_id=early.external_id,
                    kind=early.news["kind"],
                    occurred_at=early.occurred_at,
                    data=data,
                ),
            )
            done.append(early.pk)
    if done:
        EarlyNews.objects.filter(pk__in=done).delete()
    return len(done)


def _find(items: Sequence[News]) -> dict[tuple[int | None, str | None], Message]:
    condition = Q()
    by_account: dict[int, set[str]] = {}
    for item in items:
        by_account.setdefault(item.account_id, set()).add(item.external_id)
    for account, externals in by_account.items():
        condition |= Q(account_id=account, external_id__in=externals)
    return {(m.account_id, m.external_id): m for m in Message.objects.filter(condition)} if by_account else {}


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


def _apply(message: Message, item: News) -> None:
    {"receipt": _receipt, "edited": _edited, "removed": _removed, "reacted": _reacted}[item.kind](
        message, item
    )


def _receipt(message: Message, item: News) -> None:
    if message.direction != "out":
        return
    status = ReceiptStatus(item.data["status"])
    if status is ReceiptStatus.FAILED:
        _fail(message, item.data.get("reason", ""), item.data.get("error", "unknown"))
        return
    advance_delivery(message, Delivery(status.value))


def advance_delivery(message: Message, to: Delivery) -> bool:
    """Move a message of ours forward; news that would move it back is ignored. Returns whether it moved."""
    if message.extra.get("partial"):
        return False
    if _RANK[to] <= _RANK[Delivery(message.delivery)] and message.delivery != Delivery.FAILED:
        return False
    if message.delivery == Delivery.FAILED and _RANK[to] < _RANK[Delivery.DELIVERED]:
        return False
    message.delivery, message.delivery_error = to, ""
    message.save(update_fields=["delivery", "delivery_error"])
    _tell(message, _EVENTS[to], channel="") if to is Delivery.SENT else _tell(message, _EVENTS[to])
    return True


def _fail(message: Message, reason: str, error: str) -> None:
    if message.extra.get("partial"):
        return
    if _RANK[Delivery(message.delivery)] >= _RANK[Delivery.DELIVERED] or message.delivery == Delivery.FAILED:
        return
    message.delivery, message.delivery_error = Delivery.FAILED, clean(reason or error, 500)
    message.save(update_fields=["delivery", "delivery_error"])
    _tell(message, "message.delivery_failed", error=error, reason=message.delivery_error)


def _tell(message: Message, event_type: str, **data: Any) -> None:
    conversation = message.conversation
    emit(
        event_type,
        conversation=conversation.pk,
        customer=conversation.customer_id,
        account=message.account_id,
        message=message.pk,
        **data,
    )


def _edited(message: Message, item: News) -> None:
    if message.removed_at is not None or (message.edited_at and message.edited_at >= item.occurred_at):
        return
    MessageRevision.objects.create(message=message, text=message.text, replaced_at=item.occurred_at)
    message.text, message.edited_at = item.data["text"], item.occurred_at
    message.save(update_fields=["text", "edited_at"])
    _tell(message, "message.edited")


def _removed(message: Message, item: News) -> None:
    if message.removed_at is not None:
        return
    MessageRevision.objects.create(message=message, text=message.text, replaced_at=item.occurred_at)
    message.text, message.html, message.removed_at = "", "", item.occurred_at
    message.save(update_fields=["text", "html", "removed_at"])
    _tell(message, "message.removed")


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
    _tell(message, "message.reacted", emoji=emoji)


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
        _fail(message, reason, error)
    elif state in {Delivery.SENT, Delivery.DELIVERED}:
        advance_delivery(message, state)
    elif _RANK[Delivery(message.delivery)] == 0 or state is Delivery.QUEUED:
        message.delivery, message.delivery_error = state, clean(reason, 500)
        message.save(update_fields=["delivery", "delivery_error"])
        if state is Delivery.UNCERTAIN:
            _tell(message, "message.delivery_uncertain", reason=message.delivery_error)
    if external_id:
        apply_early_news([message])


def note_partial(message: Message, *, reason: str) -> None:
    """Some parts of a message arrived and others did not: uncertain until a person decides, whatever receipts of a part say."""
    message.extra = {**message.extra, "partial": True}
    message.delivery, message.delivery_error = Delivery.UNCERTAIN, clean(reason, 500)
    message.save(update_fields=["extra", "delivery", "delivery_error"])
    _tell(message, "message.delivery_uncertain", reason=message.delivery_error)


def send_again(message: Message) -> None:
    """A person puts a message on its way once more: what the network said of the earlier try is over."""
    message.external_id = None
    message.extra = {key: value for key, value in message.extra.items() if key != "partial"}
    message.save(update_fields=["external_id", "extra"])
    note_delivery(message, state=Delivery.QUEUED)


def forget_early_news() -> int:
    """Drop news whose message never came within a day."""
    return EarlyNews.objects.filter(created_at__lt=now() - KEEP_EARLY_NEWS).delete()[0]
