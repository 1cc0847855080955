"""The worker as the product runs it: in a thread of its own, beside others."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from ascolto.channels.protocol import ErrorClass
from ascolto.conversations.models import EarlyNews
from ascolto.delivery import worker
from ascolto.delivery.models import Dispatch
from ascolto.delivery.pacing import PER_ACCOUNT, Bucket, Pace, backoff
from ascolto.delivery.tests.desk import Desk, state_of, until
from ascolto.delivery.tests.paper import Hangs, Paper, refused
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox

pytestmark = pytest.mark.django_db(transaction=True)


def start() -> tuple[threading.Event, threading.Thread]:
    """One more worker."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    return stop, thread


def end(stop: threading.Event, thread: threading.Thread) -> None:
    """Ask it to stop, and see that it does."""
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def running(networks: dict[str, Paper]) -> Iterator[threading.Event]:
    """A worker."""
    stop, thread = start()
    yield stop
    end(stop, thread)


def all_sent(messages: list[Any]) -> bool:
    return {state_of(message)[0] for message in messages} == {"sent"}


def test_it_sends_what_comes_while_it_runs(desk: Desk, running: threading.Event) -> None:
    message = desk.answered()
    until(lambda: state_of(message) == ("sent", "sent"))


def test_a_network_that_hangs_does_not_delay_the_others(
    desk: Desk, paper: Paper, running: threading.Event
) -> None:
    hanging, other = Hangs(), make_inbox("paper", "Second line")
    paper.answers(desk.inbox.pk, always=hanging)
    stuck = desk.strangers(PER_ACCOUNT + 2)
    paper.wait_until(lambda network: network.begun[desk.inbox.pk] == PER_ACCOUNT)
    free = desk.strangers(20, other)
    until(lambda: all_sent(free))
    assert paper.begun[desk.inbox.pk] == PER_ACCOUNT
    assert Dispatch.objects.filter(message__in=stuck, state="sending").count() == PER_ACCOUNT
    hanging.let_go()
    until(lambda: all_sent(stuck))


def test_many_networks_that_hang_leave_room_for_one_that_works(
    desk: Desk, paper: Paper, running: threading.Event
) -> None:
    hanging = Hangs()
    for number in range(6):
        inbox = make_inbox("paper", f"Hangs {number}")
        paper.answers(inbox.pk, always=hanging)
        desk.strangers(PER_ACCOUNT, inbox)
    paper.wait_until(lambda network: sum(network.begun.values()) == 6 * PER_ACCOUNT)
    message = desk.answered()
    until(lambda: state_of(message) == ("sent", "sent"))
    hanging.let_go()


def test_two_workers_send_everything_once_and_in_order(
    desk: Desk, paper: Paper, running: threading.Event
) -> None:
    second = start()
    talks = [desk.writes(customer=message.conversation.customer) for message in desk.strangers(4)]
    for number in range(8):
        for talk in talks:
            desk.answers(talk, f"{talk.pk}: {number}")
    until(lambda: not Dispatch.objects.exclude(state="sent").exists())
    end(*second)
    for talk in talks:
        mine = [text for text in paper.texts if text.startswith(f"{talk.pk}:")]
        assert mine == [f"{talk.pk}: {number}\nMarco" for number in range(8)]


def test_it_stops_when_what_is_on_the_wire_came_back(desk: Desk, paper: Paper) -> None:
    hanging = Hangs()
    paper.answers(desk.inbox.pk, hanging)
    message = desk.answered()
    stop, thread = start()
    paper.wait_until(lambda network: network.begun[desk.inbox.pk] == 1)
    stop.set()
    hanging.let_go()
    thread.join(60)
    assert state_of(message) == ("sent", "sent")


def test_it_does_not_wait_for_ever_when_it_is_stopped(
    desk: Desk, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "GRACE", 0.0)
    hanging = Hangs()
    paper.answers(desk.inbox.pk, hanging)
    message = desk.answered()
    stop, thread = start()
    paper.wait_until(lambda network: network.begun[desk.inbox.pk] == 1)
    end(stop, thread)
    assert state_of(message) == ("sending", "sending")
    Dispatch.objects.update(run_at=now())  # its lease is over
    worker.deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    hanging.let_go()


def test_an_outcome_outlives_a_database_that_is_away(
    desk: Desk, paper: Paper, running: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = Hangs()
    paper.answers(desk.inbox.pk, hanging)
    message = desk.answered()
    paper.wait_until(lambda network: network.begun[desk.inbox.pk] == 1)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        hanging.let_go()
    else:
        with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")  # as a bulk writer does; the worker waits or is refused
            hanging.let_go()
            paper.wait_until(lambda network: bool(network.sent))
            other.execute("ROLLBACK")
        other.close()
    until(lambda: state_of(message) == ("sent", "sent"))
    assert len(paper.sent) == 1


def test_a_database_that_stays_locked_is_asked_again(
    desk: Desk, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite locks the whole database")
    monkeypatch.setattr("ascolto.config.sqlite.base.PATIENCE", 0.01)
    hanging = Hangs()
    paper.answers(desk.inbox.pk, hanging)
    message = desk.answered()
    stop, thread = start()
    paper.wait_until(lambda network: network.begun[desk.inbox.pk] == 1)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hanging.let_go()
    paper.wait_until(lambda network: bool(network.sent))
    refusals = threading.Event()
    worker.log.addFilter(lambda record: refusals.set() or True)  # type: ignore[func-returns-value]
    try:
        assert refusals.wait(60), "the worker was never refused"
    finally:
        worker.log.filters.clear()
        other.execute("ROLLBACK")
        other.close()
    until(lambda: state_of(message) == ("sent", "sent"))
    end(stop, thread)


def test_a_receipt_parked_beside_its_message_is_applied(desk: Desk, running: threading.Event) -> None:
    """Intake parks it in one transaction, the courier learns the id in another, and neither sees the other."""
    message = desk.answered()
    until(lambda: state_of(message) == ("sent", "sent"))
    EarlyNews.objects.create(
        account=desk.inbox,
        external_id=message.external_id,
        news={"kind": "receipt", "status": "read", "tracker": "", "reason": "", "error": ""},
        occurred_at=now(),
    )
    until(lambda: state_of(message) == ("sent", "read"))
    until(lambda: not EarlyNews.objects.exists())


def test_a_passing_error_is_tried_again_by_itself(desk: Desk, paper: Paper, running: threading.Event) -> None:
    paper.answers(desk.inbox.pk, refused(ErrorClass.RETRY), refused(ErrorClass.RETRY))
    message = desk.answered()
    until(lambda: state_of(message) == ("sent", "sent"))
    assert paper.begun[desk.inbox.pk] == 3


# --- pacing, without a database ---


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    ceilings = [backoff(tries, lambda: 1.0) for tries in range(1, 15)]
    assert ceilings[:5] == [1, 2, 4, 8, 16]
    assert ceilings[-1] == 15 * 60
    assert all(0 <= backoff(6) <= 32 for _ in range(50))


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    moment = [100.0]
    bucket = Bucket(2.0, 5, clock=lambda: moment[0])
    assert bucket.available() == 5
    bucket.take(5)
    assert bucket.available() == 0
    moment[0] += 1.0
    assert bucket.available() == 2
    moment[0] += 60.0
    assert bucket.available() == 5


def test_an_account_has_its_share_of_the_places() -> None:
    pace = Pace()
    assert pace.places(1, (100.0, 100)) == PER_ACCOUNT
    for _ in range(PER_ACCOUNT):
        pace.begin(1)
    assert pace.places(1, (100.0, 100)) == 0
    assert pace.places(2, (100.0, 2)) == 2
    pace.end(1)
    assert pace.places(1, (100.0, 100)) == 1
