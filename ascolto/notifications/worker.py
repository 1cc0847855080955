"""A loop of the background process: rings where somebody wished it, and writes digests.

Both are rows with a time; the loop sleeps until the next one, and looks when the log moved.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Min, QuerySet
from django.utils import translation

from ascolto.accounts.models import Agent, Company
from ascolto.kit.clock import now
from ascolto.notifications.digest import send_digest
from ascolto.notifications.models import Notification, PushSubscription, Wishes
from ascolto.notifications.push import Outcome, push
from ascolto.notifications.sentences import told
from ascolto.routing.models import Presence
from ascolto.ui.jinja import url_or_none

log = logging.getLogger(__name__)
TAKE = 50
LONGEST = 5.0  # seconds of sleep: what others wrote meanwhile is seen then
RETRY = timedelta(minutes=2)
GIVE_UP = timedelta(hours=1)  # after which a notification is no news
MOST_FAILURES = 8
HERE = timedelta(minutes=2)  # since a sign of life of an open screen: the page itself rings


def run(stop: threading.Event) -> None:
    """Ring and write digests until `stop`."""
    while not stop.is_set():
        busy = False
        try:
            busy = bool(ring_some()) | bool(mail_some())
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
        except Exception:
            log.exception("a notification could not be passed on; it will be tried again")
        stop.wait(0 if busy else _rest())
    connection.close()


def _rest() -> float:
    """Seconds until something is due."""
    try:
        due = [
            Notification.objects.aggregate(first=Min("push_at"))["first"],
            Wishes.objects.aggregate(first=Min("mail_at"))["first"],
        ]
    except (DatabaseError, InterfaceError):
        return LONGEST
    first = min((moment for moment in due if moment is not None), default=None)
    return LONGEST if first is None else min(LONGEST, max(0.2, (first - now()).total_seconds()))


def ring_some() -> int:
    """Push what is due, each once: it is claimed before it leaves. Returns how many were looked at."""
    at = now()
    with transaction.atomic():
        rows = _claimable(Notification.objects.filter(push_at__lte=at)).order_by("push_at")[:TAKE]
        due = list(rows.values_list("pk", flat=True))
        Notification.objects.filter(pk__in=due).update(push_at=None)
    rows = Notification.objects.filter(pk__in=due, seen_at=None).select_related(
        "agent", "actor", "conversation__customer"
    )
    here = set(
        Presence.objects.filter(agent__in=[row.agent_id for row in rows], seen_at__gt=at - HERE).values_list(
            "agent_id", flat=True
        )
    )
    for row in rows:
        if row.agent_id not in here:
            _ring(row, at)
    return len(due)


def _claimable(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    skip = connection.features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skip, of=("self",)) if skip else rows


def _ring(row: Notification, at: datetime) -> None:
    waits = False
    for subscription in PushSubscription.objects.filter(agent=row.agent_id):
        outcome = push(subscription, message_of(row))
        if outcome is Outcome.GONE or subscription.failures >= MOST_FAILURES:
            subscription.delete()
        elif outcome is Outcome.TAKEN:
            PushSubscription.objects.filter(pk=subscription.pk).update(reached_at=at, failures=0)
        else:
            PushSubscription.objects.filter(pk=subscription.pk).update(failures=subscription.failures + 1)
            waits = True
    if waits and at - row.at < GIVE_UP:
        Notification.objects.filter(pk=row.pk, seen_at=None).update(push_at=at + RETRY)


def message_of(row: Notification) -> dict[str, str]:
    """What the browser shows: never what the customer wrote, since it may stand on a locked screen."""
    with translation.override(row.agent.language or Company.current().language):
        one = told([row])[0]
        address = url_or_none("notifications:open", row.pk) or "/"
        return {"title": one.text, "tag": f"{row.kind}-{row.conversation_id or 0}", "url": address}


def mail_some() -> int:
    """Write the digests that are due. Returns how many."""
    due = list(Wishes.objects.filter(mail_at__lte=now()).select_related("agent").order_by("mail_at")[:TAKE])
    for wishes in due:
        agent: Agent = wishes.agent
        send_digest(agent, wishes)
    return len(due)
