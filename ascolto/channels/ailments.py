"""What is wrong with an inbox, worst first, and whether anything can still be sent by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q

from ascolto.channels.expiry import OVER, step_of
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.registry import UnknownChannel
from ascolto.kit.clock import now

Kind = Literal["broken", "expired", "silent", "expiring"]
URGENT_DAYS = (
    3  # an end that is nearer than this concerns everybody who leads; before, it stands at the inbox
)
# What is said when the network gave no words of its own.
WITHOUT_WORDS = {
    "reauth": "The network refuses our access.",
    "config": "The inbox is not set up for this.",
    "abuse_stop": "The network stopped this inbox.",
}


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that somebody has to look at. `error_class`: of a broken inbox; `days` are left of an ending permission.

    `reason` is a machine sentence in English: a screen says it in the reader's language.
    """

    kind: Kind
    error_class: str = ""
    reason: str = ""
    since: datetime | None = None
    ends_at: datetime | None = None
    days: int = 0

    @property
    def is_urgent(self) -> bool:
        """Whether those who lead are told wherever they are."""
        return self.kind != "expiring" or self.days <= URGENT_DAYS

    @property
    def tone(self) -> str:
        return "bad" if self.kind in {"broken", "expired"} else "warn"


def ailments_of(account: ChannelAccount, health: ChannelHealth) -> list[Ailment]:
    """What is wrong with this inbox; nothing with one that is switched off, which is so on purpose."""
    if not account.is_enabled:
        return []
    found = []
    if health.state == "broken":
        found.append(_broken(health))
    ending = _ending(account, health)
    if ending is not None and ending.kind == "expired":
        found.append(ending)
    if health.silent_since is not None:
        found.append(Ailment("silent", since=health.silent_since))
    if ending is not None and ending.kind == "expiring":
        found.append(ending)
    return found


def _broken(health: ChannelHealth) -> Ailment:
    reason = health.error or WITHOUT_WORDS.get(health.error_class, "")
    return Ailment("broken", error_class=health.error_class, reason=reason, since=health.error_at)


def _ending(account: ChannelAccount, health: ChannelHealth) -> Ailment | None:
    ends_at = health.token_expires_at
    step = step_of(ends_at, now(), renews_every=_renews_every(account)) if ends_at else None
    if ends_at is None or step is None:
        return None
    days = max(0, (ends_at - now()).days)
    return Ailment("expired" if step == OVER else "expiring", ends_at=ends_at, days=days)


def _renews_every(account: ChannelAccount) -> timedelta | None:
    try:
        return account.adapter.renews_every
    except UnknownChannel:
        return None


def ailing_accounts() -> list[tuple[ChannelAccount, list[Ailment]]]:
    """Every inbox with something urgent, worst first (one query on a small table)."""
    unwell = (
        Q(error_class__in=WITHOUT_WORDS) | Q(silent_since__isnull=False) | Q(token_expires_at__isnull=False)
    )
    rows = ChannelHealth.objects.filter(unwell, account__is_enabled=True).select_related("account")
    found = [(row.account, ailments_of(row.account, row)) for row in rows.order_by("account__name")]
    urgent = [(account, wrong) for account, wrong in found if any(one.is_urgent for one in wrong)]
    return sorted(urgent, key=lambda pair: pair[1][0].tone != "bad")


def why_dead(account: ChannelAccount, health: ChannelHealth | None = None) -> str:
    """Why nothing can be sent by this inbox, as a sentence; empty when it can.

    One query when `health` is not given. The sentence is in English; `ui.reasons.in_own_language` says it otherwise.
    """
    if not account.is_enabled:
        return f"{account.name} is switched off."
    health = health or ChannelHealth.objects.filter(pk=account.pk).first()
    if health is None or health.state != "broken" or _still_sends(account, health):
        return ""
    return f"{account.name} cannot send now: {_broken(health).reason}"


def _still_sends(account: ChannelAccount, health: ChannelHealth) -> bool:
    """A mailbox that refuses to be read says nothing of the server that sends."""
    try:
        return health.error_from == "in" and not account.adapter.one_access
    except UnknownChannel:
        return False


def dead_among(accounts: Iterable[ChannelAccount]) -> dict[int, str]:
    """Why nothing can be sent, for each of these inboxes by which nothing can (one query)."""
    accounts = list(accounts)
    broken = ChannelHealth.objects.filter(pk__in=[a.pk for a in accounts], error_class__in=WITHOUT_WORDS)
    health = {row.pk: row for row in broken} if accounts else {}
    reasons = {a.pk: why_dead(a, health.get(a.pk, ChannelHealth(account=a))) for a in accounts}
    return {pk: reason for pk, reason in reasons.items() if reason}
