"""Workers that die, and workers that come back late."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from ascolto.channels.protocol import ErrorClass, Sent
from ascolto.delivery import leases
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outcomes import Result, record
from ascolto.delivery.tests.desk import Desk, dispatch_of, state_of
from ascolto.delivery.tests.paper import Paper, refused
from ascolto.delivery.worker import Worker, deliver_waiting
from ascolto.kit import holders
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox

ELSEWHERE = "another-machine:0:1:1:1"


def hold(state: str, holder: str = ELSEWHERE, until: timedelta = timedelta(seconds=-1)) -> None:
    """Let another worker hold everything."""
    Dispatch.objects.update(
        state=state, holder=holder, run_at=now() + until, first_tried_at=now(), attempts=1
    )


def dead_holder() -> str:
    """The name of a worker that lived on this machine."""
    parts = holders.new_holder().split(":")
    parts[3] = "1"  # the number of the process belongs to somebody else now
    return ":".join(parts)


def test_what_another_worker_holds_is_left_to_it(desk: Desk, paper: Paper) -> None:
    desk.answered()
    for state in ("claimed", "sending"):
        hold(state, until=leases.LEASE)
        deliver_waiting()
        assert Dispatch.objects.get().state == state
    assert paper.texts == []


def test_what_was_claimed_by_a_worker_that_is_gone_is_sent(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    hold("claimed")
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")


def test_what_a_worker_that_is_gone_was_sending_is_uncertain(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    hold("sending")
    deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    assert paper.texts == []
    assert [attempt.outcome for attempt in dispatch_of(message).tries.all()] == ["uncertain"]


def test_what_a_worker_that_is_gone_was_sending_is_repeated_where_the_network_knows_repeats(
    desk: Desk, networks: dict[str, Paper]
) -> None:
    inbox = make_inbox("carbon")
    message = desk.answers(desk.writes(inbox))
    hold("sending")
    Worker().sweep()
    assert state_of(message) == ("queued", "queued")
    Dispatch.objects.update(run_at=now())
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")


@pytest.mark.skipif(
    not os.path.exists("/proc/self/stat"), reason="no /proc on this machine: the lease decides"
)
def test_a_death_on_this_machine_is_noticed_at_once(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    hold("claimed", dead_holder(), until=leases.LEASE)
    deliver_waiting()
    assert state_of(message) == ("sent", "sent")


def test_a_living_worker_is_not_taken_for_dead() -> None:
    assert not holders.is_dead(holders.new_holder())
    assert not holders.is_dead(ELSEWHERE)
    assert not holders.is_dead("")
    assert len(holders.new_holder()) <= 60
    assert holders.new_holder() != holders.new_holder()


def test_two_workers_never_claim_the_same(desk: Desk) -> None:
    desk.strangers(3)
    first = leases.claim("one", {desk.inbox.pk: 2}, now())
    second = leases.claim("two", {desk.inbox.pk: 2}, now())
    assert (len(first), len(second)) == (2, 1)
    assert not set(first) & set(second)
    assert leases.claim("three", {desk.inbox.pk: 2}, now()) == []


def test_a_worker_that_lost_its_claim_does_not_begin(desk: Desk) -> None:
    desk.answered()
    [pk] = leases.claim("slow", {desk.inbox.pk: 1}, now())
    hold("claimed", "quick", until=leases.LEASE)
    assert not leases.begin_sending("slow", Dispatch.objects.get(pk=pk))
    assert Dispatch.objects.get(pk=pk).holder == "quick"


def test_an_answer_after_the_lease_still_tells_the_truth(desk: Desk) -> None:
    message = desk.answered()
    hold("sending", "slow")
    deliver_waiting()
    assert state_of(message) == ("uncertain", "uncertain")
    row = dispatch_of(message)
    late = Result(dispatch=row.pk, account=desk.inbox.pk, tracker=row.tracker, sent=Sent(("out-late",)))
    assert record("slow", late)
    assert state_of(message) == ("sent", "sent")
    assert message.external_id == "out-late"


def test_an_answer_about_what_others_hold_is_ignored(desk: Desk) -> None:
    message = desk.answered()
    row = dispatch_of(message)
    hold("sending", "quick", until=leases.LEASE)
    late = Result(
        dispatch=row.pk, account=desk.inbox.pk, tracker=row.tracker, failure=refused(ErrorClass.CONTENT)
    )
    assert not record("slow", late)
    assert dispatch_of(message).state == "sending"


def test_a_worker_gives_back_what_it_could_not_begin(desk: Desk, paper: Paper) -> None:
    message = desk.answered()
    worker = Worker()
    worker._interrupted = True  # the database went away in the middle of the last turn
    hold("claimed", worker.holder, until=leases.LEASE)
    worker.begin_due()
    paper.wait_until(lambda network: bool(network.sent))
    while worker.is_busy:  # the answer may have been taken already
        worker.listen(0.05)
        worker.tell()
    assert state_of(message) == ("sent", "sent")


def test_what_is_on_the_wire_is_held_on_to(desk: Desk) -> None:
    desk.answered()
    hold("sending", "busy", until=timedelta(seconds=1))
    leases.renew([Dispatch.objects.get().pk])
    assert Dispatch.objects.get().run_at > now() + leases.LEASE / 2
