"""Promises of conversations that become one: what still runs goes along, what is over stays where it was kept or broken.

A customer waits in the target since they began to wait in the source; where somebody decided something in the target meanwhile, without
knowing of it, since the merge (`gathering`).
"""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_noop

from ascolto.conversations.merging import Moving
from ascolto.gates import Refused
from ascolto.sla.actions.settle import settle
from ascolto.sla.models import Commitment, Complaint, SlaClock

_MOMENTS = ("started_at", "due_at", "warned_at", "breached_at", "noticed_at", "next_at")
_PLAIN = ("kind", "channel", "policy_id", "message_id", "state", "steps_done")


def move_promises(moving: Moving) -> dict[str, Any]:
    """Take along dated promises, the complaint and the clocks that run. Raises Refused when both are complaints."""
    away, into = moving.away.pk, moving.into.pk
    if moving.is_part:
        Commitment.objects.filter(message__in=moving.messages).update(conversation=into)
        settle([away, into])
        return {}
    dated = list(Commitment.objects.filter(conversation=away).values_list("pk", flat=True))
    Commitment.objects.filter(pk__in=dated).update(conversation=into)
    moved = {"dated": dated, "complaint": _move_complaint(away, into), "clocks": _move_clocks(away, into)}
    settle([into])
    return moved


def bring_back(moving: Moving, moved: dict[str, Any]) -> None:
    """Everything as it was, and computed anew from what happened since."""
    rest, back = moving.away.pk, moving.into.pk
    Commitment.objects.filter(pk__in=moved["dated"], conversation=rest).update(conversation=back)
    Commitment.objects.filter(message__in=moving.messages, conversation=rest).update(conversation=back)
    if moved["complaint"]:
        Complaint.objects.filter(pk=moved["complaint"], conversation=rest).update(
            conversation=back, given_as=None
        )
    for clock in moved["clocks"]:
        _restore(clock, rest, back)
    settle([rest, back])


def _move_complaint(away: int, into: int) -> int | None:
    complaint = Complaint.objects.filter(conversation=away, withdrawn_at=None).first()
    if complaint is None:
        return None
    if Complaint.objects.filter(conversation=into).exists():
        raise Refused(
            "two_complaints",
            gettext_noop("Both are complaints, each with a code that the customer knows."),
            fix=gettext_noop("Answer them apart, or withdraw one of them first."),
        )
    complaint.given_as = complaint.given_as or away
    complaint.conversation_id = into
    complaint.save(update_fields=["conversation", "given_as"])
    return complaint.pk


def _move_clocks(away: int, into: int) -> list[dict[str, Any]]:
    there = set(SlaClock.objects.filter(conversation=into).values_list("kind", "started_at"))
    kept = []
    for clock in SlaClock.objects.filter(conversation=away, stopped_at=None):
        kept.append(_remembered(clock))
        if (clock.kind, clock.started_at) in there:
            clock.delete()
        else:
            clock.conversation_id = into
            clock.save(update_fields=["conversation"])
    return kept


def _remembered(clock: SlaClock) -> dict[str, Any]:
    moments = {name: moment.isoformat() if (moment := getattr(clock, name)) else None for name in _MOMENTS}
    return {"pk": clock.pk, **moments, **{name: getattr(clock, name) for name in _PLAIN}}


def _restore(kept: dict[str, Any], rest: int, back: int) -> None:
    clock = SlaClock.objects.filter(pk=kept["pk"], conversation=rest).first() or SlaClock()
    for name in _MOMENTS:
        setattr(clock, name, parse_datetime(kept[name]) if kept[name] else None)
    for name in _PLAIN:
        setattr(clock, name, kept[name])
    clock.conversation_id = back
    clock.stopped_at = clock.waited = clock.waited_open = clock.answered_by = None
    same = SlaClock.objects.filter(conversation=back, kind=clock.kind, started_at=clock.started_at)
    same.exclude(pk=clock.pk).delete()
    clock.save()
