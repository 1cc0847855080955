"""Reads: how far an answer has come, and what every inbox still has to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min

from ascolto.channels.selectors import health_of
from ascolto.conversations.models import Delivery, Message
from ascolto.delivery.models import Attempt, Dispatch
from ascolto.kit.clock import now

State = Dispatch.State


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an answer has come. `waits_for`: "" when nothing holds it up, else switched_off (its inbox), paused (by
    the network), retry, or line (an earlier answer goes first). `next_try_at` where a time is known."""

    dispatch: Dispatch
    tries: tuple[Attempt, ...]
    waits_for: str
    next_try_at: datetime | None
    can_resend: bool

    @property
    def reason(self) -> str:
        """The network's last words, for people."""
        return self.dispatch.error


def progress_of(messages: Iterable[Message]) -> dict[int, Progress]:
    """The progress of these messages by their ids, those that never left through an inbox left out. Three queries."""
    by_id = {message.pk: message for message in messages}
    rows = list(
        Dispatch.objects.filter(message__in=by_id)
        .select_related("account__health")
        .prefetch_related("tries")
        .order_by("id")
    )
    ahead = _ahead([row for row in rows if row.state == State.QUEUED])
    return {row.message_id: _progress(row, by_id[row.message_id], ahead) for row in rows}


def _ahead(queued: list[Dispatch]) -> dict[tuple[int, int], int]:
    """The oldest open dispatch of every line in which these wait."""
    if not queued:
        return {}
    lines = Dispatch.objects.filter(
        conversation_id__in={row.conversation_id for row in queued}, finished_at__isnull=True
    )
    found = lines.values_list("conversation_id", "account_id").annotate(first=Min("pk"))
    return {(conversation, account): first for conversation, account, first in found}


def _progress(row: Dispatch, message: Message, ahead: dict[tuple[int, int], int]) -> Progress:
    waits_for, next_try_at = _waiting(row, ahead) if row.state == State.QUEUED else ("", None)
    return Progress(
        dispatch=row,
        tries=tuple(sorted(row.tries.all(), key=lambda attempt: attempt.pk)),
        waits_for=waits_for,
        next_try_at=next_try_at,
        can_resend=not row.is_open and message.delivery in {Delivery.FAILED, Delivery.UNCERTAIN},
    )


def _waiting(row: Dispatch, ahead: dict[tuple[int, int], int]) -> tuple[str, datetime | None]:
    moment, paused_until = now(), health_of(row.account).paused_until
    if not row.account.is_enabled:
        return "switched_off", None
    if ahead.get((row.conversation_id, row.account_id), row.pk) < row.pk:
        return "line", None
    if paused_until is not None and paused_until > moment:
        return "paused", max(paused_until, row.run_at)
    if row.run_at > moment:
        return "retry", row.run_at
    return "", None


def progress(message: Message) -> Progress | None:
    """How far one message has come; None when it never left through an inbox."""
    return progress_of([message]).get(message.pk)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an inbox still has to say."""

    account_id: int
    kind: str
    waiting: int
    oldest_at: datetime


def backlogs() -> list[Backlog]:
    """Every inbox with answers on their way."""
    rows = (
        Dispatch.objects.filter(finished_at__isnull=True)
        .values("account_id", kind=F("account__kind"))
        .annotate(waiting=Count("id"), oldest_at=Min("created_at"))
        .order_by("account_id")
    )
    return [Backlog(**row) for row in rows]
