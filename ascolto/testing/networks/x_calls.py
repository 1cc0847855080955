"""How X says no, and how it writes times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ascolto.testing.networks.city import Reply, Request


class Problem(Exception):
    """An answer of X that says no (RFC 7807)."""

    def __init__(
        self, status: int, detail: str, name: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.name, self.headers = status, detail, name, dict(headers or {})

    def reply(self) -> Reply:
        """As X writes it."""
        kind = f"https://api.twitter.com/2/problems/{self.name}" if self.name else "about:blank"
        title = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found Error", 429: "Too Many Requests"}
        told = {"title": title.get(self.status, "Invalid Request"), "detail": self.detail, "type": kind}
        return Reply({**told, "status": self.status}, self.status, self.headers)


def iso(moment: datetime) -> str:
    """A time as the new shape has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


def object_in(request: Request) -> dict[str, Any]:
    """The JSON object in a request. Raises Problem."""
    document = request.json()
    if not isinstance(document, dict):
        raise Problem(400, "The body is no JSON object.", "invalid-request")
    return document


def millis(moment: datetime) -> str:
    """Milliseconds since 1970, as texts."""
    return str(int(moment.timestamp() * 1000))
