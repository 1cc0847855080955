"""Reads: what concerns a person."""

from __future__ import annotations

from django.db.models import QuerySet

from ascolto.accounts.models import Agent
from ascolto.conversations.access import sees_every_account, sight_of
from ascolto.notifications.kinds import KINDS
from ascolto.notifications.models import Notification, PushSubscription, Wishes

MOST_COUNTED = 100
PAGE = 40


def unseen_count(agent: Agent) -> int:
    """How many the person has not seen, counted up to MOST_COUNTED."""
    return Notification.objects.filter(agent=agent, seen_at=None)[:MOST_COUNTED].count()


def notifications_of(agent: Agent, *, before: int | None = None, unseen: bool = False) -> list[Notification]:
    """The newest, or those before one; never about a conversation that the person may not see any more. One more than PAGE means more."""
    rows: QuerySet[Notification] = Notification.objects.filter(agent=agent)
    if unseen:
        rows = rows.filter(seen_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related("conversation__customer", "actor").order_by("-id")
    found, sight = list(rows[: PAGE + 1]), sight_of(agent)
    if sees_every_account(sight):
        return found
    return [
        row
        for row in found
        if row.conversation is None
        or leads_elsewhere(row)
        or sight.allows(
            conversation=row.conversation.pk,
            account=row.conversation.account_id,
            assignee=row.conversation.assignee_id,
            team=row.conversation.team_id,
        )
    ]


def leads_elsewhere(row: Notification) -> bool:
    """Whether it is about a screen that decides by itself what its readers may know, and tells nothing of the conversation."""
    return row.kind in KINDS and bool(KINDS[row.kind].leads_to)


def wishes_for_screen(agent: Agent) -> Wishes:
    """What the person said, or the usual."""
    return Wishes.objects.filter(pk=agent.pk).first() or Wishes(agent=agent)


def browsers_of(agent: Agent) -> QuerySet[PushSubscription]:
    """The browsers that this person lets us wake."""
    return PushSubscription.objects.filter(agent=agent).order_by("-created_at")
