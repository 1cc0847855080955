"""News that came before its message: it waits, and is applied when the message is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ascolto.conversations.actions.news import News, apply_one, watermark_key
from ascolto.conversations.actions.placing import Key, by_account
from ascolto.conversations.models import EarlyNews, Message
from ascolto.kit.clock import now

KEEP_EARLY_NEWS = timedelta(hours=24)


def apply_early_news(messages: Iterable[Message]) -> None:
    """Apply what came before these messages."""
    by_key: dict[Key, Message] = {(m.account_id, m.external_id): m for m in messages if m.external_id}
    if not by_key:
        return
    watermarks = {
        _watermark(m): m for m in by_key.values() if m.direction == "out" and not m.extra.get("echo")
    }
    waiting = EarlyNews.objects.filter(
        account_id__in={account for account, _ in by_key},
        external_id__in=[external for _, external in (*by_key, *watermarks)],
    ).order_by("occurred_at", "id")
    found = list(waiting)
    _apply_waiting([early for early in found if not early.news.get("watermark")], by_key)
    for early in found:
        message = watermarks.get((early.account_id, early.external_id))
        if early.news.get("watermark") and message and message.occurred_at <= early.occurred_at:
            apply_one(message, _news(early))


def _watermark(message: Message) -> Key:
    return (message.account_id, watermark_key(message.conversation.customer_id))


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
    keys = {(early.account_id, early.external_id) for early in waiting}
    found = Message.objects.select_for_update(of=("self",)).filter(by_account(keys)).order_by("id")
    return _apply_waiting(waiting, {(m.account_id, m.external_id): m for m in found})


def _apply_waiting(waiting: Sequence[EarlyNews], by_key: Mapping[Key, Message]) -> int:
    done = []
    for early in waiting:
        message = by_key.get((early.account_id, early.external_id))
        if message is not None:
            apply_one(message, _news(early))
            done.append(early.pk)
    if done:
        EarlyNews.objects.filter(pk__in=done).delete()
    return len(done)


def _news(early: EarlyNews) -> News:
    return News(
        account_id=early.account_id,
        external_id=early.external_id,
        kind=early.news["kind"],
        occurred_at=early.occurred_at,
        data={key: value for key, value in early.news.items() if key != "kind"},
    )


def forget_early_news() -> int:
    """Drop news whose message never came within a day."""
    return EarlyNews.objects.filter(created_at__lt=now() - KEEP_EARLY_NEWS).delete()[0]
