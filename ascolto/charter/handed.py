"""How often resolved conversations changed hands.

Which ones were resolved in a period is read from the log: its numbers rise with time, so the stretch that belongs to a period is found
without an index on times, and conversations need none for it either.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext

from ascolto.charter.guarantee import Breach, Breaches, Period
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.conversations.models import Conversation, Status
from ascolto.events.models import Event
from ascolto.routing.handing import Happened, count_bounces
from ascolto.routing.models import RoutingRules

DEFAULT_LIMIT = 2
AT_ONCE = 400  # conversations whose events are read together
MOST = 10_000  # conversations over the limit that one list knows
_TOLD = ("conversation.assigned", "conversation.reopened", "conversation.status_changed", "message.added")


def hand_off_limit() -> int:
    """How often a conversation may change hands before a lead decides."""
    limit = RoutingRules.objects.values_list("hand_offs_at_most", flat=True).first()
    return DEFAULT_LIMIT if limit is None else limit


def resolved_in(period: Period) -> QuerySet[Conversation]:
    """Conversations that were resolved in the period and still are, without spam."""
    first, last = first_event_at(period.begins), first_event_at(period.ends)
    resolved = Event.objects.filter(pk__gte=first, pk__lt=last, type="conversation.status_changed")
    return Conversation.objects.filter(
        pk__in=resolved.filter(data__status=Status.RESOLVED).values("conversation_id"),
        status=Status.RESOLVED,
        is_spam=False,
        resolved_at__gte=period.begins,
        resolved_at__lt=period.ends,
    )


def first_event_at(moment: datetime) -> int:
    """The number of the first event of the log at `moment` or later; one after the last where there is none."""
    top = Event.objects.aggregate(top=Max("pk"))["top"] or 0
    low, high = 0, top + 1
    while low < high:
        middle = (low + high) // 2
        found = Event.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "occurred_at").first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low


def hand_offs_of(resolved: QuerySet[Conversation]) -> dict[int, int]:
    """How often conversations changed hands after a person had answered, by conversation; those that never did are not in it."""
    moved = (
        Event.objects.filter(conversation_id__in=resolved.values("pk"), type="conversation.assigned")
        .values("conversation_id")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .order_by()
        .values_list("conversation_id", flat=True)
    )
    candidates = [pk for pk in moved if pk is not None]
    counts: dict[int, int] = {}
    for start in range(0, len(candidates), AT_ONCE):
        counts |= _bounces(candidates[start : start + AT_ONCE])
    return counts


def channels_of(conversations: list[int]) -> dict[str, int]:
    """How many of these conversations began on which kind of channel."""
    found: dict[str, int] = {}
    for start in range(0, len(conversations), AT_ONCE):
        rows = Conversation.objects.filter(pk__in=conversations[start : start + AT_ONCE])
        for kind in rows.values_list("account__kind", flat=True):
            found[kind] = found.get(kind, 0) + 1
    return found


def _bounces(conversations: list[int]) -> dict[int, int]:
    rows = Event.objects.filter(conversation_id__in=conversations, type__in=_TOLD).order_by(
        "conversation_id", "pk"
    )
    told = rows.values_list("conversation_id", "type", "actor_kind", "data")
    counts = {
        pk: count_bounces(Happened(kind, actor == "agent", data) for _pk, kind, actor, data in events)
        for pk, events in groupby(told.iterator(chunk_size=5_000), key=itemgetter(0))
    }
    return {pk: count for pk, count in counts.items() if count}


def bounced_in(period: Period, *, among: QuerySet[Conversation] | None, after: str, limit: int) -> Breaches:
    """Resolved conversations over the limit, the last resolved first."""
    at_most = hand_off_limit()
    counts = {pk: count for pk, count in hand_offs_of(resolved_in(period)).items() if count > at_most}
    rows = seen_by(Conversation.objects.filter(pk__in=list(counts)[:MOST]), among, "pk")
    if place := read_cursor(after):
        at, pk = place
        rows = rows.filter(Q(resolved_at__lt=at) | Q(resolved_at=at, pk__lt=pk))
    rows = rows.select_related("customer", "account", "assignee").order_by("-resolved_at", "-pk")
    found = list(rows[: limit + 1])
    more = written(found[limit - 1].resolved_at, found[limit - 1].pk) if len(found) > limit else ""  # type: ignore[arg-type]
    return Breaches([_breach(row, counts[row.pk], at_most) for row in found[:limit]], more)


def _breach(row: Conversation, count: int, at_most: int) -> Breach:
    assert row.resolved_at is not None
    return Breach(
        f"conversation-{row.pk}",
        row.resolved_at,
        gettext("Changed hands %(n)s times") % {"n": count},
        row,
        row.account.kind,
        amount=f"{count} / {at_most}",
        done=gettext("Resolved by %(name)s") % {"name": row.assignee.name}
        if row.assignee
        else gettext("Resolved"),
        is_repaired=True,
    )
