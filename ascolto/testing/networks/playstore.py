"""A stand-in for the reviews of Google Play: the last seven days, only what has words, 350 characters, its quotas."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

from ascolto.kit.clock import now
from ascolto.testing.networks.city import Reply, Request
from ascolto.testing.networks.googledoor import GoogleDoor, error
from ascolto.testing.networks.reviewing import ReviewSite, StoredReview

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
LONGEST_REPLY = 350
VISIBLE_FOR = timedelta(days=7)


class PlayStoreNetwork(ReviewSite):
    """One app. `looks_left`: of the 200 an hour; None: enough."""

    kind: ClassVar[str] = "playstore"

    def __init__(self, package: str = "it.telvia.app") -> None:
        super().__init__()
        self.package = package
        self.door = GoogleDoor(SCOPE)
        self.has_permission = True
        self.looks_left: int | None = None
        self.page_size = 100

    @property
    def settings(self) -> dict[str, str]:
        self.door.token_url = f"{self.url}/token"
        return {
            "package": self.package,
            "service_account": self.door.key_file,
            "api_base": self.url,
            "sign_in_url": self.door.token_url,
        }

    def new_id(self, prefix: str = "") -> str:
        return f"gp:{super().new_id(prefix)}"

    def too_fast(self) -> Reply:
        return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded")

    def broken(self) -> Reply:
        return error(503, "UNAVAILABLE", "The service is currently unavailable.")

    def answer(self, request: Request) -> Reply:
        if request.path == "/token" and request.method == "POST":
            return self.door.give(request)
        if not self.door.lets_in(request):
            return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not self.has_permission:
            return error(403, "PERMISSION_DENIED", "The caller does not have permission")
        parts = [unquote(part) for part in request.parts]
        if parts[:4] != ["androidpublisher", "v3", "applications", self.package]:
            return error(404, "NOT_FOUND", "Package not found.")
        if parts[4:] == ["reviews"] and request.method == "GET":
            return self._page(request)
        if parts[4:5] == ["reviews"] and len(parts) == 6 and request.method == "POST":
            return self._reply(parts[5].removesuffix(":reply"), request.json())
        return error(404, "NOT_FOUND", "Requested entity was not found.")

    def _page(self, request: Request) -> Reply:
        if self.looks_left is not None:
            if self.looks_left <= 0:
                return self.too_fast()
            self.looks_left -= 1
        most, token = request.asked("maxResults", "10"), request.asked("token", "0")
        if not most.isdigit() or not token.isdigit():
            return error(400, "INVALID_ARGUMENT", "Invalid value.")
        self.turn_page()
        found = [
            review
            for review in self.newest("updated_at")
            if review.text and review.updated_at > now() - VISIBLE_FOR
        ]
        if not found:
            return Reply({})
        start, size = int(token), min(int(most), self.page_size)
        shown = found[start : start + size]
        page: dict[str, Any] = {"reviews": [_shown(review) for review in shown]}
        if start + size < len(found):
            page["tokenPagination"] = {"nextPageToken": str(start + size)}
        return Reply(page)

    def _reply(self, review_id: str, body: Any) -> Reply:
        review = self.reviews.get(review_id)
        text = body.get("replyText") if isinstance(body, dict) else None
        if review is None:
            return error(404, "NOT_FOUND", "Review not found.")
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_REPLY:
            return error(400, "INVALID_ARGUMENT", "The reply text is too long or empty.")
        reply = self.reply(review, re.sub(r"<[^<>]*>", "", text))
        return Reply({"result": {"replyText": reply.text, "lastEdited": _stamp(reply.at)}})


def _shown(review: StoredReview) -> dict[str, Any]:
    comment: dict[str, Any] = {
        "text": f"{review.title}\t{review.text}",
        "lastModified": _stamp(review.updated_at),
        "starRating": review.rating,
        "reviewerLanguage": "it",
        "appVersionName": "3.1",
        "androidOsVersion": 34,
        "deviceMetadata": {"productName": "panther", "manufacturer": "Google"},
    }
    comments: list[dict[str, Any]] = [{"userComment": comment}]
    if review.reply is not None:
        told = {"text": review.reply.text, "lastModified": _stamp(review.reply.at)}
        comments.append({"developerComment": told})
    return {"reviewId": review.id, "authorName": review.person.name, "comments": comments}


def _stamp(moment: datetime) -> dict[str, Any]:
    return {"seconds": str(int(moment.timestamp())), "nanos": moment.microsecond * 1000}
