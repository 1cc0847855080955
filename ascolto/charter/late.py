"""Promises that were due in a period: what was kept, what was late, and whether somebody wrote since."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from ascolto.charter.guarantee import Breach, Breaches, Period
from ascolto.charter.paging import read_cursor, seen_by, written
from ascolto.charter.wording import late_by
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.sla.models import ClockKind, Commitment, SlaClock

PROMISED = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.COMPLAINT)
_COMMITMENT = Commitment.State


def _due(period: Period, *states: str) -> QuerySet[SlaClock]:
    return SlaClock.objects.filter(
        state__in=states, due_at__gte=period.begins, due_at__lt=period.ends, kind__in=PROMISED
    )


def promises_by_channel(period: Period) -> dict[str, tuple[int, int]]:
    """Kept and all answers that were due, by the channel on which the customer began to wait; spam left out."""
    rows = (
        _due(period, SlaClock.State.MET, SlaClock.State.BREACHED)
        .filter(conversation__is_spam=False)
        .values("channel")
        .annotate(kept=Count("pk", filter=Q(state=SlaClock.State.MET)), total=Count("pk"))
        .order_by()
    )
    return {row["channel"]: (row["kept"], row["total"]) for row in rows}


def commitments_by_channel(period: Period) -> dict[str, tuple[int, int]]:
    """Kept and all dated promises that were due, by the channel on which they were made."""
    rows = (
        Commitment.objects.filter(
            state__in=[_COMMITMENT.KEPT, _COMMITMENT.BROKEN],
            due_at__gte=period.begins,
            due_at__lt=period.ends,
        )
        .values("message__account__kind")
        .annotate(kept=Count("pk", filter=Q(state=_COMMITMENT.KEPT)), total=Count("pk"))
        .order_by()
    )
    return {row["message__account__kind"] or "": (row["kept"], row["total"]) for row in rows}


def repaired_in(period: Period) -> tuple[int, int]:
    """Of what was late in the period: answered since, and all."""
    clocks = _due(period, SlaClock.State.BREACHED).aggregate(
        done=Count("pk", filter=Q(stopped_at__isnull=False)), total=Count("pk")
    )
    dated = Commitment.objects.filter(
        state=_COMMITMENT.BROKEN, due_at__gte=period.begins, due_at__lt=period.ends
    ).aggregate(done=Count("pk", filter=Q(settled_at__isnull=False)), total=Count("pk"))
    return clocks["done"] + dated["done"], clocks["total"] + dated["total"]


def late_answers(period: Period, *, among: QuerySet[Conversation] | None, after: str, limit: int) -> Breaches:
    """Answers that came too late, or did not come yet, the last due first."""
    rows = seen_by(_due(period, SlaClock.State.BREACHED).filter(conversation__is_spam=False), among)
    if place := read_cursor(after):
        at, pk = place
        rows = rows.filter(Q(due_at__lt=at) | Q(due_at=at, pk__lt=pk))
    rows = rows.select_related("conversation__customer", "conversation__assignee", "answered_by")
    found = list(rows.order_by("-due_at", "-pk")[: limit + 1])
    more = written(found[limit - 1].due_at, found[limit - 1].pk) if len(found) > limit else ""  # type: ignore[arg-type]
    return Breaches([_late(row) for row in found[:limit]], more)


def _late(row: SlaClock) -> Breach:
    assert row.due_at is not None
    what = {
        ClockKind.FIRST_RESPONSE: gettext("First answer"),
        ClockKind.NEXT_RESPONSE: gettext("Answer"),
        ClockKind.COMPLAINT: gettext("Answer to a complaint"),
    }[ClockKind(row.kind)]
    if row.stopped_at is not None:
        done = (
            gettext("Answered since by %(name)s") % {"name": row.answered_by.name}
            if row.answered_by
            else gettext("Answered since")
        )
    else:
        done = _open(row.conversation)
    return Breach(
        f"clock-{row.pk}", row.due_at, what, row.conversation, row.channel,
        amount=late_by((row.stopped_at or now()) - row.due_at), done=done, is_repaired=row.stopped_at is not None,
    )  # fmt: skip


def _open(conversation: Conversation) -> str:
    if conversation.assignee is None:
        return gettext("Open, nobody has it")
    return gettext("Open, it is with %(name)s") % {"name": conversation.assignee.name}


def broken_commitments(
    period: Period, *, among: QuerySet[Conversation] | None, after: str, limit: int
) -> Breaches:
    """Dated promises of people that were not kept, the last due first."""
    rows = Commitment.objects.filter(
        state=_COMMITMENT.BROKEN,
        due_at__gte=period.begins,
        due_at__lt=period.ends,
    )
    rows = seen_by(rows, among)
    if place := read_cursor(after):
        at, pk = place
        rows = rows.filter(Q(due_at__lt=at) | Q(due_at=at, pk__lt=pk))
    rows = rows.select_related(
        "conversation__customer", "conversation__assignee", "owner", "message__account"
    )
    found = list(rows.order_by("-due_at", "-pk")[: limit + 1])
    more = written(found[limit - 1].due_at, found[limit - 1].pk) if len(found) > limit else ""
    return Breaches([_broken(row) for row in found[:limit]], more)


def _broken(row: Commitment) -> Breach:
    done = gettext("Written since") if row.settled_at else _open(row.conversation)
    return Breach(
        f"commitment-{row.pk}", row.due_at, gettext("Dated promise: “%(words)s”") % {"words": row.words}, row.conversation,
        row.message.account.kind if row.message and row.message.account else "",
        amount=late_by((row.settled_at or now()) - row.due_at), done=done, is_repaired=row.settled_at is not None,
    )  # fmt: skip
