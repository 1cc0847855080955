"""Sends what is due. One thread talks to the database, one thread a request talks to a network and touches nothing else.

So a network that hangs costs a thread and nothing more, and a worker needs one connection to the database.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused, Sent
from ascolto.channels.registry import UnknownChannel, get_adapter
from ascolto.conversations.actions import settle_early_news
from ascolto.delivery import leases
from ascolto.delivery.health import note_failure, note_success
from ascolto.delivery.models import Dispatch
from ascolto.delivery.outcomes import Result, give_up_lease, reconcile, record
from ascolto.delivery.outgoing import Accounts, Parcel, prepare
from ascolto.delivery.pacing import Pace
from ascolto.kit.clock import now
from ascolto.kit.holders import new_holder

log = logging.getLogger(__name__)

PAUSE = 0.05  # seconds between two looks at the database when nothing happens
SWEEP = 1.0  # seconds between two looks for leases of the dead and for late news
BATCH = 16  # claimed at once
RACE = timedelta(minutes=10)  # news older than this met its message in an earlier sweep, or never will
GRACE = 15.0  # seconds that requests on the wire have to come back when the worker is asked to stop
TELL_TRIES = 5  # to write down an outcome that the database refuses; then its lease ends and it is uncertain
WELL = 5.0  # seconds for which an account that works need not be noted again


def run(stop: threading.Event) -> None:
    """Send until `stop` is set, whatever the database does meanwhile."""
    worker = Worker()
    try:
        while not stop.is_set():
            if _survive(worker.turn):
                worker.listen(PAUSE)
            else:
                stop.wait(0.5)
        worker.finish(GRACE)
    finally:
        connection.close()


def _survive(step: Callable[[], object]) -> bool:
    """Do one step; whether it went well. A database that is locked, full or restarting is asked again later."""
    try:
        step()
        return True
    except (DatabaseError, InterfaceError) as error:
        log.warning("the database refuses; trying again", extra={"reason": str(error)[:300]})
    except Exception:
        log.exception("a turn of the worker failed; trying again")
    if not connection.in_atomic_block:
        connection.close()
    return False


def deliver_waiting() -> int:
    """Send everything that is due now and return how many outcomes came of it. Waits for the networks, not for the rates."""
    worker = Worker(limited=False)
    worker.sweep()
    moment = now()  # what is tried again later is not due now, however soon it is
    while worker.begin_due(moment) or worker.is_busy:
        if worker.is_busy:
            worker.listen(PAUSE)
        worker.tell()
        worker.renew()
    return worker.told


class Worker:
    """One run of the courier."""

    def __init__(self, *, limited: bool = True) -> None:
        self.holder = new_holder()
        self.told = 0
        self._pace = Pace(limited=limited)
        self._accounts = Accounts()
        self._on_the_wire: dict[int, int] = {}  # dispatch to account
        self._answers: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._untold: dict[
            int, tuple[Result, int]
        ] = {}  # outcomes by dispatch, with the tries to write them down
        self._well_since: dict[int, float] = {}
        self._next_sweep = self._next_renewal = 0.0
        self._interrupted, self._is_first_sweep = False, True

    @property
    def is_busy(self) -> bool:
        """Whether something is on the wire or not yet written down."""
        return bool(self._on_the_wire or self._untold)

    def turn(self) -> None:
        """Everything there is to do now."""
        self.tell()
        self.renew()
        if time.monotonic() >= self._next_sweep:
            self.sweep()
        self.begin_due()

    def listen(self, seconds: float) -> None:
        """Wait until an answer comes, at most `seconds`."""
        try:
            self._keep(self._answers.get(block=seconds > 0, timeout=seconds))
            while True:
                self._keep(self._answers.get_nowait())
        except queue.Empty:
            return

    def _keep(self, result: Result) -> None:
        self._pace.end(result.account)
        self._untold[result.dispatch] = (result, 0)

    # --- out ---

    def begin_due(self, moment: datetime | None = None) -> int:
        """Let everything leave that is due at `moment` (now); returns how many were taken."""
        if self._interrupted:
            # The last time ended in the middle: what it claimed must not wait for its lease.
            leases.release(self.holder)
            self._interrupted = False
        moment = moment or now()
        places = self._places(moment)
        if not places:
            return 0
        self._interrupted = True
        claimed = leases.claim(self.holder, places, moment)
        for dispatch in claimed:
            self._begin(dispatch)
            # What was answered meanwhile is written down at once: a kill must find little unknown.
            self.listen(0)
            self.tell()
        self._interrupted = False
        return len(claimed)

    def _places(self, moment: datetime) -> dict[int, int]:
        places, left = {}, BATCH
        for account, kind in leases.due_accounts(moment):
            try:
                rate = get_adapter(kind).rate
            except UnknownChannel:
                rate = (1.0, 1)  # let it be told to whoever wrote the answer
            count = min(left, self._pace.places(account, rate))
            if count:
                places[account] = count
                left -= count
        return places

    def _begin(self, dispatch: int) -> None:
        try:
            parcel = prepare(dispatch, self._accounts)
        except SendRefused as refusal:
            self._refuse(dispatch, refusal.failure)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:
            log.exception("an answer could not be put together", extra={"dispatch": dispatch})
            reason = f"It could not be put together ({type(error).__name__})."
            self._refuse(dispatch, Failure(ErrorClass.UNKNOWN, reason))
        else:
            if leases.begin_sending(self.holder, parcel.dispatch):
                self._carry(parcel)

    def _refuse(self, dispatch: int, failure: Failure) -> None:
        """Nothing left: the outcome needs no answer of a network."""
        row = Dispatch.objects.get(pk=dispatch)
        self._untold[dispatch] = (
            Result(dispatch=dispatch, account=row.account_id, tracker=row.tracker, failure=failure),
            0,
        )
        self.tell()

    def _carry(self, parcel: Parcel) -> None:
        row = parcel.dispatch
        self._pace.begin(row.account_id)
        self._on_the_wire[row.pk] = row.account_id
        thread = threading.Thread(
            target=carry, args=(parcel, self._answers.put), name=f"send-{row.pk}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # no more threads: nothing left
            self._answers.put(
                _result(parcel, failure=Failure(ErrorClass.RETRY, "We were too busy to send it."))
            )

    # --- back ---

    def tell(self) -> None:
        """Write down the outcomes that came; while the database refuses they are kept."""
        for dispatch, (result, tries) in list(self._untold.items()):
            try:
                recorded = record(self.holder, result)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("an outcome cannot be written down", extra={"dispatch": dispatch})
                self._untold[dispatch] = (result, tries + 1)
                if tries + 1 >= TELL_TRIES:
                    self._forget(dispatch)
                continue
            self._forget(dispatch)
            self.told += recorded
            self._note_health(result)

    def _note_health(self, result: Result) -> None:
        if result.failure is not None:
            _log_failure(result, result.failure)
            self._well_since.pop(result.account, None)
            if not result.failure.of_message:
                note_failure(result.account, result.failure)
        elif time.monotonic() - self._well_since.get(result.account, -1e9) > WELL:
            note_success(result.account)
            self._well_since[result.account] = time.monotonic()

    def _forget(self, dispatch: int) -> None:
        del self._untold[dispatch]
        self._on_the_wire.pop(dispatch, None)

    # --- in between ---

    def renew(self) -> None:
        """Hold on to what is on the wire, long before the lease is over."""
        moment = time.monotonic()
        if self._on_the_wire and moment >= self._next_renewal:
            leases.renew(list(self._on_the_wire))
            self._next_renewal = moment + leases.LEASE.total_seconds() / 3

    def sweep(self) -> None:
        """Take over from workers that are gone; learn what became of uncertain messages."""
        self._next_sweep = time.monotonic() + SWEEP
        for lost in leases.lost(except_for=list(self._on_the_wire)):
            log.warning("taking over", extra={"dispatch": lost.pk, "state": lost.state, "from": lost.holder})
            give_up_lease(lost)
        settle_early_news(within=None if self._is_first_sweep else RACE)
        reconcile()
        self._is_first_sweep = False

    def finish(self, grace: float) -> None:
        """Wait for the requests on the wire and write down what came of them. What does not come back in time is left
        to whoever works next, as uncertain."""
        deadline = time.monotonic() + grace
        while self.is_busy and time.monotonic() < deadline:
            self.listen(PAUSE)
            if not (_survive(self.tell) and _survive(self.renew)):
                time.sleep(PAUSE)
        if self._on_the_wire:
            log.warning("stopped with requests on the wire", extra={"dispatches": list(self._on_the_wire)})


def carry(parcel: Parcel, answer: Callable[[Result], None]) -> None:
    """Hand a parcel to its network and answer with what came of it, whatever the adapter does. Runs in its own thread."""
    began = time.monotonic()
    sent, failure = None, None
    try:
        # Two doors, so that nothing written for one person can leave by the one that everybody reads.
        hand_over = parcel.adapter.publish if parcel.outgoing.visibility == "public" else parcel.adapter.send
        sent = hand_over(parcel.account, parcel.outgoing)
        if not isinstance(sent, Sent):
            raise TypeError(f"send returned {type(sent).__name__}")
    except SendRefused as refusal:
        failure = refusal.failure
    except BaseException as error:
        sent = None
        log.exception("an adapter failed while sending", extra={"dispatch": parcel.dispatch.pk})
        reason = f"Sending stopped unexpectedly ({type(error).__name__}): it may have arrived."
        failure = Failure(ErrorClass.UNCERTAIN, reason)
    milliseconds = int((time.monotonic() - began) * 1000)
    answer(_result(parcel, sent=sent, failure=failure, milliseconds=milliseconds))


def _result(parcel: Parcel, **outcome: object) -> Result:
    return Result(
        dispatch=parcel.dispatch.pk,
        account=parcel.dispatch.account_id,
        tracker=parcel.dispatch.tracker,
        window_ends_at=parcel.window_ends_at,
        idempotent=parcel.adapter.capabilities.idempotent,
        **outcome,  # type: ignore[arg-type]
    )


def _log_failure(result: Result, failure: Failure) -> None:
    details = {"dispatch": result.dispatch, "account": result.account, "error": failure.error.value}
    log.warning("not sent", extra={**details, "reason": failure.reason[:300], "code": failure.code})
