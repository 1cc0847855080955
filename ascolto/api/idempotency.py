"""Doing a POST once: the answer is written in the same transaction as the action and given again when the key comes back.

Either both are there after a crash or neither is, so a client that got no answer may always repeat. Only answers of success are
kept: after an error nothing has happened, and the same key may be tried again. Two requests with one key at the same time: the
second gets 409 (within a process by a set, between processes on PostgreSQL by an advisory lock; on SQLite the one write lock
makes it wait and then gives it the first one's answer). What has to wait for other people's servers does so without a lock.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpResponse

from ascolto.api.models import IdempotencyRecord
from ascolto.api.problems import Problem, invalid
from ascolto.kit.clock import now

KEPT_FOR = timedelta(hours=24)
CLAIMED_FOR = timedelta(minutes=10)
AT_WORK = 0  # instead of a status: no answer yet
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")
_at_work: set[tuple[int, str]] = set()
_lock = threading.Lock()
_swept_at = 0.0


def read_key(text: str) -> str:
    """The key of a request. Raises the problem `invalid`."""
    if not 1 <= len(text) <= 255 or not (text.isascii() and text.isprintable()):
        raise invalid("Idempotency-Key", "write 1 to 255 visible ASCII characters, for example a UUID.")
    return text


def digest_of(*parts: bytes) -> str:
    """One digest over parts that cannot be shifted into each other."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def answer_once(
    *, token: int, key: str, request_digest: str, act: Callable[[], HttpResponse]
) -> HttpResponse:
    """The answer of `act`, which runs at most once for this token and key.

    Raises the problems `key-reused` (another request had the key) and `in-flight`.
    """
    with _alone(token, key), transaction.atomic():
        _lock_key(token, key)
        _sweep()
        record = _recent(token, key)
        if record is not None:
            return _replay(record, request_digest)
        response = act()
        if response.status_code < 300:
            _keep(_claim(token, key, request_digest), response)
        return response


def answer_once_unlocked(
    *, token: int, key: str, request_digest: str, act: Callable[[], HttpResponse]
) -> HttpResponse:
    """The same for what waits for other people's servers: the key is claimed first, and nothing is locked meanwhile.

    A crash in the middle leaves the key `in-flight` for as long as CLAIMED_FOR.
    """
    with _alone(token, key):
        with transaction.atomic():
            _lock_key(token, key)
            record = _recent(token, key)
            if record is not None:
                return _replay(record, request_digest)
            claimed = _claim(token, key, request_digest)
        try:
            response = act()
            if response.status_code < 300:
                _keep(claimed, response)
            return response
        finally:
            IdempotencyRecord.objects.filter(pk=claimed.pk, status=AT_WORK).delete()


def _recent(token: int, key: str) -> IdempotencyRecord | None:
    """What is remembered of the key; what is too old is forgotten now."""
    record = IdempotencyRecord.objects.filter(token_id=token, key=key).first()
    if record is None:
        return None
    if record.created_at > now() - (CLAIMED_FOR if record.status == AT_WORK else KEPT_FOR):
        return record
    record.delete()
    return None


def _claim(token: int, key: str, request_digest: str) -> IdempotencyRecord:
    return IdempotencyRecord.objects.create(
        token_id=token, key=key, request_digest=request_digest, status=AT_WORK, body=b""
    )


@contextmanager
def _alone(token: int, key: str) -> Iterator[None]:
    with _lock:
        if (token, key) in _at_work:
            raise Problem("in-flight", headers={"Retry-After": "1"})
        _at_work.add((token, key))
    try:
        yield
    finally:
        with _lock:
            _at_work.discard((token, key))


def _lock_key(token: int, key: str) -> None:
    if connection.vendor != "postgresql":
        return
    number = int(digest_of(str(token).encode(), key.encode())[:15], 16)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Problem("in-flight", headers={"Retry-After": "1"})


def _keep(record: IdempotencyRecord, response: HttpResponse) -> None:
    record.status, record.body = response.status_code, response.content
    record.headers = {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)}
    record.save(update_fields=["status", "body", "headers"])


def _replay(record: IdempotencyRecord, request_digest: str) -> HttpResponse:
    if record.request_digest != request_digest:
        raise Problem("key-reused", "This key came with another address or body before.")
    if record.status == AT_WORK:
        raise Problem("in-flight", headers={"Retry-After": "1"})
    headers = {**record.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(bytes(record.body), status=record.status, headers=headers)


def _sweep() -> None:
    """Forget records older than a day, at most every ten minutes in a process."""
    global _swept_at
    moment = time.monotonic()
    if _swept_at and moment - _swept_at < 600:
        return
    _swept_at = moment
    forget_old_records()


def forget_old_records() -> int:
    """Delete what is older than a day. Returns how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=now() - KEPT_FOR).delete()[0]
