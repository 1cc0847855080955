"""What Google says of reviews (Business Profile, API v4) as events."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import AccountNews, Ignored, Inbound, Malformed, ReceiptStatus, Unsupported
from ascolto.channels.reading import (
    Unreadable,
    iso_moment_of,
    needed,
    object_of,
    objects_of,
    read_body,
    text_of,
)
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.reviews import LONGEST, Review

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_STATES = {
    "PENDING": ReceiptStatus.SENT,
    "APPROVED": ReceiptStatus.DELIVERED,
    "REJECTED": ReceiptStatus.FAILED,
}
_TRANSLATED, _ORIGINAL = "(Translated by Google)", "(Original)"
_LISTS = {"accounts", "locations", "questions", "answers", "notificationSetting"}
_HINTS = {"NEW_REVIEW", "UPDATED_REVIEW"}


def read_delivery(
    document: Mapping[str, Any],
    received_at: datetime,
    *,
    places: Mapping[str, str] | None = None,
    history: bool = False,
) -> list[Inbound]:
    """Everything a delivery tells: what the poll stored, a list or a single review, or a notification.

    `places`: what people call them, by their names. `history`: it was written before the inbox was connected.
    """
    places = places or {}
    if "message" in document:
        return [_notification(object_of(document.get("message")))]
    if isinstance(document.get("reviews"), list):
        found: list[Inbound] = []
        for element in document["reviews"]:
            found += read_review(object_of(element), received_at, places, history=history)
        return found or [Ignored(what="a list without reviews")]
    if isinstance(document.get("locationReviews"), list):  # of several places at once (batchGetReviews)
        told = [object_of(object_of(part).get("review")) for part in document["locationReviews"]]
        return read_delivery({"reviews": told}, received_at, places=places, history=history)
    if "reviewId" in document or "starRating" in document:
        return read_review(document, received_at, places, history=history)
    return [_other(document)]


def _other(document: Mapping[str, Any]) -> Inbound:
    if not document:
        return Ignored(what="a list without reviews")
    if "error" in document:
        error = object_of(document.get("error"))
        told = text_of(error.get("message"), 250) or text_of(error.get("status"), 60)
        return AccountNews(title=told or "Google answered with an error.", level="error")
    if "comment" in document and "reviewReplyState" in document:  # it does not say to which review
        if document["reviewReplyState"] == "REJECTED":
            return AccountNews(title=rejection(document), level="warning")
        return Ignored(what="the answer to a reply of ours")
    known = next((name for name in document if name in _LISTS), "")
    return Ignored(what=f"a list of {known}") if known else Unsupported(what="no reviews")


def read_review(
    element: Mapping[str, Any], received_at: datetime, places: Mapping[str, str], *, history: bool = False
) -> list[Inbound]:
    """A review, the company's reply under it, and what became of the reply."""
    try:
        review = _review(element, received_at, places)
    except Unreadable as error:
        return [Unsupported(what=f"review: {error}")]
    found: list[Inbound] = [review.message(automatic=history)]
    reply = object_of(element.get("reviewReply"))
    if text := text_of(reply.get("comment"), LONGEST).strip():
        at = iso_moment_of(reply.get("updateTime"), received_at)
        found.append(review.reply(text, at))
        state = text_of(reply.get("reviewReplyState"), 40) or "APPROVED"  # before moderation all were shown
        if state in _STATES:
            reason = rejection(reply) if state == "REJECTED" else ""
            found.append(review.receipt(text, _STATES[state], at, reason))
    return found


def rejection(reply: Mapping[str, Any]) -> str:
    """Why Google does not show a reply."""
    rule = text_of(reply.get("policyViolation"), 100).replace("_", " ").lower()
    return f"Google rejected the reply: {rule}." if rule else "Google rejected the reply."


def _review(element: Mapping[str, Any], received_at: datetime, places: Mapping[str, str]) -> Review:
    review_id = needed(element.get("reviewId"), "the review's id", reviews.LONGEST_ID)
    reviewer = object_of(element.get("reviewer"))
    at = iso_moment_of(element.get("createTime"), received_at)
    text, translation = split_translation(text_of(element.get("comment"), LONGEST))
    name = text_of(element.get("name"), 500)
    is_anonymous = reviewer.get("isAnonymous") is True
    return Review(
        id=review_id,
        site="google",
        at=at,
        revised_at=max(at, iso_moment_of(element.get("updateTime"), at)),
        name="" if is_anonymous else text_of(reviewer.get("displayName"), 200).strip(),
        rating=_STARS.get(text_of(element.get("starRating"), 40), 0),
        text=text,
        extra={
            "review_id": review_id,
            "name": name,
            "translation": translation,
            "context": places.get(name.partition("/reviews/")[0], ""),
        },
    )


def split_translation(comment: str) -> tuple[str, str]:
    """What was written, and what Google made of it: "(Translated by Google) … (Original) …", or the other way round."""
    comment = comment.strip()
    if _TRANSLATED not in comment:
        return comment, ""
    before, _, after = comment.partition(_TRANSLATED)
    if _ORIGINAL in after:
        translation, _, original = after.partition(_ORIGINAL)
        return original.strip(), translation.strip()
    if before.strip():
        return before.strip(), after.strip()
    return after.strip(), ""  # the original is not told: what there is must be read all the same


def _notification(message: Mapping[str, Any]) -> Inbound:
    """A Pub/Sub push names a review and says no more: the next poll reads it."""
    try:
        data = text_of(message.get("data"), 20_000).replace("-", "+").replace("_", "/")
        told = read_body(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, Malformed):
        return Unsupported(what="a notification that cannot be read")
    kind = text_of(told.get("type") or told.get("notificationType"), 60)
    if kind in _HINTS or any(name in told for name in ("review", "reviewName")):
        return Ignored(what=f"a hint that there is a review: {kind or 'review'}")
    return Ignored(what=f"a notification: {kind}") if kind else Unsupported(what="an unknown notification")


def items(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The reviews of a page that have an id."""
    return [item for item in objects_of(document.get("reviews")) if text_of(item.get("reviewId"))]
