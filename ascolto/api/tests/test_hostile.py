"""Whatever comes, the door answers with a document that says what was wrong, and never breaks."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.api.routes import TABLE
from ascolto.api.routing import Route
from ascolto.api.tests.conftest import Caller
from ascolto.conversations.models import Conversation, Message
from ascolto.testing.factories import Cast
from ascolto.testing.hostile import damages, mutations
from ascolto.testing.readings import make_reading

WITH_BODY = [route for route in TABLE.routes if route.body is not None]
LISTS = [route for route in TABLE.routes if msgspec.structs.fields(route.query)]
quiet = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
GOOD: dict[str, Any] = {
    "status": "open", "priority": "high", "subject": "Dead line", "assignee": "me", "team": 1, "labels": ["fault"],
    "snoozed_until": "2099-01-01T09:00:00Z", "until": "2099-01-01T09:00:00Z", "version": 1, "note": "Look", "text": "Hello",
    "visibility": "note", "channel": "webhook", "attachments": [1], "template": {"name": "hello", "parts": [{"x": 1}]},
    "name": "Giulia", "language": "it", "about": "Two lines", "kind": "webhook", "settings": {"secret": "a-secret", "n": 1},
    "teams": [1], "clear": ["secret"], "is_enabled": True, "purpose": "summary", "message": 1, "generated": [1],
    "field": "intent", "value": "question", "title": "Address change", "shortcut": "address", "texts": {"it": "Ciao"}, "team_id": 1,
    "reason": "She only asked.", "group": 1, "agent": 1, "state": "available", "due_at": "2099-01-01T09:00:00Z",
    "overrides": {"right-timing": "She asked for it herself."}, "words": "I write by nine", "customer": 1, "seen": 1, "to": "me",
    "handle": {"namespace": "email", "value": "giulia@example.org"}, "contacts": [{"customer": 1}], "proposed": {"agent": 1},
    "received_at": "2026-01-01T09:00:00Z",
    "source": 1, "why": "The same person", "override": "She told me so", "same": True, "is_pinned": True, "is_removed": False,
    "values": {"plan": "Fibre"}, "is_proven": True, "verb": "prove", "namespace": "email",
    "hold_seconds": 10, "leave_at": "2099-01-01T09:00:00Z", "if_customer_writes": "ask", "then": "", "comment": "Kinder",
    "is_personal": True, "folder": "Invoices", "into": 1, "confirmed": True, "messages": [1], "conversation": 1, "tone": "ok",
    "scope": "conversations", "archived": False, "department": 1, "question": "Is it in?", "shares": [1], "hold": True,
    "known": "Lines are down", "public_text": "We work on it", "next_update_at": "2099-01-01T09:00:00Z", "owner": 1,
    "resolve": True, "macro_id": 1, "macro": 1, "query": {"match": "all"}, "icon": "star", "sort": "newest",
    "conversations": [1], "spam": True, "in_reply_to": 1,
    "choices": [{"id": "fault", "title": "A fault", "about": ""}], "content": "Hello", "private": False, "message_type": "outgoing",
    "content_type": "input_select", "content_attributes": {"items": [{"title": "A fault", "value": "fault"}]},
    "based_on": 1, "number": 1,
}  # fmt: skip


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route, cast: Cast) -> str:
    pk = {"conversations": 0, "customers": cast.giulia.pk, "channels": cast.inbox.pk}
    thing = route.path.split("/")[1]
    if thing == "conversations" and "{id}" in route.path:
        found = Conversation.objects.first() or cast.writes()
        return route.path.replace("{id}", str(found.pk))
    if thing == "messages":
        made = Message.objects.filter(reading__isnull=False).first()
        return route.path.replace("{id}", str((made or _read_message(cast)).pk)).replace("{field}", "intent")
    return route.path.replace("{id}", str(pk.get(thing, 1)))


def _read_message(cast: Cast) -> Message:
    made = Message.objects.filter(conversation=cast.writes()).latest("pk")
    make_reading(made)
    return made


def good_body(route: Route) -> dict[str, Any]:
    assert route.body is not None
    return {field.name: GOOD[field.name] for field in msgspec.structs.fields(route.body)}


def was_answered(response: Any) -> None:
    """Anything but a fault of ours; the caller has checked the shape already."""
    assert response.status_code < 500, response.content


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
def test_a_body_with_one_hostile_member_is_answered(cast: Cast, administrator: Caller, route: Route) -> None:
    where = address(route, cast)
    for body in mutations(good_body(route)):
        try:
            raw = msgspec.json.encode(body)
        except (UnicodeEncodeError, OverflowError, ValueError):
            continue
        was_answered(administrator(route.method, where, raw))


@pytest.mark.parametrize("route", WITH_BODY, ids=named)
def test_a_damaged_body_is_answered(cast: Cast, administrator: Caller, route: Route) -> None:
    where = address(route, cast)
    for raw in damages(msgspec.json.encode(good_body(route))):
        was_answered(administrator(route.method, where, raw))


@quiet
@given(body=anything, place=st.integers(min_value=0, max_value=len(WITH_BODY) - 1))
def test_any_json_is_answered(cast: Cast, administrator: Caller, body: Any, place: int) -> None:
    route = WITH_BODY[place]
    was_answered(administrator(route.method, address(route, cast), msgspec.json.encode(body)))


@quiet
@given(
    raw=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=b", "a", ""]),
)
def test_any_bytes_are_answered(cast: Cast, administrator: Caller, raw: bytes, kind: str) -> None:
    for route in TABLE.routes:
        if route.method != "GET":
            was_answered(administrator(route.method, address(route, cast), raw, Content_Type=kind))


@pytest.mark.parametrize("route", LISTS, ids=named)
@quiet
@given(data=st.data())
def test_any_query_is_answered(cast: Cast, administrator: Caller, route: Route, data: st.DataObject) -> None:
    names = [field.name for field in msgspec.structs.fields(route.query)]
    text = st.text(max_size=30) | st.sampled_from(
        ["0", "-1", "1" * 30, "none", "me", "'", '"', "%", "*", "a OR b", "NEAR(a"]
    )
    wanted = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), text, max_size=4))
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in wanted.items())
    if not route.upload:
        was_answered(administrator(route.method, f"{address(route, cast)}?{query}"))


@quiet
@given(path=st.text(max_size=40))
def test_any_path_is_answered(cast: Cast, administrator: Caller, path: str) -> None:
    for start in ("/conversations/", "/attachments/", "/"):
        was_answered(administrator("GET", start + quote(path, safe="/")))


@quiet
@given(value=st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_header_is_answered(cast: Cast, administrator: Caller, value: str) -> None:
    where = address(next(r for r in WITH_BODY if r.path.endswith("resolve")), cast)
    was_answered(administrator("POST", where, {}, If_Match=value))
    was_answered(administrator("POST", where, {}, Idempotency_Key=value))
    was_answered(Caller("")("GET", "/me", Authorization=value))
