"""What X's refusals mean for a message of ours. They are problem documents (RFC 7807), and the words in them carry most of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.channels.reading import objects_of, text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, failure_by_status
from ascolto.kit.clock import now
from ascolto.kit.http import Answer

_LONGEST_WAIT = 86_400.0
# (words that must all be there, class, only this message): the first that fits
_FORBIDDEN: tuple[tuple[tuple[str, ...], ErrorClass, bool], ...] = (
    (("duplicate content",), ErrorClass.CONTENT, False),
    (("automated",), ErrorClass.ABUSE_STOP, False),
    (("suspended",), ErrorClass.ABUSE_STOP, False),
    (("temporarily locked",), ErrorClass.ABUSE_STOP, False),
    (("deleted or not visible",), ErrorClass.RECIPIENT_GONE, False),
    (("reply", "not been mentioned"), ErrorClass.CONFIG, True),
    (("reply", "mention"), ErrorClass.CONFIG, True),
    (("reply", "not allowed"), ErrorClass.CONFIG, True),
    (("reply", "not permitted"), ErrorClass.CONFIG, True),
    (("cashtag",), ErrorClass.CONTENT, False),
    (("direct message",), ErrorClass.BLOCKED, False),
    (("send messages to",), ErrorClass.BLOCKED, False),
    (("dm conversation",), ErrorClass.BLOCKED, False),
    (("does not follow",), ErrorClass.BLOCKED, False),
    (("not following",), ErrorClass.BLOCKED, False),
    (("been blocked",), ErrorClass.BLOCKED, False),
    (("oauth2 permissions",), ErrorClass.REAUTH, False),
    (("scope",), ErrorClass.REAUTH, False),
)
_OF_THE_ACCOUNT = ("client-forbidden", "client-not-enrolled", "unsupported-authentication", "usage-capped")
_COUNTER = re.compile(r"x-(?:app-limit-24hour|user-limit-24hour|rate-limit)-remaining")


def judge(answer: Answer) -> Failure | None:
    """The Failure in an answer of X; None for a success, or where the status says enough."""
    document = answer.json_object() or {}
    if answer.is_success:
        problem = next(objects_of(document.get("errors")), None)
        if problem is None or "data" in document:
            return None
        status = problem.get("status")
        status = status if isinstance(status, int) and 400 <= status < 600 else 404
        return failure_of(Answer(status, answer.headers, b""), problem)
    problem = {**document, **next(objects_of(document.get("errors")), {})}
    if document.get("detail"):  # the outer words are about the request, the inner ones about a field of it
        problem["detail"] = document["detail"]
    return failure_of(answer, problem)


def failure_of(answer: Answer, problem: Mapping[str, Any]) -> Failure:
    """What a status with X's own words means."""
    name = text_of(problem.get("type"), 200).rstrip("/").rsplit("/", 1)[-1]
    reason = text_of(problem.get("detail"), 300) or text_of(problem.get("message"), 300)
    reason = reason or text_of(problem.get("title"), 300) or f"The network answered {answer.status}."
    code = name if name and name != "about:blank" else str(answer.status)
    if name == "usage-capped" or answer.status == 402:
        return Failure(ErrorClass.CONFIG, reason, code=code)
    if answer.status == 429:
        return Failure(ErrorClass.RETRY_AFTER, reason, code=code, retry_after=_wait(answer))
    if answer.status == 403:
        return _forbidden(code, reason)
    failure = failure_by_status(answer, reason)
    return Failure(failure.error, failure.reason, code, failure.retry_after)


def _forbidden(code: str, reason: str) -> Failure:
    words = reason.lower()
    if code in _OF_THE_ACCOUNT:
        return Failure(ErrorClass.CONFIG, reason, code=code)
    for marks, error, of_message in _FORBIDDEN:
        if all(mark in words for mark in marks):
            return Failure(error, reason, code=code, of_message=of_message)
    return Failure(ErrorClass.CONFIG, reason, code=code, of_message=True)


def _wait(answer: Answer) -> float:
    """Seconds until the counter that has run out begins anew; X tells the moment, not the time."""
    names = [
        name for name in answer.headers if _COUNTER.fullmatch(name) and answer.headers[name].strip() == "0"
    ]
    resets = [name.replace("-remaining", "-reset") for name in names] or ["x-rate-limit-reset"]
    moments = [answer.headers.get(name, "").strip() for name in resets]
    waits = [int(moment) - now().timestamp() for moment in moments if moment.isascii() and moment.isdigit()]
    if waits:
        return min(max(1.0, *waits), _LONGEST_WAIT)
    return USUAL_WAIT if answer.retry_after is None else answer.retry_after
