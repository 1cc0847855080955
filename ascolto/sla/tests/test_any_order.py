"""In whatever order the network brings what was said, the same clocks come out, through the database."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from ascolto.conversations.models import Conversation
from ascolto.kit.clock import at
from ascolto.sla import worker
from ascolto.sla.models import SlaClock
from ascolto.sla.tests.office import Office, promise_everybody, rome
from ascolto.testing.factories import Cast, make_customer, receive

pytestmark = pytest.mark.django_db(transaction=True)
BEGUN = rome("2026-06-11 10:00")


def history(chance: random.Random) -> list[tuple[str, datetime, bool]]:
    """What was said on the network: by the customer (False) and by whoever answered there (True)."""
    said, moment = [("m0", BEGUN, False)], BEGUN
    for number in range(1, 7):
        moment += timedelta(minutes=chance.randint(1, 50))
        said.append((f"m{number}", moment, chance.random() < 0.45))
    return said


def outcome(conversations: list[int]) -> list[Any]:
    """Everything about the clocks that does not depend on which row it is."""
    rows = SlaClock.objects.filter(conversation__in=conversations).order_by("started_at", "kind")
    columns = (
        "kind",
        "state",
        "started_at",
        "due_at",
        "stopped_at",
        "waited",
        "waited_open",
        "message__external_id",
    )
    shown = Conversation.objects.filter(pk__in=conversations).values_list("waiting_since", "due_at")
    return [[(*row[:-1], str(row[-1]).rpartition("-")[2]) for row in rows.values_list(*columns)], list(shown)]


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_arrival_ends_the_same(cast: Cast, seed: int) -> None:
    office, chance = Office(cast), random.Random(seed)
    promise_everybody(60)
    said, came = history(chance), []
    for turn in range(4):
        order = list(said)
        if turn:
            chance.shuffle(order)
        customer = make_customer(f"Giulia {turn}")
        for place, (name, moment, is_ours) in enumerate(order):
            with at(rome("2026-06-11 16:00") + timedelta(seconds=place)):
                receive(
                    office.cast.inbox,
                    f"{name} says",
                    customer=customer,
                    at=moment,
                    external_id=f"{turn}-{name}",
                    replies_to=[f"{turn}-m0"] if name != "m0" else [],
                    outgoing=is_ours,
                )
                if chance.random() < 0.5:
                    worker.catch_up()
        office.looks("2026-06-11 16:01")
        came.append(outcome([one.pk for one in Conversation.objects.filter(customer=customer)]))
    assert all(one == came[0] for one in came[1:])
