"""A stand-in for Trustpilot: the reviews of one business unit, its OAuth door, public replies, "Find reviewer", and its webhook."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from typing import Any, ClassVar

from ascolto.testing.networks.city import Reply, Request, SentMessage
from ascolto.testing.networks.reviewing import ReviewSite, StoredReview

MOST_A_PAGE = 100


class TrustpilotNetwork(ReviewSite):
    """One company. `tells`: whether it calls the webhook, or leaves everything to the poll."""

    kind: ClassVar[str] = "trustpilot"
    has_hooks: ClassVar[bool] = True

    def __init__(self, unit: str = "46d6a890000064000500e0c3") -> None:
        super().__init__()
        self.unit = unit
        self.api_key, self.api_secret = "standinapikey", "standinapisecret"
        self.business_user = "507f191e810c19729de860ea"
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self.tells = True
        self.quota: int | None = None
        self.questions: dict[str, str] = {}  # by review: what "Find reviewer" asked

    @property
    def settings(self) -> dict[str, str]:
        return {
            "business_unit_id": self.unit,
            "api_key": self.api_key,
            "api_secret": self.api_secret,
            "business_user_id": self.business_user,
            "api_base": self.url,
        }

    def too_fast(self) -> Reply:
        detail = {"errorcode": "policies.ratelimit.QuotaViolation"}
        return Reply({"fault": {"faultstring": "Rate limit quota violation", "detail": detail}}, 429)

    def broken(self) -> Reply:
        return Reply({"message": "Something went wrong", "errorCode": 1}, 500)

    def wrote(self, review: StoredReview, what: str) -> None:
        if not self.tells:
            return
        person = review.person
        data: dict[str, Any] = {"id": review.id, "referenceId": review.data.get("reference")}
        data["consumer"] = {"id": person.id, "name": person.name}
        if what == "deleted":
            data["deletedAt"] = _stamp(self.moment())
        else:
            data |= {"language": "it", "stars": review.rating, "title": review.title, "text": review.text}
            data |= {
                "createdAt": _stamp(review.created_at),
                "isVerified": True,
                "locationId": None,
                "tags": [],
            }
            if what == "updated":
                data["updatedAt"] = _stamp(review.updated_at)
        event = {"eventName": f"service-review-{what}", "version": "1", "eventData": data}
        self.mailman.post(json.dumps({"events": [event]}).encode())

    def answer(self, request: Request) -> Reply:
        parts = request.parts
        if parts[:2] == ["v1", "oauth"]:
            return self._let_in(request)
        if self.quota is not None:
            if self.quota <= 0:
                return self.too_fast()
            self.quota -= 1
        if parts[:2] == ["v1", "business-units"]:
            if request.headers.get("apikey") != self.api_key:
                return Reply({"fault": {"faultstring": "Invalid ApiKey", "detail": {}}}, 401)
            return self._page(request) if parts[2:] == [self.unit, "reviews"] else _nothing()
        if parts[:2] != ["v1", "private"]:
            return _nothing()
        if request.bearer not in self.tokens:
            detail = {"errorcode": "keymanagement.service.invalid_access_token"}
            return Reply({"fault": {"faultstring": "Invalid Access Token", "detail": detail}}, 401)
        if parts[2:] == ["business-units", self.unit, "reviews"]:
            return self._page(request)
        if parts[2:3] == ["reviews"] and len(parts) == 5:
            return self._act(parts[3], parts[4], request)
        return _nothing()

    def _let_in(self, request: Request) -> Reply:
        known = base64.b64encode(f"{self.api_key}:{self.api_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {known}":
            return Reply({"fault": {"faultstring": "Invalid client identifier", "detail": {}}}, 401)
        if request.form().get("grant_type") != ["client_credentials"]:
            return Reply({"message": "unsupported grant type"}, 400)
        token = secrets.token_urlsafe(20)
        self.tokens.add(token)
        self.tokens_given += 1
        return Reply({"access_token": token, "expires_in": "359999", "token_type": "Bearer"})

    def _page(self, request: Request) -> Reply:
        page, size = request.asked("page", "1"), request.asked("perPage", "20")
        if not (page.isdigit() and size.isdigit() and 1 <= int(size) <= MOST_A_PAGE):
            return Reply({"message": "perPage is out of range", "errorCode": 1004}, 400)
        self.turn_page()
        start = (int(page) - 1) * int(size)
        found = self.newest("created_at")[start : start + int(size)]
        return Reply({"links": [], "reviews": [self._shown(review) for review in found]})

    def _shown(self, review: StoredReview) -> dict[str, Any]:
        person, reply = review.person, review.reply
        was_changed = review.updated_at > review.created_at
        return {
            "id": review.id,
            "consumer": {"id": person.id, "displayName": person.name, "displayLocation": "IT"},
            "businessUnit": {"id": self.unit, "identifyingName": "telvia.example", "displayName": "Telvia"},
            "location": None,
            "stars": review.rating,
            "title": review.title,
            "text": review.text,
            "language": "it",
            "createdAt": _stamp(review.created_at),
            "updatedAt": _stamp(review.updated_at) if was_changed else None,
            "companyReply": None if reply is None else {"text": reply.text, "createdAt": _stamp(reply.at)},
            "isVerified": True,
            "status": review.data.get("status", "active"),
            "referenceId": review.data.get("reference"),
            "tags": [],
        }

    def _act(self, review_id: str, what: str, request: Request) -> Reply:
        review, body = self.reviews.get(review_id), request.json()
        if review is None:
            return _nothing()
        message = body.get("message") if isinstance(body, dict) else None
        if request.method != "POST" or not isinstance(message, str) or not message.strip():
            return Reply({"message": "message is required", "errorCode": 1004}, 400)
        if what == "reply":
            if body.get("authorBusinessUserId") != self.business_user:
                return Reply({"message": "The user may not reply", "errorCode": 1012}, 403)
            self.reply(review, message)
            return Reply(None, 201)
        if what == "find-reviewer":
            return self._ask_who(review, message)
        return _nothing()

    def _ask_who(self, review: StoredReview, message: str) -> Reply:
        if review.id in self.questions:
            return Reply({"message": "The reviewer has been asked already", "errorCode": 1030}, 409)
        self.questions[review.id] = message
        self.took(SentMessage(id=self.new_id(), person=review.person, text=message, answers=review.id))
        return Reply({"isSuccessStatusCode": True}, 200)


def _nothing() -> Reply:
    return Reply({"message": "The resource was not found", "errorCode": 1001}, 404)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
