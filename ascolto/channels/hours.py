"""The history of every inbox by the hour: how much it received and sent. A reader of the log keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F

from ascolto.channels.models import ChannelAccount, ChannelHour
from ascolto.events.models import Event
from ascolto.kit.clock import now

KEPT = timedelta(weeks=10)  # a little more than `volume` looks at


def hour_of(moment: datetime) -> datetime:
    """The hour in which it lies."""
    return moment.replace(minute=0, second=0, microsecond=0)


def count_hours(events: Sequence[Event]) -> None:
    """Add what these events tell. A reader takes each event once: its cursor moves in the same transaction."""
    oldest = now() - KEPT
    found: dict[tuple[int, datetime], Counter[str]] = {}
    for event in events:
        what = _side(event)
        if what and event.account_id is not None and event.occurred_at > oldest:
            found.setdefault((event.account_id, hour_of(event.occurred_at)), Counter())[what] += 1
    if found:
        _add(found)


def _side(event: Event) -> str:
    """Whether it counts as received, as sent, or not. Answers given outside the desk prove nothing of our ears."""
    if event.type == "message.received":
        return "" if event.data.get("echo") else "received"
    return "sent" if event.type == "message.sent" else ""


def _add(found: dict[tuple[int, datetime], Counter[str]]) -> None:
    known = set(ChannelAccount.objects.filter(pk__in={pk for pk, _ in found}).values_list("pk", flat=True))
    found = {key: counts for key, counts in found.items() if key[0] in known}
    missing = [ChannelHour(account_id=account, hour=hour) for account, hour in found]
    ChannelHour.objects.bulk_create(missing, ignore_conflicts=True)
    for (account, hour), counts in found.items():
        row = ChannelHour.objects.filter(account_id=account, hour=hour)
        row.update(received=F("received") + counts["received"], sent=F("sent") + counts["sent"])


def prune_hours(*, keep: timedelta = KEPT) -> int:
    """Forget what is older than `keep`. Returns how many rows."""
    return ChannelHour.objects.filter(hour__lt=now() - keep).delete()[0]


class Hour(NamedTuple):
    """What came and left in one hour."""

    hour: datetime
    received: int
    sent: int


def hours_since(moment: datetime, accounts: Sequence[int]) -> dict[int, list[Hour]]:
    """The history of these inboxes from `moment` on, oldest first (one query)."""
    found: dict[int, list[Hour]] = {pk: [] for pk in accounts}
    rows = ChannelHour.objects.filter(account_id__in=accounts, hour__gte=moment).order_by("hour")
    values = rows.values_list("account_id", "hour", "received", "sent").iterator(5000)
    for account, hour, received, sent in values:
        found[account].append(Hour(hour, received, sent))
    return found
