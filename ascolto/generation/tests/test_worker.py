"""Workers: no more at once than allowed, none twice, and what a dead one left is settled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from ascolto.generation import worker as working
from ascolto.generation.actions import work
from ascolto.generation.actions.ask import ask, cancel
from ascolto.generation.models import Departure, Generated, ModelServer
from ascolto.generation.worker import Worker, answer_waiting
from ascolto.kit import clock
from ascolto.testing.factories import make_agent, make_customer
from ascolto.testing.product import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "another-machine:0:1:1:1"


@contextmanager
def running(count: int = 1) -> Iterator[None]:
    """Background processes, as threads."""
    stop = threading.Event()
    threads = [threading.Thread(target=working.run, args=(stop,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def wishes(cast, count: int) -> list[Generated]:
    """Many people want a summary at once."""
    found = []
    for number in range(count):
        person = make_agent(f"Agent{number} Bo", teams=[cast.care])
        conversation = cast.writes(f"Dead line {number}", customer=make_customer(f"Luca Serra{number}"))
        found.append(ask(agent=person, conversation=conversation, purpose="summary"))
    return found


def test_two_processes_ask_everything_once_and_never_too_much_at_once(cast, model, on) -> None:
    wishes(cast, 9)
    with running(2):
        wait_for(lambda: not Generated.objects.filter(finished_at=None).exists())
    assert len(model.heard) == 9
    assert model.most_at_once <= 2
    assert set(Generated.objects.values_list("source", flat=True)) == {"model"}


def test_a_request_that_is_taken_back_while_the_model_writes_stays_so(cast, model, on) -> None:
    model.gate.clear()
    (asked,) = wishes(cast, 1)
    with running():
        wait_for(lambda: model.heard)
        assert cancel(generated=asked)
        model.gate.set()
        wait_for(lambda: Departure.objects.filter(outcome="answered").exists())
    asked.refresh_from_db()
    assert (asked.state, asked.text) == ("cancelled", "")


def test_a_process_that_ends_in_peace_waits_for_what_is_on_the_wire(cast, model, on) -> None:
    model.suffer("late", times=1)
    model.delay = 0.5
    (asked,) = wishes(cast, 1)
    with running():
        wait_for(lambda: model.heard)
    asked.refresh_from_db()
    assert asked.source == "model"


def test_what_had_not_left_when_its_worker_died_is_asked_by_another(cast, model, on) -> None:
    (asked,) = wishes(cast, 1)
    assert work.claim(ELSEWHERE, clock.now()) == [asked.pk]
    answer_waiting()
    assert not model.heard, "somebody has it"
    with clock.at(clock.now() + work.LEASE * 2):
        answer_waiting()
        answer_waiting()
    asked.refresh_from_db()
    assert (asked.source, len(model.heard)) == ("model", 1)


def test_what_may_have_left_when_its_worker_died_is_never_asked_again(cast, model, on) -> None:
    (asked,) = wishes(cast, 1)
    work.claim(ELSEWHERE, clock.now())
    parcel = work.Parcel(host="h", model="m", prompt="p", body=b"{}", masked=0, sources=[])
    assert work.begin_asking(asked, ELSEWHERE, parcel, 1)
    with clock.at(clock.now() + work.LEASE * 2):
        answer_waiting()
        answer_waiting()
    asked.refresh_from_db()
    assert (asked.state, asked.source, asked.why) == ("done", "extract", "interrupted")
    assert Departure.objects.get().outcome == "interrupted"
    assert not model.heard


def test_a_worker_that_comes_back_late_writes_nothing(cast, model, on) -> None:
    (asked,) = wishes(cast, 1)
    late = Worker()
    work.claim(late.holder, clock.now())
    with clock.at(clock.now() + work.LEASE * 2):
        answer_waiting()
        answer_waiting()
    assert not work.finish_without_model(asked, late.holder, work.Outcome.LATE)
    asked.refresh_from_db()
    assert asked.source == "model"
    assert timedelta(0) < work.LEASE


def test_nothing_waits_costs_one_short_question(cast, model, on, django_assert_num_queries) -> None:
    worker = Worker()
    worker.turn()  # sweeps
    with django_assert_num_queries(1):
        worker.turn()


def test_a_request_that_breaks_us_is_settled_and_the_next_one_goes_out(cast, model, on) -> None:
    (asked,) = wishes(cast, 1)
    ModelServer.objects.update(base_url="no address at all")  # what no screen lets pass
    answer_waiting()
    asked.refresh_from_db()
    assert (asked.state, asked.source, asked.why) == ("done", "extract", "internal")
    ModelServer.objects.update(base_url=model.url)
    again = ask(agent=cast.marco, conversation=asked.conversation, purpose="summary")
    answer_waiting()
    again.refresh_from_db()
    assert again.source == "model"
