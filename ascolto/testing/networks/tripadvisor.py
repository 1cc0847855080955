"""A stand-in for Tripadvisor's Terra: read only, a key, pages of 20, plans that show three reviews, and a gateway that denies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from ascolto.testing.networks.city import Reply, Request
from ascolto.testing.networks.reviewing import ReviewSite, StoredReview

MOST_A_PAGE = 20


class TripadvisorNetwork(ReviewSite):
    """One location. `shows`: how many reviews the plan shows (3 on the cheapest). `denies`: the gateway refuses the key."""

    kind: ClassVar[str] = "tripadvisor"

    def __init__(self, location: str = "196060") -> None:
        super().__init__()
        self.location = location
        self.api_key = "stand-in-terra-key"
        self.shows: int | None = None
        self.denies = False

    @property
    def settings(self) -> dict[str, str]:
        return {
            "locations": f"{self.location}=Hotel Telvia",
            "api_key": self.api_key,
            "api_base": f"{self.url}/api",
        }

    def new_id(self, prefix: str = "") -> str:
        """A number, as Tripadvisor numbers reviews."""
        return f"{prefix}{int(self._run, 16)}{next(self._numbers):05d}"

    def too_fast(self) -> Reply:
        return _problem(429, "Too Many Requests", "Rate limit exceeded", {"Retry-After": "1"})

    def broken(self) -> Reply:
        return _problem(500, "Internal Server Error", "Unexpected error")

    def answer(self, request: Request) -> Reply:
        if self.denies:
            told = "User is not authorized to access this resource with an explicit deny"
            return Reply({"Message": told}, 403)
        if request.headers.get("x-api-key") != self.api_key:
            return _problem(401, "Unauthorized", "Invalid API key")
        if request.parts != ["api", "locations", self.location, "reviews"] or request.method != "GET":
            return _problem(404, "Not Found", "Location not found")
        page, size = request.asked("page", "1"), request.asked("size", "10")
        if not (page.isdigit() and size.isdigit()) or not 1 <= int(size) <= MOST_A_PAGE:
            fields = [{"field": "size", "message": "must be less than or equal to 20"}]
            return _problem(400, "Bad Request", "Validation failed", field_errors=fields)
        self.turn_page()
        found = self.newest("created_at")[: self.shows]
        start = (int(page) - 1) * int(size)
        about = {"page": int(page), "size": int(size), "total_elements": len(found)}
        about["total_pages"] = -(-len(found) // int(size))
        shown = [self._shown(review) for review in found[start : start + int(size)]]
        return Reply({"data": shown, "pagination": about})

    def _shown(self, review: StoredReview) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": int(review.id),
            "location_id": int(self.location),
            "rating": review.rating,
            "published_ts": _stamp(review.created_at),
            "title": [{"language": "it", "value": review.title or "Recensione", "primary": True}],
            "text": [{"language": "it", "value": review.text, "primary": True}],
            "user": {"username": review.person.name},
            "trip_type": "BUSINESS",
            "url": f"https://www.tripadvisor.com/ShowUserReviews-g1-d{self.location}-r{review.id}",
        }
        if review.reply is not None:
            told["owner_response"] = {"text": review.reply.text, "published_ts": _stamp(review.reply.at)}
        return told


def _problem(
    status: int, title: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> Reply:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Reply(body, status, headers or {}, "application/problem+json")


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
