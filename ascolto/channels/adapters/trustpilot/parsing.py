"""What Trustpilot says of service reviews as events: the events of its webhook, and reviews as its API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import AccountNews, Ignored, Inbound, ReceiptStatus, Removed, Unsupported
from ascolto.channels.reading import (
    Unreadable,
    iso_moment_of,
    needed,
    object_of,
    objects_of,
    text_of,
)
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.reviews import LONGEST, Review

PAGES = "https://www.trustpilot.com/reviews"
_WRITTEN = {"service-review-created", "service-review-updated"}
_DELETED = "service-review-deleted"


def read_delivery(
    document: Mapping[str, Any], received_at: datetime, *, context: str = "", history: bool = False
) -> list[Inbound]:
    """Everything a delivery tells. `context`: what is reviewed, where Trustpilot does not say it."""
    if isinstance(document.get("events"), list):
        found: list[Inbound] = []
        for event in document["events"]:
            found += _read_event(object_of(event), received_at, context)
        return found or [Ignored(what="no events")]
    if isinstance(document.get("reviews"), list):
        found = []
        for element in document["reviews"]:
            found += _read_review(object_of(element), received_at, context, history)
        return found or [Ignored(what="a list without reviews")]
    if "stars" in document or "consumer" in document:
        return _read_review(document, received_at, context, history)
    return [_other(document)]


def _other(document: Mapping[str, Any]) -> Inbound:
    fault = object_of(document.get("fault"))
    told = text_of(fault.get("faultstring"), 250) or text_of(document.get("message"), 250)
    if fault or "errorCode" in document:
        return AccountNews(title=told or "Trustpilot answered with an error.", level="error")
    if "access_token" in document:
        return Ignored(what="a token")
    if "authorBusinessUserId" in document:
        return Ignored(what="a reply of ours")
    return Unsupported(what="no reviews")


def _read_event(event: Mapping[str, Any], received_at: datetime, context: str) -> list[Inbound]:
    name, data = text_of(event.get("eventName"), 60), object_of(event.get("eventData"))
    if name == _DELETED:
        return [_removed(data, received_at)]
    if name not in _WRITTEN:
        return [Unsupported(what=f"event: {name or 'unknown'}")]
    if name.endswith("updated") and not data.get("updatedAt"):  # it was changed, and nobody says when
        data = {**data, "updatedAt": received_at.isoformat()}
    return _read_review(data, received_at, context, history=False)


def _removed(data: Mapping[str, Any], received_at: datetime) -> Inbound:
    review_id = text_of(data.get("id"), reviews.LONGEST_ID).strip()
    if not review_id:
        return Unsupported(what="a deleted review without an id")
    return Removed(external_id=review_id, occurred_at=iso_moment_of(data.get("deletedAt"), received_at))


def _read_review(
    element: Mapping[str, Any], received_at: datetime, context: str, history: bool
) -> list[Inbound]:
    try:
        review = _review(element, received_at, context)
    except Unreadable as error:
        return [Unsupported(what=f"review: {error}")]
    found: list[Inbound] = [review.message(automatic=history)]
    reply = object_of(element.get("companyReply"))
    if text := text_of(reply.get("text"), LONGEST).strip():
        at = iso_moment_of(reply.get("updatedAt") or reply.get("createdAt"), received_at)
        found += [review.reply(text, at), review.receipt(text, ReceiptStatus.DELIVERED, at)]
    return found


def _review(element: Mapping[str, Any], received_at: datetime, context: str) -> Review:
    review_id = needed(element.get("id"), "the review's id", reviews.LONGEST_ID)
    consumer = object_of(element.get("consumer"))
    at = iso_moment_of(element.get("createdAt"), received_at)
    return Review(
        id=review_id,
        site="trustpilot",
        at=at,
        revised_at=max(at, iso_moment_of(element.get("updatedAt"), at)),
        author=text_of(consumer.get("id"), 200).strip(),
        name=(text_of(consumer.get("displayName"), 200) or text_of(consumer.get("name"), 200)).strip(),
        rating=reviews.stars(element.get("stars")),
        title=text_of(element.get("title"), 300).strip(),
        text=text_of(element.get("text"), LONGEST).strip(),
        language=reviews.language_of(element.get("language")),
        extra=_circumstances(element, consumer, review_id) | {"context": _reviewed(element) or context},
    )


def _reviewed(element: Mapping[str, Any]) -> str:
    unit, place = object_of(element.get("businessUnit")), object_of(element.get("location"))
    names = [text_of(unit.get("displayName"), 200), text_of(place.get("name"), 200)]
    return ", ".join(name for name in names if name)


def _circumstances(element: Mapping[str, Any], consumer: Mapping[str, Any], review_id: str) -> dict[str, Any]:
    """Where it stands, what order it is about, and whether Trustpilot hides it while it looks into it."""
    report = object_of(element.get("reportData"))
    status = text_of(element.get("status"), 40)
    return {
        "review_id": review_id,
        "url": f"{PAGES}/{review_id}" if review_id.isalnum() else "",
        "reference": text_of(element.get("referenceId"), 200),
        "verified": element.get("isVerified") if isinstance(element.get("isVerified"), bool) else None,
        "country": text_of(consumer.get("displayLocation"), 100),
        "location": text_of(element.get("locationId"), 100),
        "status": status if status != "active" else "",
        "shown": text_of(report.get("reviewVisibility"), 40),
        "labels": [
            text for tag in objects_of(element.get("tags")) if (text := text_of(tag.get("value"), 100))
        ][:20],
    }
