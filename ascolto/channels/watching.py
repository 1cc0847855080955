"""Looks after the inboxes: which of them are too quiet, and whose permission ends. Told once for each case."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from ascolto.accounts.models import Company
from ascolto.channels.expiry import step_of
from ascolto.channels.hours import Hour, hours_since
from ascolto.channels.models import ChannelAccount, ChannelHealth, ChannelHour
from ascolto.channels.registry import UnknownChannel
from ascolto.channels.volume import DAY, WEEK, WEEKS, Judgement, judge
from ascolto.events.log import emit
from ascolto.kit.clock import now

EVERY = timedelta(minutes=5)
LOOKED_BACK = WEEKS * WEEK + WEEK + DAY


def watch() -> int:
    """Look at every inbox that is switched on; returns how many alarms were raised."""
    accounts = list(ChannelAccount.objects.filter(is_enabled=True).select_related("health"))
    history = hours_since(now() - LOOKED_BACK, [account.pk for account in accounts])
    zone = company_zone()
    raised = 0
    for account in accounts:
        if hasattr(account, "health"):
            raised += watch_silence(account, judge_account(account, history[account.pk], zone))
            raised += watch_expiry(account)
    return raised


def company_zone() -> ZoneInfo:
    """The clock by which the company's customers live."""
    try:
        return ZoneInfo(Company.current().time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def judge_account(account: ChannelAccount, hours: list[Hour], zone: ZoneInfo) -> Judgement | None:
    """What its history says of this inbox; None for one that does not listen, or without a history."""
    if not hours or not _listens(account):
        return None
    counts = {row.hour: row.received for row in hours}
    watched_from = account.health.watched_from if hasattr(account, "health") else None
    return judge(counts, began=hours[0].hour, now=now(), zone=zone, watched_from=watched_from)


def _listens(account: ChannelAccount) -> bool:
    try:
        return account.adapter.capabilities.listens
    except UnknownChannel:
        return False


def watch_silence(account: ChannelAccount, judged: Judgement | None) -> bool:
    """Raise the alarm of silence once, and end it when messages come again. Whether it was raised."""
    since = account.health.silent_since
    if judged is not None and judged.is_abnormal:
        return since is None and _raise(account, judged)
    if since is not None and (judged is None or _heard_since(account, since)):
        _end(account, since)
    return False


@transaction.atomic
def _raise(account: ChannelAccount, judged: Judgement) -> bool:
    mine = ChannelHealth.objects.filter(pk=account.pk, silent_since=None)
    if not mine.update(silent_since=judged.since):
        return False  # another process was faster
    hours = int((now() - judged.since) / timedelta(hours=1))
    expected = round(judged.expected)
    emit("channel.silent", account=account.pk, hours=hours, received=judged.received, expected=expected)
    return True


@transaction.atomic
def _end(account: ChannelAccount, since: datetime) -> None:
    if ChannelHealth.objects.filter(pk=account.pk, silent_since=since).update(silent_since=None):
        emit("channel.heard", account=account.pk)


def _heard_since(account: ChannelAccount, since: datetime) -> bool:
    return ChannelHour.objects.filter(account=account, hour__gte=since, received__gt=0).exists()


def watch_expiry(account: ChannelAccount) -> bool:
    """Tell 14, 3 and 1 days before a permission ends, and when it is over; each once. Whether it was told now."""
    health = account.health
    try:
        renews_every = account.adapter.renews_every
    except UnknownChannel:
        return False
    step = step_of(health.token_expires_at, now(), renews_every=renews_every)
    return step != health.expiry_told and _tell(health, step)


@transaction.atomic
def _tell(health: ChannelHealth, step: int | None) -> bool:
    known = {"expiry_told": health.expiry_told, "token_expires_at": health.token_expires_at}
    changed = ChannelHealth.objects.filter(pk=health.pk, **known).update(expiry_told=step)
    if not changed or step is None or health.token_expires_at is None:
        return False
    ends = health.token_expires_at.isoformat()
    emit("channel.expiring", account=health.pk, days=step, expires_at=ends)
    return True
