"""The loop that asks: in the background process, so that no page ever waits for a model.

One thread for the database; one a request for the network, which touches nothing else. A request has one deadline for everything, a second
try included; a thread that hangs beyond it keeps its place, but nobody waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, InterfaceError, connection

from ascolto.generation.access import allowed_purposes
from ascolto.generation.actions import work
from ascolto.generation.asking import Order, Said, put
from ascolto.generation.health import breaker_of, health_of
from ascolto.generation.material import Material, gather
from ascolto.generation.models import Generated, ModelServer, Outcome, Purpose
from ascolto.generation.ordering import order_for
from ascolto.generation.polishing import polish
from ascolto.generation.prompts import messages_for, prompt_for
from ascolto.generation.wire import LONGEST_REQUEST, host_of, request_body
from ascolto.kit.clock import now
from ascolto.kit.holders import new_holder
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
PAUSE = 0.15  # seconds between two looks when nothing waits
BUSY_PAUSE = 0.03  # while something is on the wire
SWEEP = 3.0  # seconds between two looks for what dead workers left
RENEW = work.LEASE.total_seconds() / 3
LAST = 12.0  # seconds for what is on the wire when the process is asked to end
PATIENCE = 1.0  # seconds beyond a deadline before a hanging thread is given up
SECOND_TRY = 1.0  # seconds to wait where a busy server does not say how long
MOST_THREADS = 8
_TOKENS = {Purpose.SUGGESTION: 500, Purpose.SUMMARY: 400, Purpose.TRANSLATION: 3000, Purpose.TEST: 120}
_LONGEST = {Purpose.SUGGESTION: 3000, Purpose.SUMMARY: 2000, Purpose.TEST: 400}  # characters


@dataclass(slots=True)
class Flight:
    """A request on its way."""

    asked: Generated
    order: Order
    parcel: work.Parcel
    material: Material
    deadline: float  # monotonic
    begun: float
    attempt: int = 0
    departure: int = 0
    waits_until: float = 0.0  # for the second try
    future: Future[Said] | None = field(default=None)

    @property
    def milliseconds(self) -> int:
        return round((time.monotonic() - self.begun) * 1000)


class Worker:
    """Claims, asks, keeps answers. `turn` does what can be done now and never waits."""

    def __init__(self) -> None:
        self.holder = new_holder()
        self._flights: list[Flight] = []
        self._pool = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="model")
        self._swept = self._renewed = 0.0

    @property
    def is_busy(self) -> bool:
        return bool(self._flights)

    def turn(self, *, takes_more: bool = True) -> None:
        """Land what came back, send what is due, take what waits."""
        self._land()
        self._keep()
        if takes_more:
            self._sweep()
            for pk in work.claim(self.holder, now()):
                self._depart(pk)

    def end(self) -> None:
        """Let what is on the wire come home for a while; give the rest back."""
        work.release(self.holder)
        last = time.monotonic() + LAST
        while self._flights and time.monotonic() < last:
            self.turn(takes_more=False)
            time.sleep(BUSY_PAUSE)
        self._pool.shutdown(wait=False, cancel_futures=True)

    # --- out ---

    def _depart(self, pk: int) -> None:
        """Ask, or settle it without; a request that breaks us is settled too, and hinders no other."""
        try:
            self._ask(pk)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("a text could not be asked for", extra={"generated": pk})
            work.give_up(pk, self.holder)

    def _ask(self, pk: int) -> None:
        rows = Generated.objects.select_related(
            "conversation__customer", "conversation__account", "message", "agent"
        )
        asked = rows.get(pk=pk)
        server = ModelServer.current()
        why = self._why_not(asked, server)
        if why is None:
            try:
                flight = _prepare(asked, server)
            except Unreadable:
                why = Outcome.UNREADABLE
            else:
                why = self._send(flight) if flight is not None else Outcome.NOTHING
        if why is not None:
            work.finish_without_model(asked, self.holder, why)

    def _why_not(self, asked: Generated, server: ModelServer) -> Outcome | None:
        """Why this is not asked: what was allowed when it was wanted may not be allowed any more."""
        if not server.is_described:
            return Outcome.SWITCHED_OFF
        if asked.purpose == Purpose.TEST:
            return None
        if asked.conversation is None or asked.purpose not in allowed_purposes(asked.conversation.account_id):
            return Outcome.SWITCHED_OFF
        paused = breaker_of(health_of(server)).is_paused(now())
        return Outcome.PAUSED if paused else None

    def _send(self, flight: Flight) -> Outcome | None:
        left = flight.deadline - time.monotonic()
        departure = work.begin_asking(flight.asked, self.holder, flight.parcel, flight.attempt + 1)
        if departure is None:
            return None  # taken back: nothing leaves
        flight.departure, flight.attempt, flight.waits_until = departure, flight.attempt + 1, 0.0
        order = replace(flight.order, body=flight.parcel.body, seconds=max(0.1, left))
        flight.future = self._pool.submit(put, order)
        if flight not in self._flights:
            self._flights.append(flight)
        return None

    # --- home ---

    def _land(self) -> None:
        moment = time.monotonic()
        for flight in list(self._flights):
            if flight.future is None:
                if moment >= flight.waits_until:
                    self._again(flight)
            elif flight.future.done():
                self._came(flight, flight.future.result())
            elif moment > flight.deadline + PATIENCE:
                self._came(flight, Said(Outcome.LATE, milliseconds=flight.milliseconds))

    def _came(self, flight: Flight, said: Said) -> None:
        work.note_said(flight.departure, said)
        if self._tries_again(flight, said):
            return
        self._flights.remove(flight)
        try:
            self._keep_answer(flight, said)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("an answer could not be read", extra={"generated": flight.asked.pk})
            work.give_up(flight.asked.pk, self.holder)

    def _keep_answer(self, flight: Flight, said: Said) -> None:
        completion = said.completion
        if said.outcome != Outcome.ANSWERED or completion is None:
            work.finish_without_model(flight.asked, self.holder, said.outcome, flight.milliseconds)
            return
        polished = polish(
            completion.text,
            values=flight.material.table.values,
            sources=flight.material.texts,
            limit=_limit(flight),
            is_cut=completion.is_cut,
        )
        if polished.text:
            work.finish_with_model(flight.asked, self.holder, polished, flight.milliseconds)
        else:
            work.finish_without_model(flight.asked, self.holder, Outcome.EMPTY, flight.milliseconds)

    def _tries_again(self, flight: Flight, said: Said) -> bool:
        """One second try: when the server was busy and the time suffices, or when it told us how it wants to be asked."""
        if flight.attempt > 1:
            return False
        if said.dialect is not None:
            flight.parcel = _parcel(flight, dict(said.dialect))
            wait = 0.0
        elif said.outcome == Outcome.BUSY:
            wait = max(SECOND_TRY if said.retry_after is None else said.retry_after, 0.1)
        else:
            return False
        if time.monotonic() + wait + 0.5 > flight.deadline:
            return False
        flight.future, flight.waits_until = None, time.monotonic() + wait
        return True

    def _again(self, flight: Flight) -> None:
        self._send(flight)
        if flight.future is None:  # taken back meanwhile
            self._flights.remove(flight)

    # --- holding ---

    def _keep(self) -> None:
        moment = time.monotonic()
        if self._flights and moment - self._renewed > RENEW:
            self._renewed = moment
            work.renew([flight.asked.pk for flight in self._flights], self.holder)

    def _sweep(self) -> None:
        moment = time.monotonic()
        if moment - self._swept > SWEEP:
            self._swept = moment
            work.take_back_lost([flight.asked.pk for flight in self._flights])


def _prepare(asked: Generated, server: ModelServer) -> Flight | None:
    """Everything a request needs; None when there is nothing that may leave. Raises Unreadable."""
    order = order_for(server)
    material = gather(asked, numbers=server.masks_numbers)
    if material.is_empty:
        return None
    begun = time.monotonic()
    parcel = work.Parcel(
        host=host_of(server.base_url),
        model=server.model,
        prompt="",
        body=b"",
        masked=material.table.places,
        sources=material.sources,
    )
    flight = Flight(asked, order, parcel, material, begun + server.time_limit, begun)
    flight.parcel = _parcel(flight, dict(order.dialect))
    return flight if len(flight.parcel.body) <= LONGEST_REQUEST else None


def _parcel(flight: Flight, dialect: dict[str, object]) -> work.Parcel:
    asked, before = flight.asked, flight.parcel
    prompt = prompt_for(asked.purpose, asked.language)
    body = request_body(
        before.model,
        messages_for(prompt, flight.material.data, language=asked.language),
        tokens=_TOKENS[Purpose(asked.purpose)],
        dialect=dialect,
    )
    return work.Parcel(
        host=before.host,
        model=before.model,
        prompt=prompt.name,
        body=body,
        masked=before.masked,
        sources=before.sources,
    )


def _limit(flight: Flight) -> int:
    purpose = Purpose(flight.asked.purpose)
    return _LONGEST.get(purpose, 500 + 3 * flight.material.length)


def run(stop: threading.Event) -> None:
    """Ask what is wanted until `stop`; a database that is away for a while is waited for."""
    worker = Worker()
    while not stop.is_set():
        try:
            worker.turn()
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            stop.wait(0.5)
        except Exception:
            log.exception("a text could not be asked for; trying again")
            stop.wait(1.0)
        stop.wait(BUSY_PAUSE if worker.is_busy else PAUSE)
    worker.end()
    connection.close()


def answer_waiting() -> None:
    """Ask everything that waits, now, in this thread; return when nothing is on its way."""
    worker = Worker()
    worker.turn()
    while worker.is_busy:
        time.sleep(0.01)
        worker.turn()
    worker.end()
