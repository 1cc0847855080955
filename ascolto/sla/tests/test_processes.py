"""Kept by real processes that are killed at any moment: nothing is warned, broken or told twice, and nothing is forgotten."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from ascolto.conversations.models import Message
from ascolto.events.log import Position, move_cursor
from ascolto.events.models import Cursor, Event
from ascolto.kit.clock import now
from ascolto.sla import worker
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.models import SlaClock
from ascolto.sla.tests.office import Office
from ascolto.sla.tests.process import keeper
from ascolto.testing.factories import Cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)
QUARTER = timedelta(minutes=15)  # what everybody is promised without a policy
TOLD_ONCE = ("sla.warned", "sla.breached", "sla.notice_sent", "sla.notice_skipped")


def until(condition: Callable[[], bool]) -> None:
    """Wait for other processes, with a bound that only a fault reaches."""
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def told_per_clock() -> Counter[tuple[str, int]]:
    rows = Event.objects.filter(type__in=TOLD_ONCE).values_list("type", "data__clock")
    return Counter((name, int(clock)) for name, clock in rows)


def steps() -> Counter[tuple[int, str]]:
    rows = Event.objects.filter(type="sla.escalated").values_list("data__clock", "data__step")
    return Counter((int(clock), str(step)) for clock, step in rows)


def is_settled() -> bool:
    """Whether the log was read and nothing is due."""
    newest = Event.objects.order_by("-xid", "-id").values_list("pk", flat=True).first()
    read = Cursor.objects.filter(name=worker.CURSOR).values_list("event_id", flat=True).first()
    return newest == read and not SlaClock.objects.filter(next_at__lte=now()).exists()


def test_of_two_parts_one_settles_a_portion(cast: Cast) -> None:
    move_cursor(worker.CURSOR, Position(0, 0))
    cast.writes()
    stale = Cursor.objects.get(name=worker.CURSOR)
    events = list(Event.objects.order_by("pk"))
    worker.catch_up()
    assert not worker._settle(stale, events)
    assert SlaClock.objects.filter(kind="first_response").count() == 1


def test_a_conversation_that_cannot_be_settled_holds_up_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, good = (cast.writes(customer=make_customer(name)) for name in ("Piero Rotto", "Carla Sana"))
    whole = worker.settle

    def stumbling(conversations: list[int], **options: bool) -> int:
        if wrong.pk in conversations:
            raise ValueError("a bug of ours")
        return whole(conversations, **options)

    monkeypatch.setattr(worker, "settle", stumbling)
    worker.catch_up()
    assert set(SlaClock.objects.values_list("conversation_id", flat=True)) == {good.pk}
    SlaClock.objects.update(next_at=now() - timedelta(minutes=1))
    SlaClock.objects.filter(conversation=good).update(conversation=wrong)
    worker.take_due()
    assert not SlaClock.objects.filter(next_at__lte=now()).exists()


@pytest.mark.processes
@pytest.mark.fault
def test_killed_at_any_moment_it_tells_nothing_twice_and_forgets_nothing(cast: Cast) -> None:
    office = Office(cast)
    change_settings(by=None, delay_notice=True)
    worker.ensure_cursors()
    for wave in range(6):
        for number in range(10 * wave, 10 * wave + 10):  # a third is broken already, a third in danger
            office.cast.writes(
                customer=make_customer(f"Giulia {number}"),
                at=now() - timedelta(minutes=(20, 12, 5)[number % 3]),
                external_id=f"m{number}",
            )
        read = Cursor.objects.get(name=worker.CURSOR).event_id
        with keeper() as process:  # killed in the middle of whatever follows its first portion
            until(lambda read=read: Cursor.objects.get(name=worker.CURSOR).event_id > read)  # type: ignore[misc]
            process.kill()
    with keeper(), keeper():
        until(is_settled)
    assert SlaClock.objects.filter(kind="first_response").count() == 60
    assert set(told_per_clock().values()) == {1}
    assert set(steps().values()) == {1}
    broken = SlaClock.objects.filter(state="breached", kind="first_response")
    assert broken.count() == 20
    assert Message.objects.filter(client_key__startswith="delay-notice-").count() == 20
    assert sum(1 for name, _ in told_per_clock() if name == "sla.warned") == 20


@pytest.mark.processes
def test_more_news_than_one_look_takes_are_all_followed_when_nobody_writes_any_more(cast: Cast) -> None:
    worker.ensure_cursors()
    with transaction.atomic():
        for number in range(130):
            cast.writes(customer=make_customer(f"Giulia {number}"), external_id=f"m{number}")
    assert Event.objects.filter(type__startswith="message.").count() == 130
    with keeper():
        until(lambda: SlaClock.objects.filter(kind="first_response").count() == 130)
