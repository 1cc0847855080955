"""A caller with a token, and the cast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client

from ascolto.accounts.actions import create_token
from ascolto.accounts.models import Agent, Role
from ascolto.accounts.scopes import SCOPES, may_have
from ascolto.api.problems import MEDIA_TYPE, ProblemDocument
from ascolto.api.routes import TABLE
from ascolto.api.routing import BASE
from ascolto.testing.factories import Cast, make_agent, make_cast

EVERYDAY = ("conversations:write", "messages:write", "customers:write", "channels:read")


@dataclass
class Caller:
    """A program that calls the API with somebody's token, and checks every answer against the route table."""

    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Ask; `body` is sent as JSON, bytes as they are. Header names with underscores."""
        request: dict[str, Any] = {
            "headers": {name.replace("_", "-"): value for name, value in headers.items()}
        }
        if self.token:
            request["headers"].setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            request["data"] = body if isinstance(body, bytes) else msgspec.json.encode(body)
            request["content_type"] = headers.get("Content_Type", "application/json")
            request["headers"].pop("Content-Type", None)
        response = Client(raise_request_exception=False).generic(method, BASE + path, **request)
        check_answer(method, path, response)
        return response

    def get(self, path: str, **headers: str) -> Any:
        """The document at `path`."""
        response = self("GET", path, **headers)
        assert response.status_code == 200, response.content
        return response.json()

    def post(self, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        """What a POST answers."""
        response = self("POST", path, {} if body is None else body, **headers)
        assert response.status_code == status, response.content
        return response.json()

    def patch(self, path: str, body: Any, *, status: int = 200, **headers: str) -> Any:
        """What a PATCH answers."""
        response = self("PATCH", path, body, **headers)
        assert response.status_code == status, response.content
        return response.json()

    def problem(self, method: str, path: str, body: Any = None, **headers: str) -> ProblemDocument:
        """The problem that a request has."""
        response = self(method, path, body, **headers)
        assert response.status_code >= 400, response.content
        return msgspec.json.decode(response.content, type=ProblemDocument)


def check_answer(method: str, path: str, response: HttpResponse) -> None:
    """An answer has the shape that the table says, an error is a problem of a known type; both forbid being kept."""
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    if response.status_code >= 400:
        assert response["Content-Type"] == MEDIA_TYPE
        document = msgspec.json.decode(response.content or b"null", type=ProblemDocument | None)
        if document is not None:
            assert document.status == response.status_code
            assert document.type.startswith("/api/problems/")
            assert document.title
        return
    methods, _ = TABLE.find(path.partition("?")[0])
    route = methods.get(method)
    if route is not None and route.answer is not None:
        assert response.status_code == route.status
        document = msgspec.json.decode(response.content, type=route.answer)
        assert msgspec.to_builtins(document) == response.json(), "members that the description does not know"


def token_of(agent: Agent, *scopes: str) -> Caller:
    """A caller with a new token of this person; unless told, for everyday work as far as their role reaches."""
    everyday = [scope for scope in EVERYDAY if may_have(scope, agent.granted)]
    return Caller(create_token(agent=agent, scopes=scopes or everyday)[1])


@pytest.fixture
def cast(db: None) -> Cast:
    """Giulia, Marco, Anna, Viktor and an inbox."""
    return make_cast()


@pytest.fixture
def marco(cast: Cast) -> Caller:
    """Marco's program."""
    return token_of(cast.marco)


@pytest.fixture
def viktor(cast: Cast) -> Caller:
    """Viktor's program: he must see nothing of the care team."""
    return token_of(cast.viktor)


@pytest.fixture
def anna(cast: Cast) -> Caller:
    """The program of Anna, who leads."""
    return token_of(cast.anna)


@pytest.fixture
def administrator(cast: Cast) -> Caller:
    """The program of somebody who may do everything."""
    return token_of(make_agent("Paola Riva", Role.ADMINISTRATOR), *SCOPES)


@pytest.fixture
def guest(cast: Cast) -> tuple[Agent, Caller]:
    """A department's guest, and their program."""
    bruno = make_agent("Bruno Conti", Role.GUEST)
    return bruno, token_of(bruno)
