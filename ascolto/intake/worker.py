"""The intake worker: takes waiting deliveries in batches.

The transaction is the claim. On SQLite a writing transaction is alone anyway; on PostgreSQL workers take turns by an advisory lock
that ends with the transaction, so that deliveries are processed in their order and two batches never fight over one customer.
A kill at any moment rolls back: the batch is still waiting for the next worker. What hooks left in the spool (SQLite) enters the journal
in the transaction that processes it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError, connection, transaction

from ascolto.channels.models import ChannelAccount
from ascolto.events.log import emit
from ascolto.intake.entries import Entry
from ascolto.intake.journal import insert
from ascolto.intake.models import RawEvent
from ascolto.intake.pipeline import Accounts, CannotRead, Delivery, read, run_steps
from ascolto.intake.spool import Spool, spool_path
from ascolto.kit.clock import now
from ascolto.kit.text import clean

log = logging.getLogger(__name__)
BATCH = 200  # keeps the write lock of SQLite short
BREATH = 0.002  # seconds between two batches on SQLite: others want to write as well
LONG_BREATH = 0.02  # after a small one: a batch costs as much as twenty messages, so it is better to take a few together
SMALL = 20  # deliveries
PAUSE = 0.015  # seconds between two looks when nothing waits
TRUST_AFTER = 200  # deliveries handled one by one after a start, in case one of them killed the last worker
MAX_ATTEMPTS = 5
_TURN = 0x0A5C0170  # the advisory lock under which one worker at a time takes a batch


def run(stop: threading.Event) -> None:
    """Process deliveries until `stop`; a database that is away for a while is waited for."""
    accounts = Accounts()
    spool = Spool(spool_path()) if connection.vendor == "sqlite" else None
    news = Wake(spool)
    _until_well(stop, lambda: _begin_carefully(stop, accounts, spool))
    while not stop.is_set():
        try:
            taken = process_batch(accounts, spool=spool)
            if taken == 0:
                news.wait(stop)
            elif taken < SMALL:
                stop.wait(LONG_BREATH)
            elif spool is not None:
                stop.wait(BREATH)
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            stop.wait(0.5)
    connection.close()


def process_waiting() -> int:
    """Process everything that waits, now, in this thread; returns how many deliveries were taken."""
    accounts, total = Accounts(), 0
    spool = Spool(spool_path()) if connection.vendor == "sqlite" else None
    while taken := process_batch(accounts, spool=spool):
        total += taken
    if spool is not None:
        spool.close()
    return total


def process_batch(accounts: Accounts, size: int = BATCH, spool: Spool | None = None) -> int:
    """Take one batch in one transaction; returns how many deliveries it held."""
    spooled, until = spool.first(size) if spool is not None else ([], 0)
    with transaction.atomic():
        if not _my_turn():
            return 0
        if spooled:
            insert(_with_account(spooled))
        raws = list(RawEvent.objects.filter(state=RawEvent.State.NEW).order_by("id")[: 2 * size])
        if raws:
            _process(raws, accounts)
    if spool is not None and spooled:
        spool.forget(until)
    return max(len(raws), len(spooled))


def _with_account(entries: list[Entry]) -> list[Entry]:
    """Those whose inbox still exists; one that was removed from the database meanwhile must not hold up the others."""
    known = set(ChannelAccount.objects.values_list("pk", flat=True))
    for entry in entries:
        if entry.account_id not in known:
            log.error("a delivery for an inbox that is gone is dropped", extra={"account": entry.account_id})
    return [entry for entry in entries if entry.account_id in known]


def _my_turn() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TURN])
        return bool(cursor.fetchone()[0])


def _process(raws: Sequence[RawEvent], accounts: Accounts) -> None:
    """All together, since a query then costs once a batch; one by one when that fails, to find who spoils it."""
    deliveries = _read_all(raws, accounts)
    try:
        with transaction.atomic():
            run_steps(deliveries)
    except Exception as error:
        if _is_database_gone(error):
            raise
        log.warning("a batch failed; taking its deliveries one by one", exc_info=True)
        for delivery in deliveries:
            _process_alone(delivery)


def _process_alone(delivery: Delivery) -> None:
    try:
        with transaction.atomic():
            run_steps([delivery])
    except Exception as error:
        if _is_database_gone(error):
            raise
        _bury(delivery.raw, error)


def _is_database_gone(error: Exception) -> bool:
    """Locked, full, restarted: nothing that a delivery could be blamed for."""
    from django.db import OperationalError

    return isinstance(error, (OperationalError, InterfaceError))


def _read_all(raws: Sequence[RawEvent], accounts: Accounts) -> list[Delivery]:
    opened = accounts.of(raws)
    deliveries = []
    for raw in raws:
        found = opened.get(raw.account_id, LookupError("the inbox does not exist any more"))
        try:
            if isinstance(found, Exception):
                raise CannotRead(f"The inbox cannot be opened: {found}")
            deliveries.append(read(raw, *found))
        except CannotRead as error:
            _bury(raw, error)
    return deliveries


def _bury(raw: RawEvent, error: Exception) -> None:
    """Set a delivery aside with its error; it can be replayed."""
    log.error("delivery set aside", extra={"raw_event": raw.pk, "account": raw.account_id}, exc_info=error)
    text = clean(str(error) if isinstance(error, CannotRead) else f"{type(error).__name__}: {error}", 4000)
    RawEvent.objects.filter(pk=raw.pk).update(state=RawEvent.State.DEAD, error=text, processed_at=now())
    emit("raw_event.dead", account=raw.account_id, raw_event=raw.pk, error=text[:300])


def _begin_carefully(stop: threading.Event, accounts: Accounts, spool: Spool | None) -> None:
    """One by one after a start, each attempt committed first: a delivery that kills its worker is set aside after a few deaths."""
    _empty(spool)
    for _ in range(TRUST_AFTER):
        if stop.is_set():
            return
        with transaction.atomic():
            raw = (
                RawEvent.objects.filter(state=RawEvent.State.NEW).order_by("id").first()
                if _my_turn()
                else None
            )
            if raw is None:
                return
            if raw.attempts >= MAX_ATTEMPTS:
                _bury(raw, CannotRead("The worker died each time it took this delivery."))
                continue
            RawEvent.objects.filter(pk=raw.pk).update(attempts=raw.attempts + 1)
        process_batch(accounts, size=1)


def _empty(spool: Spool | None) -> None:
    """Move what the last worker left in the spool into the journal, where attempts are counted."""
    while spool is not None:
        spooled, until = spool.first(BATCH)
        if not spooled:
            return
        insert(_with_account(spooled))
        spool.forget(until)


def _until_well(stop: threading.Event, work: object) -> None:
    while not stop.is_set():
        try:
            work()  # type: ignore[operator]
            return
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            stop.wait(0.5)


class Wake:
    """Waits cheaply until somebody may have written: SQLite tells when a file changed, PostgreSQL is asked by a partial index."""

    def __init__(self, spool: Spool | None) -> None:
        self._spool, self._seen = spool, (-1, -1)

    def wait(self, stop: threading.Event) -> None:
        """Return when there may be something new, or when `stop` is set."""
        while not stop.wait(PAUSE):
            if self._spool is None:
                return
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                version = (cursor.fetchone()[0], self._spool.version())
            if version != self._seen:
                self._seen = version
                return
