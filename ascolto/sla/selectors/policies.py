"""What is promised to whom, and when the company works."""

from __future__ import annotations

from collections.abc import Sequence

from ascolto.sla.at_hand import at_hand
from ascolto.sla.models import BusinessCalendar, SlaPolicy


def policies(*, past: bool = False) -> Sequence[SlaPolicy]:
    """What is promised now, everybody's promise first, then by name; with `past` also what was promised before, after it.

    Without those for a group that was dissolved: they hold for nobody.
    """
    at_hand()  # the first time makes the default
    rows = SlaPolicy.objects.select_related("group", "calendar")
    if not past:
        rows = rows.filter(valid_until=None)
    return sorted(
        (row for row in rows if row.group_id is None or row.group is not None),
        key=lambda row: (
            row.valid_until is not None,
            bool(row.channel) or row.group_id is not None,
            row.name.casefold(),
            -row.valid_from.timestamp(),
        ),
    )


def calendars() -> Sequence[BusinessCalendar]:
    """Every calendar with its versions, those in use first."""
    at_hand()
    return list(BusinessCalendar.objects.prefetch_related("versions").order_by("is_archived", "name"))
