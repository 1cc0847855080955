"""What the errors of the AT Protocol mean: each has a name."""

from __future__ import annotations

from collections.abc import Mapping

from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.rest import USUAL_WAIT, failure_by_status
from ascolto.kit import http
from ascolto.kit.clock import now

EXPIRED = {"ExpiredToken", "InvalidToken"}  # of a session: renewed once, then it is refused for good
_CODES: Mapping[str, ErrorClass] = {
    "ExpiredToken": ErrorClass.REAUTH,
    "InvalidToken": ErrorClass.REAUTH,
    "AuthMissing": ErrorClass.REAUTH,
    "AuthenticationRequired": ErrorClass.REAUTH,
    "AuthFactorTokenRequired": ErrorClass.REAUTH,
    "AccountTakedown": ErrorClass.ABUSE_STOP,
    "AccountDeactivated": ErrorClass.CONFIG,
    "AccountSuspended": ErrorClass.RECIPIENT_GONE,  # of a chat: the other one's
    "RecipientNotFound": ErrorClass.RECIPIENT_GONE,
    "NotFound": ErrorClass.RECIPIENT_GONE,
    "RecordNotFound": ErrorClass.RECIPIENT_GONE,
    "RepoNotFound": ErrorClass.RECIPIENT_GONE,
    "InvalidConvo": ErrorClass.RECIPIENT_GONE,
    "UserKicked": ErrorClass.RECIPIENT_GONE,
    "BlockedActor": ErrorClass.BLOCKED,
    "BlockedByActor": ErrorClass.BLOCKED,
    "MessagesDisabled": ErrorClass.BLOCKED,
    "NotFollowedBySender": ErrorClass.BLOCKED,
    "ConvoLocked": ErrorClass.BLOCKED,
    "InvalidRequest": ErrorClass.CONTENT,
    "BlobTooLarge": ErrorClass.CONTENT,
    "PayloadTooLarge": ErrorClass.CONTENT,
    "RateLimitExceeded": ErrorClass.RETRY_AFTER,
    "MethodNotImplemented": ErrorClass.CONFIG,
    "XRPCNotSupported": ErrorClass.CONFIG,
}


def judge(answer: http.Answer) -> Failure | None:
    """The network's own error in an answer; None for a success."""
    if answer.is_success:
        return None
    document = answer.json_object() or {}
    code = text_of(document.get("error"), 80)
    failure = failure_by_status(answer, text_of(document.get("message"), 300))
    kind = _CODES.get(code, failure.error)
    wait = _wait(answer) if kind is ErrorClass.RETRY_AFTER else None
    return Failure(kind, failure.reason, code or failure.code, wait)


def _wait(answer: http.Answer) -> float:
    """Seconds; the network names the moment from which it takes requests again, in seconds since 1970."""
    if answer.retry_after is not None:
        return answer.retry_after
    reset = answer.headers.get("ratelimit-reset", "").strip()
    if not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return USUAL_WAIT
    seconds = int(reset) - now().timestamp()
    return min(seconds + 1, 86_400.0) if seconds > 0 else USUAL_WAIT
