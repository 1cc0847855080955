"""A stand-in for the reviews of Google Business Profile (API v4): pages with tokens, moderated replies, quotas, Pub/Sub pushes."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any, ClassVar

from ascolto.testing.networks.city import Person, Reply, Request
from ascolto.testing.networks.googledoor import GoogleDoor, error
from ascolto.testing.networks.reviewing import ReviewSite, StoredReply, StoredReview

SCOPE = "https://www.googleapis.com/auth/business.manage"
_STARS = ("STAR_RATING_UNSPECIFIED", "ONE", "TWO", "THREE", "FOUR", "FIVE")
LONGEST_REPLY = 4096  # bytes
MOST_A_PAGE = 50


class GoogleReviewsNetwork(ReviewSite):
    """One place with reviews. `quota`: requests that are left; None: enough."""

    kind: ClassVar[str] = "google_reviews"
    reply_states = ("PENDING", "APPROVED", "REJECTED")
    moderates = True

    def __init__(self, place: str = "accounts/111/locations/222") -> None:
        super().__init__()
        self.place = place
        self.door = GoogleDoor(SCOPE)
        self.has_permission = True
        self.quota: int | None = None
        self.quota_is_zero = False
        self.push_secret = "stand-in-push"
        self.shows_replies_at_once = True  # the moderation of Google takes moments; a test may switch it on

    @property
    def settings(self) -> dict[str, str]:
        self.door.token_url = f"{self.url}/token"
        return {
            "locations": f"{self.place}=Telvia Milano",
            "service_account": self.door.key_file,
            "push_secret": self.push_secret,
            "api_base": self.url,
            "sign_in_url": self.door.token_url,
        }

    def push(self, kind: str, review_id: str) -> bytes:
        """The body of a Pub/Sub push."""
        told = {"name": self.place, "type": kind, "review": f"{self.place}/reviews/{review_id}"}
        data = base64.b64encode(json.dumps(told).encode()).decode()
        message = {"data": data, "messageId": self.new_id(), "publishTime": _stamp(self.moment())}
        return json.dumps({"message": message, "subscription": "projects/p/subscriptions/s"}).encode()

    def add_person(self, name: str, **about: Any) -> Person:
        return super().add_person(name or "A Google User", **about)

    def too_fast(self) -> Reply:
        return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'.")

    def broken(self) -> Reply:
        return error(500, "INTERNAL", "Internal error encountered.")

    def answer(self, request: Request) -> Reply:
        if request.path == "/token" and request.method == "POST":
            return self.door.give(request)
        if not self.door.lets_in(request):
            return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        refused = self._refused()
        if refused is not None:
            return refused
        parts = request.parts
        if parts[:1] != ["v4"] or "/".join(parts[1:5]) != self.place or parts[5:6] != ["reviews"]:
            return error(404, "NOT_FOUND", "Requested entity was not found.")
        if len(parts) == 6 and request.method == "GET":
            return self._page(request)
        review = self.reviews.get(parts[6]) if len(parts) > 6 else None
        if review is None:
            return error(404, "NOT_FOUND", "Requested entity was not found.")
        if len(parts) == 7 and request.method == "GET":
            return Reply(self._shown(review))
        if parts[7:] == ["reply"]:
            return self._reply(review, request)
        return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")

    def _refused(self) -> Reply | None:
        if self.quota_is_zero:
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}
            details = [{**info, "metadata": {"quota_limit_value": "0"}}]
            return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'.", details)
        if self.quota is not None:
            if self.quota <= 0:
                return self.too_fast()
            self.quota -= 1
        if not self.has_permission:
            return error(403, "PERMISSION_DENIED", "The caller does not have permission")
        return None

    def _page(self, request: Request) -> Reply:
        size, token = request.asked("pageSize", "50"), request.asked("pageToken")
        if not size.isdigit() or not 1 <= int(size) <= MOST_A_PAGE:
            return error(400, "INVALID_ARGUMENT", "pageSize must be between 1 and 50.")
        if token and not token.removeprefix("page-").isdigit():
            return error(400, "INVALID_ARGUMENT", "Invalid page token.")
        self.turn_page()
        by = "updated_at" if request.asked("orderBy").startswith("updateTime") else "created_at"
        found = self.newest(by)
        start = int(token.removeprefix("page-")) if token else 0
        shown = found[start : start + int(size)]
        if not found:
            return Reply({})
        average = sum(review.rating for review in found) / len(found)
        page: dict[str, Any] = {"reviews": [self._shown(review) for review in shown]}
        page |= {"averageRating": average, "totalReviewCount": len(found)}
        if start + len(shown) < len(found):
            page["nextPageToken"] = f"page-{start + len(shown)}"
        return Reply(page)

    def _shown(self, review: StoredReview) -> dict[str, Any]:
        person = review.person
        named = {"displayName": person.name, "profilePhotoUrl": "https://lh3.example/photo"}
        hidden = {"isAnonymous": True, "displayName": "A Google user"}
        told: dict[str, Any] = {
            "name": f"{self.place}/reviews/{review.id}",
            "reviewId": review.id,
            "reviewer": hidden if person.data.get("anonymous") else named,
            "starRating": _STARS[review.rating],
            "createTime": _stamp(review.created_at),
            "updateTime": _stamp(review.updated_at),
        }
        if review.text:
            told["comment"] = review.text
        if review.reply is not None:
            told["reviewReply"] = self._shown_reply(review.reply)
        return told

    def _shown_reply(self, reply: StoredReply) -> dict[str, Any]:
        told = {"comment": reply.text, "updateTime": _stamp(reply.at), "reviewReplyState": reply.state}
        return {**told, **({"policyViolation": reply.violation} if reply.violation else {})}

    def _reply(self, review: StoredReview, request: Request) -> Reply:
        if request.method == "DELETE":
            review.reply = None
            return Reply({})
        body = request.json()
        comment = body.get("comment") if isinstance(body, dict) else None
        if request.method != "PUT" or not isinstance(comment, str) or not comment.strip():
            return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        if len(comment.encode()) > LONGEST_REPLY:
            return error(400, "INVALID_ARGUMENT", "The comment is too long.")
        return Reply(self._shown_reply(self.reply(review, comment)))


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
