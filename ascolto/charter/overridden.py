"""What was stopped and what was set aside in a period, as guarantees count and tell it."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from ascolto.charter.guarantee import Breach, Breaches, Period
from ascolto.charter.models import Stop
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.conversations.models import Conversation


def _rows(slug: str, period: Period) -> QuerySet[Stop]:
    return Stop.objects.filter(guarantee=slug, at__gte=period.begins, at__lt=period.ends)


def stops_in(slug: str, period: Period, *codes: str) -> int:
    """How often the guarantee stopped something; with `codes` only for these reasons."""
    rows = _rows(slug, period).filter(is_override=False)
    return (rows.filter(code__in=codes) if codes else rows).count()


def overrides_by_channel(slug: str, period: Period) -> dict[str, int]:
    """How often people set it aside, by the kind of channel on which the conversation began."""
    rows = _rows(slug, period).filter(is_override=True).values("conversation__account__kind")
    return {row["conversation__account__kind"] or "": row["n"] for row in rows.annotate(n=Count("pk"))}


def overrides_in(
    slug: str, period: Period, *, among: QuerySet[Conversation] | None, after: str, limit: int
) -> Breaches:
    """Each time a person set the guarantee aside, with the reason they gave, the newest first."""
    rows = seen_by(_rows(slug, period).filter(is_override=True), among).select_related(
        "agent", "conversation__customer", "conversation__account", "conversation__assignee"
    )
    if place := read_cursor(after):
        at, pk = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(rows.order_by("-at", "-pk")[: limit + 1])
    more = written(found[limit - 1].at, found[limit - 1].pk) if len(found) > limit else ""
    return Breaches([_breach(row) for row in found[:limit]], more)


def _breach(row: Stop) -> Breach:
    who = row.agent.name if row.agent else gettext("Somebody")
    return Breach(
        key=f"stop-{row.pk}",
        at=row.at,
        what=row.excerpt or row.code,
        conversation=row.conversation,
        channel=row.conversation.account.kind if row.conversation else "",
        done=gettext("Set aside by %(name)s: %(reason)s") % {"name": who, "reason": row.reason},
    )
