"""Fetch the files that came as a reference, so that an agent never waits for a network and nothing is lost when its link expires."""

from __future__ import annotations

import logging
import random
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.conversations.files import TooLarge, keep_content, safe_name, sniffed_type
from ascolto.conversations.models import Attachment
from ascolto.events.log import emit
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
THREADS = 4
LEASE = timedelta(minutes=5)  # a fetch that takes longer may be begun again by somebody else
GIVE_UP_AFTER = 8
PAUSE = 0.25


def run(stop: threading.Event) -> None:
    """Fetch files until `stop`."""
    busy: set[Future[None]] = set()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="media") as pool:
        while not stop.is_set():
            busy = {future for future in busy if not future.done()}
            try:
                claimed = claim(THREADS - len(busy)) if len(busy) < THREADS else []
            except (DatabaseError, InterfaceError):
                log.exception("the database refuses; trying again")
                connection.close()
                claimed = []
            busy |= {pool.submit(_in_thread, pk) for pk in claimed}
            if not claimed:
                stop.wait(PAUSE)
    connection.close()


def fetch_waiting() -> int:
    """Fetch everything that is due, now, in this thread; returns how many were tried."""
    total = 0
    while claimed := claim(20):
        for pk in claimed:
            fetch(pk)
        total += len(claimed)
    return total


def claim(limit: int) -> list[int]:
    """Attachments that are due, taken by moving their time: of several workers one gets each."""
    moment = now()
    due = Attachment.objects.filter(state=Attachment.State.PENDING, run_at__lte=moment).order_by("run_at")
    taken = []
    for pk, run_at in due.values_list("pk", "run_at")[:limit]:
        mine = Attachment.objects.filter(pk=pk, run_at=run_at, state=Attachment.State.PENDING)
        if mine.update(run_at=moment + LEASE):
            taken.append(pk)
    return taken


def _in_thread(pk: int) -> None:
    try:
        fetch(pk)
    except Exception:
        log.exception("a file could not be fetched", extra={"attachment": pk})
    finally:
        connection.close()


def fetch(pk: int) -> None:
    """Fetch one attachment and tell the thread that it is there."""
    attachment = Attachment.objects.select_related("message__conversation", "message__account").get(pk=pk)
    account = attachment.message.account if attachment.message else None
    if account is None:
        return _fail(attachment, Failure(ErrorClass.CONFIG, "The file belongs to no inbox."))
    limit = 4 * settings.MAX_UPLOAD_BYTES
    try:
        content, claimed_type = account.adapter.fetch_media(
            account.as_account(), attachment.remote or {}, limit
        )
        sha256, size, head = keep_content(content, limit)
    except SendRefused as refusal:
        return _fail(attachment, refusal.failure)
    except TooLarge as error:
        return _fail(attachment, Failure(ErrorClass.CONTENT, str(error)))
    except NotImplementedError:
        return _fail(attachment, Failure(ErrorClass.CONFIG, "This channel has no files to fetch."))
    content_type = sniffed_type(head, claimed_type or attachment.content_type)[:127]
    return _arrived(attachment, sha256, size, content_type)


def _arrived(attachment: Attachment, sha256: str, size: int, content_type: str) -> None:
    with transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(
            state=Attachment.State.READY,
            sha256=sha256,
            size=size,
            content_type=content_type,
            name=safe_name(attachment.name),
            remote=None,
            error="",
        )
        _tell(attachment)


def _fail(attachment: Attachment, failure: Failure) -> None:
    """Try again later, or give up with a reason that the thread shows."""
    attempts = attachment.attempts + 1
    again = failure.error.is_temporary or failure.error in {ErrorClass.UNCERTAIN, ErrorClass.REAUTH}
    with transaction.atomic():
        if again and attempts < GIVE_UP_AFTER:
            wait = failure.retry_after or min(900.0, 2.0**attempts * (0.5 + random.random() / 2))
            Attachment.objects.filter(pk=attachment.pk).update(
                attempts=attempts, run_at=now() + timedelta(seconds=wait), error=failure.reason[:300]
            )
            return
        Attachment.objects.filter(pk=attachment.pk).update(
            attempts=attempts,
            state=Attachment.State.FAILED,
            error=(failure.reason or failure.error.value)[:300],
        )
        _tell(attachment)


def _tell(attachment: Attachment) -> None:
    message = attachment.message
    if message is not None:
        emit(
            "message.file_arrived",
            conversation=message.conversation_id,
            customer=message.conversation.customer_id,
            account=message.account_id,
            message=message.pk,
            attachment=attachment.pk,
        )
