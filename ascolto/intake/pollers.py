"""Ask the networks that do not call us. What is found and how far we are go into one transaction: nothing twice, nothing skipped."""

from __future__ import annotations

import logging
import random
import threading
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction

from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import Account, Adapter, ConfigError, ErrorClass, Failure, Polled, SendRefused
from ascolto.events.exclusive import exclusively
from ascolto.events.log import emit
from ascolto.intake.journal import Entry, insert
from ascolto.kit.clock import now
from ascolto.kit.vault import Unreadable

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks for accounts that came, changed or went
BROKEN = {ErrorClass.REAUTH, ErrorClass.CONFIG, ErrorClass.ABUSE_STOP}  # somebody must act
LONGEST_WAIT = 20.0  # seconds a poller waits for a push before it looks at its account again
FALLBACK = timedelta(minutes=5)
LONGEST_PAUSE = 3600.0  # seconds a network may ask us to stay away
BACKOFF = (2, 5, 15, 30, 60, 120, 300)  # seconds after errors in a row


def run(stop: threading.Event) -> None:
    """Keep one poller for every enabled account that has to be asked."""
    running: dict[tuple[int, object], Poller] = {}
    while not stop.is_set():
        try:
            wanted = {(a.pk, a.changed_at): a for a in accounts_to_poll()}
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            stop.wait(LOOK)
            continue
        for key in running.keys() - wanted.keys():
            running.pop(key).stop.set()
        for key, account in wanted.items():
            if key not in running or not running[key].is_alive():
                running[key] = Poller(account)
                running[key].start()
        stop.wait(LOOK)
    for poller in running.values():
        poller.stop.set()
    connection.close()


def accounts_to_poll() -> list[ChannelAccount]:
    """Enabled accounts whose adapter polls."""
    enabled = ChannelAccount.objects.filter(is_enabled=True)
    return [a for a in enabled if a.adapter.polls_every is not None]


class Poller(threading.Thread):
    """One account's poller. A network that hangs holds up nobody else."""

    def __init__(self, account: ChannelAccount) -> None:
        super().__init__(name=f"poll-{account.pk}", daemon=True)
        self.account, self.stop = account, threading.Event()
        self.asked_to_wait = 0.0  # seconds, by the network

    def run(self) -> None:
        failures = 0
        try:
            if self._is_called():
                connection.close()  # nothing is needed until the settings change, and then another poller begins
                self.stop.wait()
            while not self.stop.is_set():
                with exclusively(f"poll:{self.account.pk}") as mine:
                    if not mine:
                        self.stop.wait(LOOK * 3)
                        continue
                    while not self.stop.is_set():
                        failures = 0 if self._once() else failures + 1
                        if failures:
                            self.stop.wait(max(BACKOFF[min(failures, len(BACKOFF)) - 1], self.asked_to_wait))
        except (DatabaseError, InterfaceError):
            log.exception("poller lost the database", extra={"account": self.account.pk})
        finally:
            connection.close()

    def _is_called(self) -> bool:
        """Whether the network calls us for this account, so that there is nothing to ask. Unreadable settings are told by asking."""
        try:
            return self.account.adapter.interval(self.account.as_account().config) is None
        except (ConfigError, Unreadable):
            return False

    def _once(self) -> bool:
        """Poll, then wait for a push or the next time. Whether the network behaved."""
        self.asked_to_wait = 0.0
        try:
            opened = self.account.as_account()
            interval = self.account.adapter.interval(opened.config)
            poll(self.account)
            self._wait(opened, (interval or FALLBACK).total_seconds())
        except SendRefused as refusal:
            note_failure(self.account, refusal.failure)
            self.asked_to_wait = min(refusal.failure.retry_after or 0.0, LONGEST_PAUSE)
            return False
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:
            log.exception("poller failed", extra={"account": self.account.pk})
            note_failure(self.account, Failure(ErrorClass.UNKNOWN, f"{type(error).__name__}: {error}"))
            return False
        return True

    def _wait(self, opened: Account, seconds: float) -> None:
        """Until a push where the network has one, else until it is time; not all accounts in the same second."""
        adapter = self.account.adapter
        if type(adapter).wait is Adapter.wait:
            self.stop.wait(seconds * random.uniform(0.9, 1.1))
        else:
            adapter.wait(opened, min(seconds, LONGEST_WAIT))


def poll(account: ChannelAccount) -> int:
    """Ask the network once and store what is new; returns how many deliveries. Raises SendRefused."""
    health, _ = ChannelHealth.objects.get_or_create(account=account)
    found = 0
    for polled in account.adapter.poll(account.as_account(), dict(health.poll_cursor)):
        found += _store(account, polled)
    note_success(account)
    return found


def _store(account: ChannelAccount, polled: Polled) -> int:
    with transaction.atomic():
        new = 0
        if polled.raw is not None:
            new = insert(
                [
                    Entry(
                        account_id=account.pk,
                        body=polled.raw,
                        headers=polled.headers,
                        source="poll",
                        received_at=now(),
                    )
                ]
            )
        ChannelHealth.objects.filter(account=account).update(poll_cursor=dict(polled.cursor))
    return new


def note_success(account: ChannelAccount) -> None:
    """The network answers: an earlier polling error is over. An error of sending is not."""
    recovered = (
        ChannelHealth.objects.filter(account=account)
        .exclude(error_class="")
        .exclude(error_from="out")
        .update(error_class="", error="", error_at=None)
    )
    if recovered:
        emit("channel.recovered", account=account.pk)


def note_failure(account: ChannelAccount, failure: Failure) -> None:
    """Show in the account's health why its network cannot be read; told once for each new kind of trouble."""
    log.warning(
        "polling failed",
        extra={"account": account.pk, "error": failure.error.value, "reason": failure.reason},
    )
    health, _ = ChannelHealth.objects.get_or_create(account=account)
    if health.state == "broken" and failure.error not in BROKEN:
        return  # what passes by itself does not hide what somebody must repair
    changed = health.error_class != failure.error.value
    ChannelHealth.objects.filter(account=account).update(
        error_class=failure.error.value, error=failure.reason[:500], error_at=now(), error_from="in"
    )
    if changed:
        emit("channel.failed", account=account.pk, error=failure.error.value, reason=failure.reason[:300])
