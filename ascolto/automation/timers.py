"""Moments that no event of the log is: a customer waited so long, a snooze ended. One row for each, looked at when it is due.

When its moment has come the row becomes an event, in one transaction; the rule hears it like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from ascolto.automation.live import Live
from ascolto.automation.models import RuleTimer
from ascolto.automation.occasions import SNOOZE_ENDED, UNANSWERED
from ascolto.conversations.models import Conversation, Status
from ascolto.events.log import emit_all, make_event
from ascolto.events.models import Event

PORTION = 100
WAITS = frozenset(
    {
        "message.received", "message.added", "message.edited", "conversation.status_changed", "conversation.reopened",
        "conversation.spam_marked", "message.delivery_failed", "message.answered_privately", "message.removed",
        "conversation.merged", "conversation.unmerged",
    }
)  # fmt: skip
SNOOZES = frozenset(
    {
        "conversation.snoozed",
        "conversation.reopened",
        "message.received",
        "conversation.status_changed",
        "conversation.merged",
        "conversation.unmerged",
    }
)
_HELD = ("pk", "waiting_since", "snoozed_until", "status", "is_spam", "merged_into_id")


def set_timers(events: Sequence[Event], unanswered: Sequence[Live], snoozed: Sequence[Live]) -> None:
    """What the conversations of these events ask for now. Three queries, whatever the events; none without a rule that waits."""
    named = _named(events, WAITS) if unanswered else set()
    if snoozed:
        named |= _named(events, SNOOZES)
    if not named:
        return
    rows = list(Conversation.objects.filter(pk__in=named).values(*_HELD))
    wanted = [timer for row in rows for timer in _timers(row, unanswered, snoozed)]
    _replace(named, wanted)


def begin(rule: Live, at: datetime) -> int:
    """The timers of a rule that was just switched on: for what will be due from now on, never for the past. Returns how many."""
    is_wait = rule.saying.occasion.key == "unanswered"
    hours = timedelta(hours=int(rule.saying.detail["hours"])) if is_wait else timedelta()
    waiting = Conversation.objects.filter(merged_into=None, is_spam=False)
    chosen = waiting.filter(waiting_since__gt=at - hours) if is_wait else waiting.filter(snoozed_until__gt=at)
    count = 0
    for row in chosen.values(*_HELD).iterator(chunk_size=500):
        timers = _timers(row, [rule] if is_wait else [], [] if is_wait else [rule])
        RuleTimer.objects.bulk_create(timers, ignore_conflicts=True)
        count += len(timers)
    return count


def _named(events: Iterable[Event], types: frozenset[str]) -> set[int]:
    return {
        event.conversation_id for event in events if event.type in types and event.conversation_id is not None
    }


def _timers(row: dict[str, Any], unanswered: Sequence[Live], snoozed: Sequence[Live]) -> list[RuleTimer]:
    if row["is_spam"] or row["merged_into_id"]:
        return []
    found = []
    if row["waiting_since"] and row["status"] != Status.RESOLVED:
        for rule in unanswered:
            due_at = row["waiting_since"] + timedelta(hours=int(rule.saying.detail["hours"]))
            if rule.since is None or due_at > rule.since:  # never for what was late before the rule was there
                found.append(_timer(rule, row["pk"], due_at, row["waiting_since"]))
    if row["snoozed_until"]:
        found += [_timer(rule, row["pk"], row["snoozed_until"], row["snoozed_until"]) for rule in snoozed]
    return found


def _timer(rule: Live, conversation: int, due_at: datetime, since: datetime) -> RuleTimer:
    return RuleTimer(rule_id=rule.id, conversation_id=conversation, due_at=due_at, since=since)


@transaction.atomic
def _replace(conversations: set[int], wanted: Sequence[RuleTimer]) -> None:
    """These timers instead of those that the conversations have; one that has rung for the same wait is not wound up again."""
    there = RuleTimer.objects.filter(conversation__in=conversations)
    known = {(timer.rule_id, timer.conversation_id): timer for timer in there}
    keys = {(timer.rule_id, timer.conversation_id) for timer in wanted}
    RuleTimer.objects.filter(pk__in=[timer.pk for key, timer in known.items() if key not in keys]).delete()
    fresh, moved = [], []
    for timer in wanted:
        old = known.get((timer.rule_id, timer.conversation_id))
        if old is None:
            fresh.append(timer)
        elif old.since != timer.since:
            old.since, old.due_at = timer.since, timer.due_at
            moved.append(old)
    RuleTimer.objects.bulk_create(fresh, ignore_conflicts=True)
    RuleTimer.objects.bulk_update(moved, ["since", "due_at"])


def next_ring() -> datetime | None:
    """When the earliest timer is due; None: none is set."""
    found: datetime | None = RuleTimer.objects.filter(due_at__lt=RANG).aggregate(first=Min("due_at"))["first"]
    return found


RANG = datetime.fromisoformat(
    "9000-01-01T00:00:00+00:00"
)  # a timer that has rung stays, so that the same wait rings once


@transaction.atomic
def ring(at: datetime) -> int:
    """Make events of the timers that are due; returns how many there were. The conditions of the wait are looked at once more."""
    due = list(
        RuleTimer.objects.filter(due_at__lte=at)
        .select_related("conversation", "rule__version")
        .order_by("due_at")[:PORTION]
    )
    emit_all([event for timer in due if (event := _event(timer, at)) is not None])
    RuleTimer.objects.filter(pk__in=[timer.pk for timer in due]).update(due_at=RANG)
    return len(due)


def _event(timer: RuleTimer, at: datetime) -> Event | None:
    """The event, where what it says is still true."""
    conversation, says = timer.conversation, timer.rule.version.says if timer.rule.version else {}
    told: dict[str, Any] = {
        "conversation": conversation.pk,
        "customer": conversation.customer_id,
        "account": conversation.account_id,
        "at": at,
        "rule": timer.rule_id,
    }
    if not timer.rule.is_running:
        return None
    if says.get("when") == "unanswered" and conversation.waiting_since == timer.since:
        hours = (says.get("detail") or {}).get("hours")
        return make_event(UNANSWERED, since=timer.since.isoformat(), hours=hours, **told)
    if says.get("when") == "snooze_ended" and conversation.snoozed_until == timer.since:
        return make_event(SNOOZE_ENDED, until=timer.since.isoformat(), **told)
    return None
