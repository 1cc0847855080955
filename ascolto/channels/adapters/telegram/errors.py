"""What the errors of the Bot API mean for a message of ours. Telegram has few numbers and many words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascolto.channels.adapters.telegram.people import number_of
from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, failure_by_status
from ascolto.kit.http import Answer

MOVED = "moved:"  # code of a group that has another id now, which follows
UNFORMATTED = "formatting"  # code of a text whose formatting Telegram cannot read
_LONGEST_WAIT = 86_400
_GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deleted",
    "group chat was deactivated",
    "bot was kicked",
    "bot is not a member",
)
_NOT_ALLOWED = (
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_admin_required",
    "chat_restricted",
    "topic_closed",
    "business_connection",
    "business connection",
    "business_peer_invalid",
)
_UNREADABLE_FORMAT = ("can't parse entities", "can't parse caption entities")
_OVER = ("business_peer_usage_missing",)  # a business chat in which nobody wrote for 24 hours


def judge(answer: Answer) -> Failure | None:
    """The Failure in an answer of the Bot API; None for a success, or where the status says enough."""
    document = answer.json_object()
    if document is None or document.get("ok") is True or "error_code" not in document:
        return None
    code = document.get("error_code")
    status = code if isinstance(code, int) and 300 <= code < 600 else answer.status
    description = text_of(document.get("description"), 300) or f"The network answered {status}."
    return failure_of(Answer(status, answer.headers, b""), description, object_of(document.get("parameters")))


def failure_of(answer: Answer, description: str, parameters: Mapping[str, Any]) -> Failure:
    """What a status with Telegram's own words means."""
    status, words = answer.status, description.lower()
    if status == 429:
        return _too_fast(parameters, description, answer)
    if status in {401, 404}:  # 404: an address with a token that no bot has
        return Failure(ErrorClass.REAUTH, description, code=str(status))
    if status == 403:
        return _forbidden(words, description)
    if status == 409:
        return Failure(ErrorClass.CONFIG, description, code="409")
    if status == 400:
        return _bad_request(words, description, parameters)
    return failure_by_status(answer, description)


def _too_fast(parameters: Mapping[str, Any], description: str, answer: Answer) -> Failure:
    wait = parameters.get("retry_after")
    known = isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait <= 10**9
    seconds = float(min(wait, _LONGEST_WAIT)) if known and wait is not None else answer.retry_after
    return Failure(ErrorClass.RETRY_AFTER, description, code="429", retry_after=seconds or USUAL_WAIT)


def _forbidden(words: str, description: str) -> Failure:
    if any(mark in words for mark in _NOT_ALLOWED):
        return Failure(ErrorClass.CONFIG, description, code="403", of_message=True)
    if any(mark in words for mark in _GONE):
        return Failure(ErrorClass.RECIPIENT_GONE, description, code="403")
    return Failure(ErrorClass.BLOCKED, description, code="403")


def _bad_request(words: str, description: str, parameters: Mapping[str, Any]) -> Failure:
    if new := number_of(parameters.get("migrate_to_chat_id")):
        return Failure(ErrorClass.CONFIG, description, code=f"{MOVED}{new}", of_message=True)
    if any(mark in words for mark in _UNREADABLE_FORMAT):
        return Failure(ErrorClass.CONTENT, description, code=UNFORMATTED)
    if any(mark in words for mark in _OVER):
        return Failure(ErrorClass.WINDOW_CLOSED, description, code="400")
    if any(mark in words for mark in _GONE):
        return Failure(ErrorClass.RECIPIENT_GONE, description, code="400")
    if any(mark in words for mark in _NOT_ALLOWED):
        return Failure(ErrorClass.CONFIG, description, code="400", of_message=True)
    return Failure(ErrorClass.CONTENT, description, code="400")
