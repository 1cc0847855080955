"""What Apple says of reviews as events: App Store Connect (JSON:API), and the public RSS feed where there is no key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.channels.protocol import AccountNews, Ignored, Inbound, ReceiptStatus, Unsupported
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

_STATES = {"PENDING_PUBLISH": ReceiptStatus.SENT, "PUBLISHED": ReceiptStatus.DELIVERED}
_REVIEWER = re.compile(r"/reviews/id([0-9]{1,20})\b")
_REVIEWS, _RESPONSES = "customerReviews", "customerReviewResponses"


@dataclass(frozen=True, slots=True)
class About:
    """What every review of an account has in common."""

    received_at: datetime
    app: str = ""
    url: str = ""
    history: bool = False


def read_delivery(document: Mapping[str, Any], about: About) -> list[Inbound]:
    """Everything a delivery tells: a page of reviews, a single one, an answer to a reply, or a page of the RSS feed."""
    if "feed" in document:
        return _read_feed(object_of(document.get("feed")), text_of(document.get("country"), 10), about)
    data = document.get("data")
    if isinstance(data, list | dict):
        responses = {
            text_of(item.get("id"), 255): item
            for item in objects_of(document.get("included"))
            if item.get("type") == _RESPONSES
        }
        found: list[Inbound] = []
        for element in data if isinstance(data, list) else [data]:
            found += _read_resource(object_of(element), responses, about)
        return found or [Ignored(what="a list without reviews")]
    return [_other(document)]


def _other(document: Mapping[str, Any]) -> Inbound:
    error = next(objects_of(document.get("errors")), None)
    if error is None:
        return Unsupported(what="no reviews")
    told = text_of(error.get("title"), 250) or text_of(error.get("code"), 100)
    return AccountNews(title=told or "Apple answered with an error.", level="error")


def _read_resource(
    element: Mapping[str, Any], responses: Mapping[str, Mapping[str, Any]], about: About
) -> list[Inbound]:
    kind = text_of(element.get("type"), 60)
    if kind == _RESPONSES:
        return [Ignored(what="the answer to a reply of ours")]  # the next poll shows it under its review
    if kind != _REVIEWS:
        return [Unsupported(what=kind or "an element without a type")]
    try:
        review = _review(element, about)
    except Unreadable as error:
        return [Unsupported(what=f"review: {error}")]
    found: list[Inbound] = [review.message(automatic=about.history)]
    named = object_of(object_of(object_of(element.get("relationships")).get("response")).get("data"))
    response = object_of(object_of(responses.get(text_of(named.get("id"), 255))).get("attributes"))
    if text := text_of(response.get("responseBody"), LONGEST).strip():
        at = iso_moment_of(response.get("lastModifiedDate"), about.received_at)
        found.append(review.reply(text, at))
        state = text_of(response.get("state"), 40)
        if state in _STATES:
            found.append(review.receipt(text, _STATES[state], at))
    return found


def _review(element: Mapping[str, Any], about: About) -> Review:
    told = object_of(element.get("attributes"))
    review_id = needed(element.get("id"), "the review's id", reviews.LONGEST_ID)
    return Review(
        id=review_id,
        site="appstore",
        at=iso_moment_of(told.get("createdDate"), about.received_at),  # moves when the review is changed
        name=text_of(told.get("reviewerNickname"), 200).strip(),
        rating=reviews.stars(told.get("rating")),
        title=text_of(told.get("title"), 300).strip(),
        text=text_of(told.get("body"), LONGEST).strip(),
        extra={
            "review_id": review_id,
            "country": text_of(told.get("territory"), 10),
            "context": about.app,
            "url": about.url,
        },
    )


# --- the public feed --------------------------------------------------------------------------------------------------


def entries_of(feed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of the feed: a list, or the one there is, or nothing."""
    entry = feed.get("entry")
    return [entry] if isinstance(entry, dict) else list(objects_of(entry))


def label_of(element: Mapping[str, Any], *path: str) -> str:
    """The text below some names: every value of the feed is an object with a `label`."""
    found: Any = element
    for name in path:
        found = object_of(found).get(name)
    return text_of(object_of(found).get("label"), LONGEST).strip()


def _read_feed(feed: Mapping[str, Any], country: str, about: About) -> list[Inbound]:
    found: list[Inbound] = []
    for entry in entries_of(feed):
        if "im:rating" not in entry:
            found.append(Ignored(what="the app itself"))  # the first entry of the feed used to be it
            continue
        review_id = label_of(entry, "id")
        if not review_id:
            found.append(Unsupported(what="review: the review's id is missing"))
            continue
        found.append(_feed_review(entry, review_id[: reviews.LONGEST_ID], country, about))
    return found or [Ignored(what="a list without reviews")]


def _feed_review(entry: Mapping[str, Any], review_id: str, country: str, about: About) -> Inbound:
    link = object_of(object_of(entry.get("link")).get("attributes"))
    reviewer = _REVIEWER.search(label_of(entry, "author", "uri"))
    review = Review(
        id=review_id,
        site="appstore",
        at=iso_moment_of(label_of(entry, "updated"), about.received_at),
        author=reviewer[1] if reviewer else "",
        name=label_of(entry, "author", "name")[:200],
        rating=reviews.stars(label_of(entry, "im:rating")),
        title=label_of(entry, "title")[:300],
        text=label_of(entry, "content"),
        extra={
            "country": country.upper(),
            "version": label_of(entry, "im:version")[:60],
            "context": about.app,
            "url": about.url or text_of(link.get("href"), 1000),
        },
    )
    return review.message(automatic=about.history)
