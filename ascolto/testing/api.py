"""A client of the REST API for journeys: answers as dicts, failures as errors."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit


class ApiRefused(Exception):
    """The API said no; `status` and `problem` tell what."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status, self.problem = status, problem


class ApiClient:
    """Talks to `/api/v1` of one installation with one token."""

    def __init__(self, base_url: str, token: str) -> None:
        self._parts = urlsplit(base_url)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str, **query: Any) -> Any:
        """A resource or a list."""
        return self.ask("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """Make something."""
        return self.ask("POST", path, body, headers)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change something."""
        return self.ask("PATCH", path, body)

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """One request. Raises ApiRefused."""
        connection = http.client.HTTPConnection(self._parts.hostname or "", self._parts.port, timeout=30)
        try:
            payload = json.dumps(body).encode() if body is not None else None
            more = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
            connection.request(method, f"/api/v1{path}", payload, {**self._headers, **more})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        document = json.loads(text) if text else None
        if answer.status >= 400:
            raise ApiRefused(answer.status, document)
        return document
