"""Asks networks for the names of people whom their deliveries name by an opaque id only (Messenger, Instagram, Slack).

A question is a row: it survives a kill, is asked a few times, and is forgotten when the network does not say.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction

from ascolto.channels.protocol import Adapter, Handle, SendRefused
from ascolto.customers.actions import name_customer
from ascolto.intake.models import NameQuestion
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks for questions
AT_ONCE = 4
LEASE = timedelta(minutes=2)  # nobody else asks the same meanwhile
PAUSES = (timedelta(seconds=20), timedelta(minutes=5), timedelta(hours=1))  # after each failure that may pass


def can_be_asked(adapter: Adapter) -> bool:
    """Whether the network tells names."""
    return type(adapter).who_is is not Adapter.who_is


def run(stop: threading.Event) -> None:
    """Ask what is due until told to stop."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="names") as threads:
        while not stop.is_set():
            try:
                list(threads.map(_ask_in_a_thread, _take(AT_ONCE * 4)))
            except (DatabaseError, InterfaceError):
                log.exception("the database refuses; trying again")
                connection.close()
            stop.wait(LOOK)
    connection.close()


def ask_waiting() -> int:
    """Ask everything that is due, now, in this thread; returns how many questions."""
    taken = _take(1000)
    for pk in taken:
        ask(pk)
    return len(taken)


def _take(limit: int) -> list[int]:
    """Questions that are due, taken by moving their time: of several processes one gets each."""
    moment, taken = now(), []
    due = NameQuestion.objects.filter(run_at__lte=moment).order_by("run_at")
    for pk, run_at in due.values_list("pk", "run_at")[:limit]:
        if NameQuestion.objects.filter(pk=pk, run_at=run_at).update(run_at=moment + LEASE):
            taken.append(pk)
    return taken


def _ask_in_a_thread(pk: int) -> None:
    try:
        ask(pk)
    except Exception:
        log.exception("a name could not be asked for", extra={"question": pk})
    finally:
        connection.close()


def ask(pk: int) -> None:
    """Ask one question and keep the answer, unless somebody named the customer meanwhile."""
    question = NameQuestion.objects.select_related("account", "identity__customer").get(pk=pk)
    identity, account = question.identity, question.account
    if identity.customer.name:
        question.delete()
        return
    try:
        name = account.adapter.who_is(account.as_account(), Handle(identity.namespace, identity.value))
    except SendRefused as refusal:
        return _ask_later(question, may_pass=refusal.failure.error.is_temporary)
    except Exception as error:
        log.warning("a network's answer about a person is not understood", extra={"reason": str(error)[:200]})
        return _ask_later(question, may_pass=False)
    with transaction.atomic():
        if name:
            name_customer(customer=identity.customer_id, name=name)
        question.delete()
    return None


def _ask_later(question: NameQuestion, *, may_pass: bool) -> None:
    if not may_pass or question.attempts >= len(PAUSES):
        question.delete()
        return
    question.run_at = now() + PAUSES[question.attempts]
    question.attempts += 1
    question.save(update_fields=["run_at", "attempts"])
