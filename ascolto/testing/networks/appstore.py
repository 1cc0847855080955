"""A stand-in for Apple: App Store Connect behind signed tokens, replies that are published later, and the public feed."""

from __future__ import annotations

import time
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from ascolto.testing.networks.city import Reply, Request
from ascolto.testing.networks.reviewing import ReviewSite, StoredReview

LONGEST_REPLY = 5970
_PER_FEED_PAGE = 50


@cache
def _key() -> ECKey:
    return ECKey.generate_key("P-256")


class AppStoreNetwork(ReviewSite):
    """One app. `remaining`: requests left in this hour; None: enough. Apple publishes a reply when `approve` is called."""

    kind: ClassVar[str] = "appstore"
    reply_states = ("PENDING_PUBLISH", "PUBLISHED", "")
    moderates = True

    def __init__(self, app_id: str = "1234567890") -> None:
        super().__init__()
        self.app_id = app_id
        self.issuer_id, self.key_id = "57246542-96fe-1a63-e053-0824d011072a", "2X9R4HXF34"
        self.remaining: int | None = None
        self.country = "it"
        self.page_size = 200
        self.claims: dict[str, Any] = {}
        self.shows_replies_at_once = True

    @property
    def settings(self) -> dict[str, str]:
        return {
            "app_id": self.app_id,
            "issuer_id": self.issuer_id,
            "key_id": self.key_id,
            "private_key": _key().as_pem(private=True).decode(),
            "api_base": self.url,
            "feed_base": self.url,
        }

    @property
    def settings_without_key(self) -> dict[str, str]:
        """The settings of an inbox that reads the public feed."""
        left_out = {"issuer_id", "key_id", "private_key"}
        return {name: value for name, value in self.settings.items() if name not in left_out}

    def too_fast(self) -> Reply:
        headers = {"X-Rate-Limit": "user-hour-lim:3500;user-hour-rem:0;"}
        return _error(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.", headers)

    def broken(self) -> Reply:
        return _error(500, "UNEXPECTED_ERROR", "An unexpected error occurred.")

    def answer(self, request: Request) -> Reply:
        parts = request.parts
        if len(parts) > 2 and parts[1:3] == ["rss", "customerreviews"]:
            return self._feed(parts)
        if not self._lets_in(request):
            return _error(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.")
        if self.remaining is not None:
            if self.remaining <= 0:
                return self.too_fast()
            self.remaining -= 1
        if parts == ["v1", "apps", self.app_id, "customerReviews"] and request.method == "GET":
            return self._page(request)
        if parts == ["v1", "customerReviewResponses"] and request.method == "POST":
            return self._respond(request.json())
        return _error(404, "NOT_FOUND", "The specified resource does not exist.")

    def _lets_in(self, request: Request) -> bool:
        try:
            token = jwt.decode(request.bearer, _key(), algorithms=["ES256"])
        except (JoseError, ValueError):
            return False
        claims, moment = token.claims, time.time()
        self.claims = claims
        is_ours = claims.get("iss") == self.issuer_id and token.header.get("kid") == self.key_id
        in_time = claims.get("exp", 0) > moment and claims.get("exp", 0) - claims.get("iat", 0) <= 1200
        return is_ours and in_time and claims.get("aud") == "appstoreconnect-v1"

    def _page(self, request: Request) -> Reply:
        limit, cursor = request.asked("limit", "50"), request.asked("cursor", "0")
        if not limit.isdigit() or not 1 <= int(limit) <= 200 or not cursor.isdigit():
            return _error(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value.")
        self.turn_page()
        size, start = min(int(limit), self.page_size), int(cursor)
        found = self.newest("updated_at")
        shown = found[start : start + size]
        page: dict[str, Any] = {"data": [_shown(review) for review in shown], "links": {"self": self.url}}
        if request.asked("include") == "response":
            page["included"] = [_shown_reply(review) for review in shown if review.reply is not None]
        if start + size < len(found):
            query = {"limit": limit, "cursor": str(start + size), "include": request.asked("include")}
            page["links"]["next"] = f"{self.url}/v1/apps/{self.app_id}/customerReviews?{urlencode(query)}"
        page["meta"] = {"paging": {"total": len(found), "limit": size}}
        return Reply(page)

    def _respond(self, body: Any) -> Reply:
        try:
            data = body["data"]
            text = data["attributes"]["responseBody"]
            review = self.reviews.get(data["relationships"]["review"]["data"]["id"])
        except (KeyError, TypeError):
            return _error(409, "ENTITY_ERROR.RELATIONSHIP.REQUIRED", "A relationship is missing.")
        if review is None:
            return _error(404, "NOT_FOUND", "There is no resource of type 'customerReviews' with this id.")
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_REPLY or "\x0b" in text:
            return _error(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "An attribute value is invalid.")
        self.reply(review, text)
        return Reply({"data": _shown_reply(review)}, 201)

    def _feed(self, parts: list[str]) -> Reply:
        """One entry is an object, several are a list, none is nothing at all: as Apple does it."""
        named = dict(part.split("=", 1) for part in parts if "=" in part)
        if parts[0] != self.country or named.get("id") != self.app_id:
            return Reply({"feed": {"author": {"name": {"label": "iTunes Store"}}}})
        self.turn_page()
        start = (int(named.get("page", "1")) - 1) * _PER_FEED_PAGE
        entries = [_entry(review) for review in self.newest("updated_at")[start : start + _PER_FEED_PAGE]]
        feed: dict[str, Any] = {"author": {"name": {"label": "iTunes Store"}}}
        if entries:
            feed["entry"] = entries[0] if len(entries) == 1 else entries
        return Reply({"feed": feed})


def _shown(review: StoredReview) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rating": review.rating,
        "title": review.title,
        "body": review.text,
        "reviewerNickname": review.person.name,
        "createdDate": _stamp(review.updated_at),
        "territory": "ITA",
    }
    shown: dict[str, Any] = {"type": "customerReviews", "id": review.id, "attributes": told}
    if review.reply is not None:
        named = {"type": "customerReviewResponses", "id": review.reply.id}
        shown["relationships"] = {"response": {"data": named}}
    return shown


def _shown_reply(review: StoredReview) -> dict[str, Any]:
    reply = review.reply
    assert reply is not None
    told = {"responseBody": reply.text, "lastModifiedDate": _stamp(reply.at), "state": reply.state}
    return {"type": "customerReviewResponses", "id": reply.id, "attributes": told}


def _entry(review: StoredReview) -> dict[str, Any]:
    told = {"im:version": "3.1", "im:rating": str(review.rating), "id": review.id, "title": review.title}
    told |= {"content": review.text, "updated": _stamp(review.updated_at)}
    labels: dict[str, Any] = {name: {"label": value} for name, value in told.items()}
    uri = f"https://itunes.apple.com/it/reviews/id{int.from_bytes(review.person.id.encode()[-6:], 'big')}"
    author = {"uri": {"label": uri}, "name": {"label": review.person.name}, "label": ""}
    return {**labels, "author": author}


def _error(status: int, code: str, title: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply({"errors": [{"status": str(status), "code": code, "title": title}]}, status, headers or {})


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
