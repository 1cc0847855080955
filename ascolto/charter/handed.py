"""How often resolved conversations changed hands.

Which ones were resolved in a period is read from the log: its numbers rise with time, so the stretch that belongs to a period is found
without an index on times, and conversations need none for it either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext

from ascolto.charter.guarantee import Breach, Breaches, Period
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.conversations.models import Conversation, Status
from ascolto.events.models import Event
from ascolto.routing.models import HandOff, RoutingRules

DEFAULT_LIMIT = 2


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


def hand_offs_of(resolved: QuerySet[Conversation]) -> Iterator[tuple[str, int]]:
    """The channel of each conversation that changed hands, and how often it did."""
    rows = (
        HandOff.objects.filter(state=HandOff.State.ACCEPTED, conversation__in=resolved)
        .values("conversation_id", "conversation__account__kind")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for row in rows.iterator(chunk_size=2_000):
        yield row["conversation__account__kind"], row["n"]


def bounced_in(period: Period, *, among: QuerySet[Conversation] | None, after: str, limit: int) -> Breaches:
    """Resolved conversations over the limit, the last resolved first."""
    over = (
        HandOff.objects.filter(state=HandOff.State.ACCEPTED, conversation__in=resolved_in(period))
        .values("conversation")
        .annotate(n=Count("pk"))
        .filter(n__gt=hand_off_limit())
    )
    counts = dict(over.values_list("conversation", "n"))
    rows = seen_by(Conversation.objects.filter(pk__in=counts), among, "pk")
    if place := read_cursor(after):
        at, pk = place
        rows = rows.filter(Q(resolved_at__lt=at) | Q(resolved_at=at, pk__lt=pk))
    rows = rows.select_related("customer", "account", "assignee").order_by("-resolved_at", "-pk")
    found = list(rows[: limit + 1])
    more = written(found[limit - 1].resolved_at, found[limit - 1].pk) if len(found) > limit else ""
    return Breaches([_breach(row, counts[row.pk]) for row in found[:limit]], more)


def _breach(row: Conversation, count: int) -> Breach:
    assert row.resolved_at is not None
    return Breach(
        f"conversation-{row.pk}",
        row.resolved_at,
        gettext("Changed hands %(n)s times") % {"n": count},
        row,
        row.account.kind,
        amount=f"{count} / {hand_off_limit()}",
        done=gettext("Resolved by %(name)s") % {"name": row.assignee.name}
        if row.assignee
        else gettext("Resolved"),
        is_repaired=True,
    )
