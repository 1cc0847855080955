"""A message of ours into requests. `send` writes direct messages and nothing else, `publish` replies and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ascolto.channels.adapters.x import uploading
from ascolto.channels.adapters.x.direct import direct_name
from ascolto.channels.adapters.x.people import USER, number_of
from ascolto.channels.adapters.x.posts import post_name
from ascolto.channels.capabilities import Limits, measured_length
from ascolto.channels.protocol import ErrorClass, Failure, Outgoing, SendRefused, Sent
from ascolto.channels.reading import object_of, text_of
from ascolto.channels.vendors.rest import Rest

NOT_SUMMONED = (
    "X lets programs answer in public only whoever named or quoted the account, and this post does neither: "
    "answer on X itself, or privately."
)
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")


def publish(rest: Rest, outgoing: Outgoing, limits: Limits, *, anyone: bool) -> Sent:
    """Reply to a post. `anyone`: the plan lets us answer who did not summon us. Raises SendRefused."""
    answered = number_of(outgoing.extra.get("post_id")) or _post_number(outgoing.reply_to)
    if not answered:
        raise _refused(ErrorClass.CONFIG, "It is not known which post is answered.", of_message=True)
    if outgoing.extra.get("summoned") is False and not anyone:
        raise _refused(ErrorClass.CONFIG, NOT_SUMMONED, of_message=True)
    _check_text(outgoing, limits, cashtags=not anyone)
    uploading.check(outgoing.files, public=True)
    media_ids = [uploading.upload(rest, file, public=True) for file in outgoing.files]
    post: dict[str, Any] = {"text": outgoing.text, "reply": {"in_reply_to_tweet_id": answered}}
    if media_ids:
        post["media"] = {"media_ids": media_ids}
    told = object_of(rest.json("POST", "2/tweets", repeatable=False, json=post).get("data"))
    if not (number := number_of(told.get("id"))):
        raise SendRefused(rest.nonsense(repeatable=False))
    return Sent((post_name(number),))


def send(rest: Rest, outgoing: Outgoing, limits: Limits) -> Sent:
    """Write direct messages: one file each, the text with the first. Raises SendRefused."""
    known = (handle.value for handle in outgoing.recipient if handle.namespace == USER)
    person = next(filter(None, map(number_of, known)), "")
    if not person:
        raise _refused(ErrorClass.RECIPIENT_GONE, "No X account of the customer is known.")
    _check_text(outgoing, limits, cashtags=False)
    uploading.check(outgoing.files, public=False)
    media_ids = [uploading.upload(rest, file, public=False) for file in outgoing.files]
    ids: list[str] = []
    parts = media_ids or [""]
    for place, media_id in enumerate(parts):
        message: dict[str, Any] = {"text": outgoing.text} if outgoing.text and not place else {}
        if media_id:
            message["attachments"] = [{"media_id": media_id}]
        try:
            ids.append(_write(rest, person, message))
        except SendRefused as refusal:
            if not place:
                raise SendRefused(_explained(refusal.failure, outgoing)) from refusal
            raise SendRefused(_half_sent(refusal.failure, place, len(parts))) from refusal
    return Sent(tuple(ids))


def moderate(rest: Rest, verb: str, number: str, ours: str) -> None:
    """Hide or show a reply, like a post. Doing it twice changes nothing. Raises SendRefused."""
    if verb in {"hide", "show"}:
        rest.ask("PUT", f"2/tweets/{number}/hidden", repeatable=True, json={"hidden": verb == "hide"})
    elif verb == "like":
        rest.ask("POST", f"2/users/{ours}/likes", repeatable=True, json={"tweet_id": number})
    else:
        raise _refused(ErrorClass.CONFIG, f"X cannot {verb} a post.", of_message=True)


def number_in(external_id: str, extra: Any) -> str:
    """The number of a post. Raises SendRefused for anything else."""
    number = number_of(object_of(extra).get("post_id")) or _post_number(external_id)
    if not number:
        raise _refused(ErrorClass.CONFIG, "This is not a post.", of_message=True)
    return number


def _write(rest: Rest, person: str, message: dict[str, Any]) -> str:
    path = f"2/dm_conversations/with/{person}/messages"
    told = object_of(rest.json("POST", path, repeatable=False, json=message).get("data"))
    if not (number := number_of(told.get("dm_event_id"))):
        raise SendRefused(rest.nonsense(repeatable=False))
    return direct_name(number)


def _explained(failure: Failure, outgoing: Outgoing) -> Failure:
    """Where X does not let us write to somebody, they may still write to us: the link is the way.

    It says nothing about the public side, which stays open: therefore not "blocked".
    """
    link = text_of(outgoing.extra.get("private_link"), 300)
    if failure.error is not ErrorClass.BLOCKED or not (outgoing.from_public and link):
        return failure
    reason = f"This person takes no direct messages from us. Answer in public with a link by which they can write: {link}"
    return replace(failure, error=ErrorClass.CONFIG, reason=reason, of_message=True)


def _check_text(outgoing: Outgoing, limits: Limits, *, cashtags: bool) -> None:
    if not outgoing.text.strip() and not outgoing.files:
        raise _refused(ErrorClass.CONTENT, "The message is empty.")
    length = measured_length(outgoing.text, limits.counting)
    if length > limits.max_length:
        raise _refused(
            ErrorClass.CONTENT, f"The text has {length} characters as X counts; X takes {limits.max_length}."
        )
    if cashtags and len(_CASHTAG.findall(outgoing.text)) > 1:
        raise _refused(ErrorClass.CONTENT, "X takes at most one cashtag ($NAME) in a post.")


def _post_number(external_id: str) -> str:
    kind, _, number = external_id.partition(":")
    return number_of(number) if kind == "post" else ""


def _half_sent(failure: Failure, done: int, total: int) -> Failure:
    """A part has arrived: repeating the whole would double it, so that a person must decide."""
    reason = f"{done} of {total} parts were sent; then: {failure.reason or failure.error.value}"
    return Failure(ErrorClass.UNCERTAIN, reason, code=failure.code, partial=True)


def _refused(error: ErrorClass, reason: str, *, of_message: bool = False) -> SendRefused:
    return SendRefused(Failure(error, reason, of_message=of_message))
