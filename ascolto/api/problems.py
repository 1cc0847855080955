"""What went wrong, as RFC 9457 problem documents. The `type` of a problem is stable; programs may rely on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True):
    """One wrong field: its name (a path with dots, `?name` for a query parameter) and what to write instead."""

    field: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error. `type` is stable, `detail` is for people, further members depend on the type.

    `guarantee`: of the Charter, which refused; `may_override`: a reason sets it aside (`overrides`); `place`: where the trouble is.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FieldError] = []
    code: str = ""
    fix: str = ""
    guarantee: str = ""
    may_override: bool = False
    place: dict[str, Any] = {}
    current_version: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its HTTP status, title and what to do about it."""

    status: int
    title: str
    remedy: str


KINDS: dict[str, Kind] = {
    "malformed": Kind(400, "The request cannot be read.", "Send what the detail asks for."),
    "unauthorized": Kind(
        401, "The token is missing or not valid.", "Send Authorization: Bearer and a token."
    ),
    "missing-scope": Kind(
        403, "The token lacks a scope.", "Make a token with the scope that the detail names."
    ),
    "not-allowed": Kind(403, "The person behind the token may not do this.", "Ask somebody with that role."),
    "not-found": Kind(404, "There is nothing here.", "Check the address; what you may not see is not found."),
    "method-not-allowed": Kind(405, "This address does not take this method.", "Use one of those in Allow."),
    "stale": Kind(409, "Somebody changed it meanwhile.", "Read it again and send the current version."),
    "not-ready": Kind(409, "The file is still with its network.", "Repeat after Retry-After seconds."),
    "in-flight": Kind(
        409, "The same Idempotency-Key is at work.", "Wait for Retry-After seconds, then repeat."
    ),
    "length-required": Kind(411, "The length of the body is not told.", "Send Content-Length, not chunks."),
    "too-large": Kind(413, "The body is too large.", "Send less; the detail tells the limit."),
    "unsupported-media-type": Kind(415, "The content type is not taken here.", "Send the one in the detail."),
    "invalid": Kind(422, "Some fields cannot be used.", "Correct the fields listed in errors."),
    "refused": Kind(422, "The house refuses this.", "Follow fix, when it is given; code is stable."),
    "key-reused": Kind(
        422, "The Idempotency-Key was used for another request.", "Take a new key per action."
    ),
    "too-many-requests": Kind(429, "Too many requests.", "Wait for Retry-After seconds."),
    "internal": Kind(500, "Something broke on our side.", "Tell us the reference; repeat with the same key."),
    "busy": Kind(503, "The database is busy.", "Repeat after Retry-After seconds with the same key."),
}


class Problem(Exception):
    """Raised anywhere behind the API's door; the door turns it into an answer."""

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail or KINDS[slug].title)
        self.slug, self.detail, self.headers, self.members = slug, detail, dict(headers or {}), members
        self.errors = [FieldError(field, message) for field, message in errors]

    @property
    def document(self) -> ProblemDocument:
        kind = KINDS[self.slug]
        return ProblemDocument(
            type=f"/api/problems/{self.slug}",
            title=kind.title,
            status=kind.status,
            detail=self.detail,
            errors=self.errors,
            **self.members,
        )

    def response(self) -> HttpResponse:
        """The problem as an HTTP answer."""
        body = msgspec.json.encode(self.document)
        return HttpResponse(body, status=self.document.status, content_type=MEDIA_TYPE, headers=self.headers)


def invalid(field: str, message: str) -> Problem:
    """One field that cannot be used."""
    return Problem("invalid", f"{field}: {message}", errors=[(field, message)])
