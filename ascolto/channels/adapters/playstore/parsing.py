"""What Google Play says of reviews (Android Publisher API, v3) as events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ascolto.channels.protocol import AccountNews, Ignored, Inbound, ReceiptStatus, Unsupported
from ascolto.channels.reading import Unreadable, moment_of, needed, object_of, objects_of, text_of
from ascolto.channels.vendors import reviews
from ascolto.channels.vendors.reviews import LONGEST, Review


@dataclass(frozen=True, slots=True)
class About:
    """What every review of an account has in common."""

    received_at: datetime
    package: str = ""
    app: str = ""
    history: bool = False


def read_delivery(document: Mapping[str, Any], about: About) -> list[Inbound]:
    """Everything a delivery tells: a page of reviews, or a single one."""
    if isinstance(document.get("reviews"), list):
        found: list[Inbound] = []
        for element in document["reviews"]:
            found += read_review(object_of(element), about)
        return found or [Ignored(what="a list without reviews")]
    if "reviewId" in document:
        return read_review(document, about)
    if "error" in document:
        error = object_of(document.get("error"))
        told = text_of(error.get("message"), 250) or text_of(error.get("status"), 60)
        return [AccountNews(title=told or "Google answered with an error.", level="error")]
    if "result" in document:
        return [Ignored(what="the answer to a reply of ours")]
    is_page = not document or "tokenPagination" in document or "pageInfo" in document
    return [Ignored(what="a list without reviews") if is_page else Unsupported(what="no reviews")]


def read_review(element: Mapping[str, Any], about: About) -> list[Inbound]:
    """A review, and the developer's reply under it."""
    comment, reply = comments_of(element)
    try:
        review = _review(element, comment, about)
    except Unreadable as error:
        return [Unsupported(what=f"review: {error}")]
    found: list[Inbound] = [review.message(automatic=about.history)]
    if text := text_of(reply.get("text"), LONGEST).strip():
        at = modified_at(reply, about.received_at)
        found += [review.reply(text, at), review.receipt(text, ReceiptStatus.DELIVERED, at)]
    return found


def comments_of(element: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The last words of the user and of the developer; empty where one said nothing."""
    user: Mapping[str, Any] = {}
    developer: Mapping[str, Any] = {}
    for comment in objects_of(element.get("comments")):
        user = object_of(comment.get("userComment")) or user
        developer = object_of(comment.get("developerComment")) or developer
    return user, developer


def modified_at(comment: Mapping[str, Any], received_at: datetime) -> datetime:
    """When a comment was last changed: `{"seconds": "1443676826", "nanos": 713000000}`."""
    stamp = object_of(comment.get("lastModified"))
    seconds, nanos = text_of(stamp.get("seconds"), 15), text_of(stamp.get("nanos"), 12)
    at = moment_of(seconds, received_at) if seconds.lstrip("-").isdigit() else received_at
    return at + timedelta(microseconds=int(nanos) // 1000) if nanos.isdigit() and len(nanos) < 10 else at


def _review(element: Mapping[str, Any], comment: Mapping[str, Any], about: About) -> Review:
    review_id = needed(element.get("reviewId"), "the review's id", reviews.LONGEST_ID)
    if not comment:
        raise Unreadable("the user's comment is missing")
    original, shown = text_of(comment.get("originalText"), LONGEST), text_of(comment.get("text"), LONGEST)
    title, text = split_title(original or shown)
    return Review(
        id=review_id,
        site="playstore",
        at=modified_at(comment, about.received_at),  # Play tells no other time: it moves with a change
        name=text_of(element.get("authorName"), 200).strip(),
        rating=reviews.stars(comment.get("starRating")),
        title=title,
        text=text,
        language=reviews.language_of(comment.get("reviewerLanguage")),
        extra={
            "review_id": review_id,
            "context": about.app,
            "url": f"https://play.google.com/store/apps/details?id={about.package}" if about.package else "",
            "translation": split_title(shown)[1] if original else "",
            "version": text_of(comment.get("appVersionName"), 60)
            or text_of(comment.get("appVersionCode"), 20),
            "device": _device(comment),
            "android": text_of(comment.get("androidOsVersion"), 10),
        },
    )


def split_title(text: str) -> tuple[str, str]:
    """Play joins title and text with a tab; some texts begin with one, with a title or without."""
    title, tab, body = text.removeprefix("\t").partition("\t")
    return (title.strip(), body.strip()) if tab else ("", text.strip())


def _device(comment: Mapping[str, Any]) -> str:
    about = object_of(comment.get("deviceMetadata"))
    names = [text_of(about.get(name), 60) for name in ("manufacturer", "productName")]
    return " ".join(name for name in names if name) or text_of(comment.get("device"), 60)
