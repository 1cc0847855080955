"""What Tripadvisor says of reviews as events: Terra, and the Content API before it, whose answers may still lie in an archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import AccountNews, Ignored, Inbound, Unsupported
from ascolto.channels.reading import (
    Unreadable,
    iso_moment_of,
    needed,
    object_of,
    objects_of,
    plain,
    text_of,
)
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.reviews import LONGEST, Review


def read_delivery(
    document: Mapping[str, Any],
    received_at: datetime,
    *,
    places: Mapping[str, str] | None = None,
    history: bool = False,
) -> list[Inbound]:
    """Everything a delivery tells. `places`: what people call the locations, by their ids."""
    if isinstance(document.get("data"), list):
        found: list[Inbound] = []
        for element in document["data"]:
            found += read_review(object_of(element), received_at, places or {}, history)
        return found or [Ignored(what="a list without reviews")]
    if "rating" in document and "id" in document:
        return read_review(document, received_at, places or {}, history)
    return [_other(document)]


def _other(document: Mapping[str, Any]) -> Inbound:
    """problem+json of Terra (RFC 9457), `{"error": …}` and `{"Message": …}` of what stood before it."""
    error = object_of(document.get("error"))
    told = [document.get("detail"), document.get("title"), error.get("message")]
    told += [document.get("Message"), document.get("message")]
    reason = next((text for value in told if (text := text_of(value, 250))), "")
    if reason or error or "status" in document:
        return AccountNews(title=reason or "Tripadvisor answered with an error.", level="error")
    return Unsupported(what="no reviews")


def read_review(
    element: Mapping[str, Any], received_at: datetime, places: Mapping[str, str], history: bool
) -> list[Inbound]:
    """A review, and what the owner replied on Tripadvisor."""
    try:
        review = _review(element, received_at, places)
    except Unreadable as error:
        return [Unsupported(what=f"review: {error}")]
    found: list[Inbound] = [review.message(automatic=history)]
    reply = object_of(element.get("owner_response") or element.get("management_response"))
    if text := _original(reply.get("text"))[0]:
        at = iso_moment_of(reply.get("published_ts") or reply.get("published_date"), received_at)
        found.append(review.reply(text, at))
    return found


def _review(element: Mapping[str, Any], received_at: datetime, places: Mapping[str, str]) -> Review:
    review_id = needed(element.get("id"), "the review's id", reviews.LONGEST_ID)
    user = object_of(element.get("user"))
    title, _, _ = _original(element.get("title"))
    text, language, translations = _original(element.get("text"))
    return Review(
        id=review_id,
        site="tripadvisor",
        at=iso_moment_of(element.get("published_ts") or element.get("published_date"), received_at),
        author=text_of(user.get("username"), 200).strip(),
        name=text_of(user.get("username"), 200).strip(),
        rating=reviews.stars(element.get("rating")),
        title=title,
        text=text,
        language=reviews.language_of(language or element.get("lang")),
        extra={
            "url": text_of(element.get("url"), 1000),
            "context": places.get(text_of(element.get("location_id"), 40), ""),
            "translation": next(iter(translations.values()), ""),
            "trip_type": text_of(element.get("trip_type"), 60),
            "travelled": text_of(element.get("travel_date"), 40),
            "rating_image": text_of(element.get("rating_image_url") or element.get("rating_image"), 500),
            "ratings": _parts(element.get("subratings")),
        },
    )


def _original(value: Any) -> tuple[str, str, dict[str, str]]:
    """The text as it was written, its language, and what it was translated to. Terra tells a list, its forerunner a text."""
    if isinstance(value, str):
        return text_of(value, LONGEST).strip(), "", {}
    versions = [item for item in objects_of(value) if isinstance(item.get("value"), str)]
    original = next(
        (item for item in versions if item.get("primary") is True), versions[0] if versions else {}
    )
    others = {
        text_of(item.get("language"), 20): text_of(item.get("value"), LONGEST).strip()
        for item in versions
        if item is not original
    }
    return text_of(original.get("value"), LONGEST).strip(), text_of(original.get("language"), 20), others


def _parts(value: Any) -> dict[str, Any]:
    """Stars of single aspects (service, value), by their names."""
    parts: Iterable[Any] = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    named = [part for part in parts if isinstance(part, dict)][:20]
    found = {text_of(part.get("localized_name") or part.get("name"), 60): part.get("value") for part in named}
    return {name: plain(stars) for name, stars in found.items() if name}
