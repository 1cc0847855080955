"""What people do together about a conversation goes along when it becomes part of another one, and comes back with it.

What hangs on a note (whom it calls) goes where the note goes, in a split too.
"""

from __future__ import annotations

from typing import Any

from ascolto.collaboration.models import DepartmentRequest, Mention, ProblemLink, Seat, Told
from ascolto.conversations.merging import Moving


def move_together(moving: Moving) -> dict[str, Any]:
    """Take along requests, problems, what is still to be told about them, and who sits there."""
    _follow_notes(moving)
    if moving.is_part:
        return {}
    away, into = moving.away.pk, moving.into.pk
    requests = list(DepartmentRequest.objects.filter(conversation=away).values_list("pk", flat=True))
    DepartmentRequest.objects.filter(pk__in=requests).update(conversation=into)
    return {
        "requests": requests,
        "problems": _move(ProblemLink, "problem_id", away, into),
        "told": _move(Told, "announcement_id", away, into, state=Told.State.WAITING),
        "seats": _move(Seat, "agent_id", away, into),
    }


def bring_together_back(moving: Moving, moved: dict[str, Any]) -> None:
    """What went over and is still there goes back; what was told meanwhile was told to the other one."""
    _follow_notes(moving)
    if not moved:
        return
    rest, back = moving.away.pk, moving.into.pk
    DepartmentRequest.objects.filter(pk__in=moved["requests"], conversation=rest).update(conversation=back)
    _move(ProblemLink, "problem_id", rest, back, pk__in=moved["problems"])
    _move(Told, "announcement_id", rest, back, state=Told.State.WAITING, pk__in=moved["told"])
    _move(Seat, "agent_id", rest, back, pk__in=moved["seats"])


def _follow_notes(moving: Moving) -> None:
    rows = Mention.objects.filter(conversation=moving.away, message__conversation=moving.into)
    rows.update(conversation=moving.into)


def _move(
    model: type[ProblemLink] | type[Told] | type[Seat], once: str, away: int, into: int, **which: Any
) -> list[int]:
    """Of rows that a conversation has once for each `once`, those that the other one does not have; which they are."""
    there = list(model.objects.filter(conversation=into).values_list(once, flat=True))
    rows = model.objects.filter(conversation=away, **which).exclude(**{f"{once}__in": there})
    moved = list(rows.order_by("pk").values_list("pk", flat=True))
    model.objects.filter(pk__in=moved).update(conversation=into)
    return moved
