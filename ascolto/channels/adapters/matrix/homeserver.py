"""A Matrix homeserver as one account sees it: its address, its token, and what its errors mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from ascolto.channels.protocol import Account, ErrorClass, Failure, SendRefused
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, Rest, failure_by_status
from ascolto.kit import http

CLIENT = "_matrix/client/v3"
_CODES: Mapping[str, ErrorClass] = {
    "M_LIMIT_EXCEEDED": ErrorClass.RETRY_AFTER,
    "M_UNKNOWN_TOKEN": ErrorClass.REAUTH,
    "M_MISSING_TOKEN": ErrorClass.REAUTH,
    "M_USER_DEACTIVATED": ErrorClass.REAUTH,
    "M_USER_LOCKED": ErrorClass.ABUSE_STOP,
    "M_USER_SUSPENDED": ErrorClass.ABUSE_STOP,
    "M_TOO_LARGE": ErrorClass.CONTENT,
    "M_BAD_JSON": ErrorClass.CONTENT,
    "M_NOT_JSON": ErrorClass.CONTENT,
    "M_INVALID_PARAM": ErrorClass.CONTENT,
    "M_CONSENT_NOT_GIVEN": ErrorClass.CONFIG,
    "M_RESOURCE_LIMIT_EXCEEDED": ErrorClass.CONFIG,
    "M_GUEST_ACCESS_FORBIDDEN": ErrorClass.CONFIG,
}
_OF_THE_ROOM = {"M_FORBIDDEN", "M_NOT_FOUND", "M_UNSUPPORTED_ROOM_VERSION", "M_INCOMPATIBLE_ROOM_VERSION"}


def connect(account: Account) -> Rest:
    """The API for looking things up and for preparing; all of it may be repeated."""
    return _rest(account, _judge)


def connect_for_sending(account: Account) -> Rest:
    """The API for what happens in a room: not being let in there says nothing about the account."""
    return _rest(account, _judge_in_room)


def _rest(account: Account, judge: Callable[[http.Answer], Failure | None]) -> Rest:
    token = account.config.access_token
    headers = {"authorization": f"Bearer {token}"}
    return Rest(account.config.homeserver, headers, judge, secrets=(token,), trusted=account.trusted)


def part(text: str) -> str:
    """An id as a part of a path."""
    return quote(text, safe="")


def look(rest: Rest, path: str, **more: Any) -> dict[str, Any]:
    """A JSON object below the client API. Raises SendRefused."""
    return rest.json("GET", f"{CLIENT}/{path}", repeatable=True, **more)


def look_if_there(rest: Rest, path: str) -> dict[str, Any]:
    """The same; empty when it is not there or not for us. Raises SendRefused for everything else."""
    try:
        return look(rest, path)
    except SendRefused as refusal:
        if refusal.failure.code in {"M_NOT_FOUND", "M_FORBIDDEN"}:
            return {}
        raise


def _judge(answer: http.Answer) -> Failure | None:
    if answer.is_success:
        return None
    document = answer.json_object() or {}
    code = text_of(document.get("errcode"), 60)
    words = text_of(document.get("error"), 300)
    failure = failure_by_status(answer, words)
    kind = _CODES.get(code, failure.error)
    if kind is ErrorClass.RECIPIENT_GONE:
        kind = ErrorClass.CONFIG
    wait = _wait(answer, document) if kind is ErrorClass.RETRY_AFTER else None
    return Failure(kind, failure.reason, code or failure.code, wait)


def _judge_in_room(answer: http.Answer) -> Failure | None:
    failure = _judge(answer)
    if failure is not None and failure.code in _OF_THE_ROOM:
        return Failure(ErrorClass.RECIPIENT_GONE, failure.reason, failure.code)
    return failure


def _wait(answer: http.Answer, document: Mapping[str, Any]) -> float:
    """Seconds; the older field of the body counts milliseconds."""
    if answer.retry_after is not None:
        return answer.retry_after
    told = document.get("retry_after_ms")
    usable = isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < 86_400_000
    return told / 1000 if usable and told is not None else USUAL_WAIT
