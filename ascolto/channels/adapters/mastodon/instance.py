"""A Mastodon server as one account sees it: its address, its token, and what its errors mean."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ascolto.channels.protocol import Account, ErrorClass, Failure, SendRefused
from ascolto.channels.reading import iso_moment_of, objects_of, text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, Rest, failure_by_status
from ascolto.kit import http
from ascolto.kit.clock import now

_OF_US = (
    "scope",
    "suspended",
    "disabled",
    "pending",
    "confirm",
    "two-factor",
)  # words in a 403 about our account


def host_of(account: Account) -> str:
    """The name of the server, as it stands behind the second @ of an address."""
    instance: str = account.config.instance
    return urlsplit(instance).netloc.lower()


def connect(account: Account) -> Rest:
    """The API for looking things up: what is not there is a wrong address, not a customer who left."""
    return _rest(account, _judge_look)


def connect_for_sending(account: Account) -> Rest:
    """The API for messages."""
    return _rest(account, _judge_message)


def _rest(account: Account, judge: Any) -> Rest:
    token = account.config.access_token
    headers = {"authorization": f"Bearer {token}"}
    return Rest(account.config.instance, headers, judge, secrets=(token,), trusted=account.trusted)


def list_of(rest: Rest, path: str, parameters: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """The objects of a list. Raises SendRefused, also for a success that is no list."""
    answer = rest.get(f"{path}?{urlencode(list(parameters))}")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, list):
        raise SendRefused(rest.nonsense(repeatable=True))
    return list(objects_of(document))


def part(external_id: str) -> str:
    """An id as a part of a path."""
    return quote(external_id, safe="")


def _judge_look(answer: http.Answer) -> Failure | None:
    failure = _judge(answer)
    if failure is not None and failure.error is ErrorClass.RECIPIENT_GONE:
        return Failure(ErrorClass.CONFIG, failure.reason, failure.code)
    return failure


def _judge_message(answer: http.Answer) -> Failure | None:
    failure = _judge(answer)
    if failure is not None and answer.status == 403 and not _is_about_us(failure.reason):
        return Failure(ErrorClass.RECIPIENT_GONE, failure.reason, failure.code)
    return failure


def _judge(answer: http.Answer) -> Failure | None:
    if answer.is_success:
        return None
    words = text_of((answer.json_object() or {}).get("error"), 300)
    failure = failure_by_status(answer, words)
    if failure.error is ErrorClass.RETRY_AFTER and answer.retry_after is None:
        return Failure(failure.error, failure.reason, failure.code, _wait(answer))
    return failure


def _is_about_us(reason: str) -> bool:
    return any(word in reason.lower() for word in _OF_US)


def _wait(answer: http.Answer) -> float:
    """Mastodon names the moment from which it takes requests again, as a date."""
    moment = now()
    reset = iso_moment_of(answer.headers.get("x-ratelimit-reset"), moment)
    seconds = (reset - moment).total_seconds()
    return min(seconds + 1, 86_400.0) if seconds > 0 else USUAL_WAIT
