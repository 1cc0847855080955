"""Keeps the permissions of inboxes alive: asks adapters for new tokens before the old ones end (`Adapter.renew`), and for the templates
that their networks have approved.

One process at a time renews an account, since most networks give a new token only once for an old one. When to ask again stands in
the database, so that a restart neither forgets nor hurries.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection

from ascolto.channels import cataloguing
from ascolto.channels.keeping import keep_values
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import ConfigError, ErrorClass, Failure, Renewed, SendRefused
from ascolto.channels.registry import UnknownChannel
from ascolto.events.exclusive import exclusively
from ascolto.events.log import emit
from ascolto.intake.models import Renewal
from ascolto.intake.pollers import note_failure
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
LOOK = 5.0  # seconds between two looks for what is due
AT_ONCE = 4  # accounts renewed side by side: a network that hangs holds up nobody else
EARLY = timedelta(minutes=5)  # before its end a token is renewed at the latest
SOONEST = timedelta(minutes=1)
BROKEN = {ErrorClass.REAUTH, ErrorClass.CONFIG, ErrorClass.ABUSE_STOP}  # only a person can mend it
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)  # after failures in a row


def run(stop: threading.Event) -> None:
    """Renew what is due until told to stop."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="renew") as threads:
        while not stop.is_set():
            try:
                list(threads.map(_renew_in_a_thread, due_accounts()))
                list(threads.map(_catalogue_in_a_thread, cataloguing.due_accounts()))
            except (DatabaseError, InterfaceError):
                log.exception("the database refuses; trying again")
                connection.close()
            stop.wait(LOOK)
    connection.close()


def _renew_in_a_thread(account: int) -> None:
    try:
        renew_account(account)
    finally:
        connection.close()


def _catalogue_in_a_thread(account: ChannelAccount) -> None:
    """The approved templates of one inbox, read by one process at a time."""
    try:
        with exclusively(f"templates:{account.pk}") as mine:
            if mine:
                cataloguing.refresh_templates(account)
    finally:
        connection.close()


def due_accounts() -> list[int]:
    """Enabled inboxes whose permission is to be renewed now. One that failed is tried at once when its settings change."""
    moment, due = now(), []
    known = {row.account_id: row for row in Renewal.objects.all()}
    for account in ChannelAccount.objects.filter(is_enabled=True):
        if not _renews(account):
            continue
        row = known.get(account.pk)
        changed = row is not None and row.failures > 0 and account.changed_at > row.tried_at
        if row is None or row.next_at <= moment or changed:
            due.append(account.pk)
    return due


def _renews(account: ChannelAccount) -> bool:
    try:
        return account.adapter.renews_every is not None
    except UnknownChannel:
        return False


def renew_account(pk: int) -> bool:
    """Ask the network of one inbox for new values, unless somebody else is doing it; whether it was asked and said yes."""
    with exclusively(f"renew:{pk}") as mine:
        if not mine or pk not in due_accounts():  # somebody was faster
            return False
        account = ChannelAccount.objects.get(pk=pk)
        try:
            before = account.values()
            renewed = account.adapter.renew(account.as_account())
            if renewed is not None:
                keep_values(
                    account=pk, values=renewed.values, instead_of=before, expires_at=renewed.expires_at
                )
        except SendRefused as refusal:
            _failed(account, refusal.failure)
            return False
        except ConfigError as error:
            _failed(account, Failure(ErrorClass.CONFIG, str(error)))
            return False
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:
            log.exception("renewing failed", extra={"account": pk})
            _failed(account, Failure(ErrorClass.UNKNOWN, f"{type(error).__name__}"))
            return False
        _succeeded(account, renewed)
        return True


def plan_renewal(account: ChannelAccount, expires_at: datetime | None) -> None:
    """Values are fresh: ask again when they become old. Without an end we ask at once, as for every new inbox."""
    every = account.adapter.renews_every
    if every is not None and expires_at is not None:
        _note(account, _next(every, expires_at), failures=0)


def _succeeded(account: ChannelAccount, renewed: Renewed | None) -> None:
    every = account.adapter.renews_every or timedelta(days=1)
    _note(account, _next(every, renewed.expires_at if renewed else None), failures=0)
    refused = ChannelHealth.objects.filter(account=account, error_class=ErrorClass.REAUTH)
    if renewed and refused.update(error_class="", error="", error_at=None, error_from=""):
        emit("channel.recovered", account=account.pk)


def _failed(account: ChannelAccount, failure: Failure) -> None:
    """Temporary trouble is tried again before the token ends; what only a person can mend is shown in the inbox's health."""
    log.warning(
        "renewing refused",
        extra={"account": account.pk, "error": failure.error.value, "reason": failure.reason[:300]},
    )
    row = Renewal.objects.filter(account=account).first()
    failures = (row.failures if row else 0) + 1
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    if failure.retry_after is not None:
        pause = max(pause, timedelta(seconds=failure.retry_after))
    if failure.error in BROKEN:
        note_failure(account, failure)
    _note(account, now() + pause, failures=failures)


def _next(every: timedelta, expires_at: datetime | None) -> datetime:
    regular = now() + every
    return regular if expires_at is None else max(min(regular, expires_at - EARLY), now() + SOONEST)


def _note(account: ChannelAccount, next_at: datetime, *, failures: int) -> None:
    Renewal.objects.update_or_create(
        account=account, defaults={"tried_at": now(), "next_at": next_at, "failures": failures}
    )
