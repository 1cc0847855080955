"""The journal and the spool: durable, once, in order, and honest when the disk says no."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from ascolto.channels.models import ChannelAccount
from ascolto.intake import worker
from ascolto.intake.entries import Entry
from ascolto.intake.journal import Journal, insert
from ascolto.intake.models import RawEvent
from ascolto.intake.pipeline import Accounts
from ascolto.intake.selectors import count_waiting
from ascolto.intake.spool import Spool, spool_path
from ascolto.testing.factories import make_inbox

MOMENT = datetime(2026, 5, 4, 12, 30, 15, 123456, UTC)


def entry(account: ChannelAccount, body: bytes, **headers: str) -> Entry:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Entry(account_id=account.pk, body=body, headers=named, source="hook", received_at=MOMENT)


@pytest.mark.django_db
def test_what_was_stored_is_read_back_to_the_byte() -> None:
    inbox, body = make_inbox(), bytes(range(256))
    assert insert([entry(inbox, body, x_a="è")]) == 1
    kept = RawEvent.objects.get()
    assert (bytes(kept.body), kept.headers, kept.received_at) == (body, {"x-a": "è"}, MOMENT)


@pytest.mark.django_db
def test_equal_bodies_are_one_delivery_unless_the_network_names_them_apart() -> None:
    one, other = make_inbox(name="one"), make_inbox(name="other")
    assert insert([entry(one, b"{}"), entry(one, b"{}"), entry(other, b"{}")]) == 2
    assert insert([entry(one, b"{}", webhook_id="a"), entry(one, b"{}", webhook_id="b")]) == 2


@pytest.mark.django_db(transaction=True)
def test_many_who_come_together_share_a_commit_and_each_hears_of_it() -> None:
    inbox = make_inbox()

    async def deliver() -> None:
        journal, loop = Journal(), asyncio.get_running_loop()
        try:
            await asyncio.gather(*(journal.store(entry(inbox, b"%d" % n), loop) for n in range(700)))
        finally:
            await loop.run_in_executor(None, journal.close)

    asyncio.run(deliver())
    assert count_waiting() == 700
    worker._empty(Spool(spool_path()) if connection.vendor == "sqlite" else None)
    bodies = [int(bytes(body)) for body in RawEvent.objects.order_by("id").values_list("body", flat=True)]
    assert sorted(bodies) == list(range(700))


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_is_heard_by_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Entry(account_id=0, body=b"{}", headers={"x": "\0"}, source="hook", received_at=MOMENT)

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Spool, "append", refuse)
    monkeypatch.setattr("ascolto.intake.journal.insert", refuse)

    async def deliver() -> None:
        journal, loop = Journal(), asyncio.get_running_loop()
        try:
            await journal.store(nobody, loop)
        finally:
            await loop.run_in_executor(None, journal.close)

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(deliver())


def test_the_spool_keeps_order_over_a_new_start_and_forgets_only_what_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite3"
    spool = Spool(path)
    entries = [
        Entry(account_id=1, body=b"%d" % n, headers={"a": "b"}, source="hook", received_at=MOMENT)
        for n in range(6)
    ]
    spool.append(entries[:2])
    spool.append(entries[2:3])
    spool.close()
    spool = Spool(path)
    spool.append(entries[3:])
    found, until = spool.first(3)
    assert found == entries[:3]
    spool.forget(until)
    assert spool.count() == 3
    assert spool.first(1) == (entries[3:], until + 1)
    spool.forget(until + 1)
    assert spool.first(9) == ([], 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers and no spool")
def test_a_kill_between_commit_and_forgetting_moves_a_delivery_again_and_changes_nothing() -> None:
    inbox = make_inbox()
    body = b'{"id": "m1", "text": "hello", "sender": {"id": "7"}}'
    spool = Spool(spool_path())
    spool.append([entry(inbox, body)])
    assert worker.process_batch(Accounts(), spool=spool) == 1
    spool.append([entry(inbox, body)])  # what the kill left behind
    worker.process_batch(Accounts(), spool=spool)
    assert RawEvent.objects.count() == 1
    assert spool.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_kills_its_worker_is_set_aside_after_a_few_deaths() -> None:
    insert([entry(make_inbox(), b"{}")])
    RawEvent.objects.update(attempts=worker.MAX_ATTEMPTS)
    import threading

    worker._begin_carefully(threading.Event(), Accounts(), None)
    dead = RawEvent.objects.get()
    assert dead.state == RawEvent.State.DEAD
    assert "died" in dead.error


@pytest.mark.django_db(transaction=True)
def test_a_delivery_for_an_inbox_that_is_gone_does_not_hold_up_its_neighbours() -> None:
    inbox = make_inbox()
    gone = Entry(account_id=inbox.pk + 999, body=b"{}", headers={}, source="hook", received_at=MOMENT)

    async def deliver() -> list[object]:
        journal, loop = Journal(), asyncio.get_running_loop()
        try:
            stored = [journal.store(each, loop) for each in (entry(inbox, b"1"), gone, entry(inbox, b"2"))]
            return list(await asyncio.gather(*stored, return_exceptions=True))
        finally:
            await loop.run_in_executor(None, journal.close)

    asyncio.run(deliver())
    worker.process_waiting()
    assert sorted(bytes(row.body) for row in RawEvent.objects.all()) == [b"1", b"2"]
    assert count_waiting() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL needs no spool")
def test_a_spool_that_cannot_be_opened_is_heard_and_tried_again(tmp_path: Path, settings: object) -> None:
    good, settings.SPOOL = settings.SPOOL, tmp_path  # type: ignore[attr-defined]  # a folder is no file
    one = entry(make_inbox(), b"{}")

    async def deliver() -> None:
        journal, loop = Journal(), asyncio.get_running_loop()
        try:
            with pytest.raises(sqlite3.Error):
                await journal.store(one, loop)
            settings.SPOOL = good  # type: ignore[attr-defined]
            await journal.store(one, loop)
        finally:
            await loop.run_in_executor(None, journal.close)

    asyncio.run(asyncio.wait_for(deliver(), 20))
    assert count_waiting() == 1
