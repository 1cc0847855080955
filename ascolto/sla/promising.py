"""The promise of a message at the moment it arrives, before its clocks are computed: what intake writes at once, for whole batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ascolto.conversations.promises import Asked
from ascolto.customers.models import Customer
from ascolto.sla.at_hand import AtHand, at_hand
from ascolto.sla.calendar import add_open_time
from ascolto.sla.facts import FIRST_RESPONSE, NEXT_RESPONSE
from ascolto.sla.policy import choose


def promise(asked: Sequence[Asked]) -> Sequence[datetime | None]:
    """By when each must have an answer. Two queries a batch at most: whether promises changed, and the customers' groups."""
    hand = at_hand()
    groups = _groups(asked) if hand.by_group else {}
    return [_due(one, hand, groups.get(one.conversation.customer_id)) for one in asked]


def _groups(asked: Sequence[Asked]) -> dict[int, int | None]:
    customers = {one.conversation.customer_id for one in asked}
    rows = Customer.objects.filter(pk__in=customers, group__isnull=False)
    return dict(rows.values_list("pk", "group_id"))


def _due(asked: Asked, hand: AtHand, group: int | None) -> datetime | None:
    kind = FIRST_RESPONSE if asked.is_first else NEXT_RESPONSE
    found = choose(hand.promises, kind, asked.since, channel=asked.channel, group=group)
    amount = found.amount(kind) if found else None
    return add_open_time(found.timetable, asked.since, amount) if found and amount is not None else None
