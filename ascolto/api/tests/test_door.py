"""Who may come in, and how the door says no: always with a problem document."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from ascolto.accounts.actions import create_token, deactivate_agent, revoke_token
from ascolto.accounts.models import ApiToken, Role
from ascolto.accounts.scopes import SCOPES, is_granted, may_have
from ascolto.api import door, tokens
from ascolto.api.problems import KINDS, Problem
from ascolto.api.routes import TABLE
from ascolto.api.routing import Route
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.api.throttle import Bucket, Throttle
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_agent


def address(route: Route) -> str:
    return re.sub(r"{\w+}", "999999", route.path)


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", TABLE.routes, ids=named)
def test_nothing_is_told_without_a_token(db: None, route: Route) -> None:
    for token in ("", "asc_" + "x" * 43, "x", "asc_" + "x" * 5000, "è"):
        caller = Caller("")
        header = {"Authorization": f"Bearer {token}"} if token else {}
        response = caller(route.method, address(route), **header)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith('Bearer realm="ascolto"')


@pytest.mark.parametrize("route", TABLE.routes, ids=named)
def test_the_scope_in_the_table_is_the_one_that_is_asked_for(
    cast: Cast, administrator: Caller, route: Route
) -> None:
    """Every scope against every operation, for an administrator and for an agent."""
    for agent in (cast.marco, ApiToken.objects.get().agent):
        for scope in SCOPES:
            if not may_have(scope, agent.granted):
                continue
            caller = token_of(agent, scope)
            granted = not route.scope or is_granted(route.scope, [scope], agent.granted)
            response = caller(route.method, address(route))
            refused = response.status_code == 403 and response.json()["type"].endswith("/missing-scope")
            assert refused is not granted, (scope, agent.name, response.content)


def test_a_guests_key_never_reaches_further_than_the_guest(cast: Cast) -> None:
    bruno = make_agent("Bruno Conti", Role.GUEST)
    for scope in ("customers:read", "customers:write", "channels:write", "log:read", "admin"):
        with pytest.raises(ValidationError):
            create_token(agent=bruno, scopes=[scope])
    caller = token_of(bruno)
    ApiToken.objects.filter(agent=bruno).update(scopes=list(SCOPES))  # as if it were older than the rule
    for path in ("/customers", f"/customers/{cast.giulia.pk}"):
        assert caller.problem("GET", path).type == "/api/problems/missing-scope"


def test_both_headers_are_understood(cast: Cast, marco: Caller) -> None:
    nobody = Caller("")
    assert nobody("GET", "/me", api_access_token=marco.token).status_code == 200
    assert nobody("GET", "/me", Authorization=f"bearer {marco.token}").status_code == 200
    assert nobody("GET", "/me", Authorization=f"Basic {marco.token}").status_code == 401


def test_a_revoked_token_and_a_closed_account_end_at_once(cast: Cast, marco: Caller, viktor: Caller) -> None:
    assert marco("GET", "/me").status_code == viktor("GET", "/me").status_code == 200
    revoke_token(token=ApiToken.objects.get(agent=cast.marco))
    deactivate_agent(by=cast.anna, agent=cast.viktor)
    assert marco("GET", "/me").status_code == viktor("GET", "/me").status_code == 401


def test_the_use_of_a_token_is_noted_once_a_minute(
    cast: Cast, marco: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    marco.get("/me")
    first = ApiToken.objects.get(agent=cast.marco).last_used_at
    assert first is not None
    marco.get("/me")
    assert ApiToken.objects.get(agent=cast.marco).last_used_at == first
    ApiToken.objects.filter(agent=cast.marco).update(last_used_at=now() - timedelta(minutes=2))
    monkeypatch.setattr(tokens, "credentials", tokens.Credentials())  # as another process has them
    marco.get("/me")
    assert ApiToken.objects.get(agent=cast.marco).last_used_at >= first


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/conversations/", "/conversations/1/2/3", "/me/x", "/../admin"]
)
def test_an_address_that_is_none_is_not_found(marco: Caller, path: str) -> None:
    assert marco.problem("GET", path).type == "/api/problems/not-found"


def test_everything_below_api_speaks_in_problems(db: None) -> None:
    for path in ("/api/", "/api/v2/conversations", "/api/v1", "/api/v1/"):
        response = Client().get(path)
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json"), path


def test_a_method_that_is_not_taken_is_named(marco: Caller) -> None:
    response = marco("DELETE", "/conversations/1")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS, PATCH")
    options = marco("OPTIONS", "/conversations")
    assert (options.status_code, options["Allow"]) == (204, "GET, HEAD, OPTIONS")
    head = marco("HEAD", "/conversations")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("body", "headers", "status", "slug"),
    [
        (b"{", {}, 400, "malformed"),
        (b"[]", {}, 422, "invalid"),
        (b"null", {}, 422, "invalid"),
        (b"\xff\xfe", {}, 400, "malformed"),
        (b"[" * 100_000, {}, 400, "malformed"),
        (b"{}", {"Content_Type": "text/plain"}, 415, "unsupported-media-type"),
        (b"x=1", {"Content_Type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"),
        (b'{"text": "' + b"x" * (1024 * 1024) + b'"}', {}, 413, "too-large"),
        (b'{"text": "a\\u0000b"}', {}, 422, "invalid"),
        (b'{"text": "\\ud800"}', {}, 400, "malformed"),
        (b'{"text": "a"}', {"Idempotency_Key": "x" * 256}, 422, "invalid"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    cast: Cast, marco: Caller, body: bytes, headers: dict[str, str], status: int, slug: str
) -> None:
    conversation = cast.writes()
    problem = marco.problem("POST", f"/conversations/{conversation.pk}/messages", body, **headers)
    assert (problem.status, problem.type) == (status, f"/api/problems/{slug}")


def test_a_body_without_a_length_is_refused(marco: Caller) -> None:
    request = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    header = {"HTTP_AUTHORIZATION": f"Bearer {marco.token}"}
    response = Client().generic("POST", "/api/v1/attachments", b"", **request, **header)
    assert response.status_code == 411


def test_wrong_fields_are_named_all_at_once(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    body = {"text": 7, "visibility": "loud", "colour": "red", "attachments": ["x"]}
    problem = marco.problem("POST", f"/conversations/{conversation.pk}/messages", body)
    assert {error.field for error in problem.errors} == {"text", "visibility", "colour", "attachments"}


def test_who_asks_too_much_waits(marco: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "throttle", Throttle(rate=0.5, burst=2))
    assert [marco("GET", "/me").status_code for _ in range(3)] == [200, 200, 429]
    response = marco("GET", "/me")
    assert int(response["Retry-After"]) >= 1


def test_a_bucket_fills_again() -> None:
    bucket = Bucket(rate=2.0, burst=1.0)
    assert bucket.take(10.0) == 0.0
    assert bucket.take(10.0) == pytest.approx(0.5)
    assert bucket.take(10.5) == 0.0
    assert bucket.take(5.0) > 0.0  # a clock that goes back gives nothing


def test_what_breaks_on_our_side_is_told_with_a_reference_and_nothing_else(
    cast: Cast, marco: Caller, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def breaks(call: object) -> None:
        raise RuntimeError("the password is swordfish")

    route = Route(method="GET", path="/breaks", scope="", call=breaks, summary="", tag="", answer=None)
    monkeypatch.setitem(TABLE._plain, "/breaks", {"GET": route})
    problem = marco.problem("GET", "/breaks")
    assert (problem.status, problem.detail) == (500, "")
    (record,) = (record for record in caplog.records if record.name == door.__name__)
    assert problem.reference == record.reference


def test_an_address_of_somebody_elses_is_refused(marco: Caller, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["care.telvia.example"]
    assert marco.problem("GET", "/me", Host="evil.example").status == 400


def test_every_problem_has_a_page_behind_its_type(client: Client, db: None) -> None:
    for slug, kind in KINDS.items():
        document = Problem(slug).document
        assert (document.status, document.title) == (kind.status, kind.title)
        assert client.get(document.type)["Location"] == f"/api/v1/docs#problem-{slug}"
    assert client.get("/api/problems/none").status_code == 404


def test_a_token_is_never_in_an_answer(cast: Cast, marco: Caller) -> None:
    _, clear_text = create_token(agent=cast.marco, scopes=["conversations:read"])
    for path in ("/me", "/conversations", f"/nothing?token={clear_text}"):
        assert clear_text not in Caller(clear_text)("GET", path).content.decode()
