"""Workers as real processes, killed at any moment: a message leaves once, or is marked uncertain, never twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from ascolto.channels.models import ChannelAccount
from ascolto.channels.registry import all_adapters
from ascolto.delivery.models import Dispatch
from ascolto.delivery.pacing import PER_ACCOUNT
from ascolto.delivery.tests.desk import Desk, until
from ascolto.delivery.tests.wire import KINDS, Wire, WireServer, worker_process
from ascolto.testing.factories import make_inbox
from ascolto.testing.journey import unsigned

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def server() -> Iterator[WireServer]:
    """The network's server."""
    with WireServer() as running:
        yield running
        running.gate.set()


@pytest.fixture
def wired(desk: Desk, server: WireServer) -> Iterator[Desk]:
    """Marco's desk, with an inbox on the wire."""
    all_adapters().update({kind: Wire(kind) for kind in KINDS})
    desk.inbox = connect("wire", server)
    yield desk
    for kind in KINDS:
        all_adapters().pop(kind)


def connect(kind: str, server: WireServer, name: str = "") -> ChannelAccount:
    return make_inbox(kind, name, address=server.url)


def is_settled() -> bool:
    """Whether nothing is on its way any more."""
    return not Dispatch.objects.filter(state__in=["queued", "claimed", "sending"]).exists()


def states() -> Counter[str]:
    """How many dispatches are in which state."""
    return Counter(Dispatch.objects.values_list("state", flat=True))


def check_nothing_left_twice(server: WireServer) -> None:
    """What is sent arrived once; what is uncertain arrived once or not at all; nothing else is left."""
    counts = server.counts
    for tracker, state, delivery in Dispatch.objects.values_list("tracker", "state", "message__delivery"):
        assert state == delivery
        assert counts[tracker] == 1 or (state == "uncertain" and counts[tracker] == 0), (
            state,
            counts[tracker],
        )


def test_two_processes_send_everything_once_and_in_order(wired: Desk, server: WireServer) -> None:
    other = connect("echo", server)
    talks = [m.conversation for m in [*wired.strangers(5), *wired.strangers(5, other)]]
    with worker_process(), worker_process():
        for number in range(5):
            for talk in talks:
                wired.answers(talk, f"{talk.pk}: {number}")
        until(is_settled)
    assert states() == {"sent": 60}
    assert set(server.counts.values()) == {1}
    for talk in talks:
        mine = [unsigned(text) for text in server.texts if text.startswith(f"{talk.pk}: ")]
        assert mine == [f"{talk.pk}: {number}" for number in range(5)]


@pytest.mark.fault
def test_a_worker_killed_in_the_middle_of_sending_sends_nothing_twice(
    wired: Desk, server: WireServer
) -> None:
    wired.strangers(12)
    with worker_process() as worker:
        until(lambda: states() == {"sent": 12})
        server.gate.clear()
        wired.strangers(12, connect("wire", server, "Second line"))
        server.wait_for(12 + PER_ACCOUNT)
        worker.kill()
        worker.wait()
    on_the_wire = Dispatch.objects.filter(state="sending").count()
    assert on_the_wire == PER_ACCOUNT
    server.gate.set()
    with worker_process():
        until(is_settled)
    check_nothing_left_twice(server)
    assert states() == {"sent": 24 - on_the_wire, "uncertain": on_the_wire}


@pytest.mark.fault
def test_where_the_network_knows_repeats_everything_arrives(wired: Desk, server: WireServer) -> None:
    server.gate.clear()
    wired.strangers(10, connect("echo", server))
    with worker_process() as worker:
        server.wait_for(3)
        worker.kill()
        worker.wait()
    server.gate.set()
    with worker_process():
        until(is_settled)
    assert states() == {"sent": 10}
    assert len(server.counts) == 10


@pytest.mark.fault
def test_workers_killed_at_any_moment_send_nothing_twice(wired: Desk, server: WireServer) -> None:
    chance = random.Random(20)
    inboxes = [wired.inbox, *(connect("wire", server, f"Line {number}") for number in range(3))]
    for inbox in inboxes:
        wired.strangers(25, inbox)
    kills = 4
    for _ in range(kills):
        with worker_process():
            server.wait_for(len(server.arrived) + chance.randrange(1, 15))
    with worker_process():
        until(is_settled)
    check_nothing_left_twice(server)
    assert set(states()) <= {"sent", "uncertain"}
    assert states()["uncertain"] <= kills * PER_ACCOUNT * len(inboxes)
