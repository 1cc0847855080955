"""Answers that are held, planned or proposed, by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.accounts.models import Role
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.composing.actions.leaving import leave_due
from ascolto.composing.actions.rules import change_rule
from ascolto.composing.models import Draft
from ascolto.conversations.models import Message
from ascolto.delivery.leases import claim
from ascolto.kit import clock
from ascolto.testing.factories import Cast, make_agent

pytestmark = pytest.mark.django_db


def soon(**delta: float) -> str:
    return (clock.now() + timedelta(**(delta or {"hours": 2}))).isoformat()


def test_an_answer_is_held_and_taken_back(cast: Cast, marco: Caller, viktor: Caller) -> None:
    conversation = cast.writes()
    sent = marco.post(
        f"/conversations/{conversation.pk}/messages", {"text": "Oops", "hold_seconds": 30}, status=201
    )
    address = f"/conversations/{conversation.pk}/messages/{sent['id']}/withdraw"
    assert viktor.problem("POST", address, {}).status == 404
    back = marco.post(address)
    assert back == {
        "message_id": sent["id"],
        "conversation_id": conversation.pk,
        "text": "Oops",
        "attachments": [],
    }
    assert Draft.objects.get().text == "Oops"
    assert marco.problem("POST", address, {}).status == 404


def test_what_begins_to_leave_is_not_taken_back(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    sent = marco.post(f"/conversations/{conversation.pk}/messages", {"text": "Gone"}, status=201)
    claim("somebody", {cast.inbox.pk: 1}, clock.now())
    found = marco.problem("POST", f"/conversations/{conversation.pk}/messages/{sent['id']}/withdraw", {})
    assert (found.status, found.code) == (422, "left_already")


@pytest.mark.parametrize("seconds", [-1, 61, 10**9, "x", None, 1.5])
def test_a_hold_has_bounds(cast: Cast, marco: Caller, seconds: Any) -> None:
    conversation = cast.writes()
    body = {"text": "x", "hold_seconds": seconds}
    assert marco.problem("POST", f"/conversations/{conversation.pk}/messages", body).status in {400, 422}
    assert not Message.objects.filter(direction="out").exists()


def test_planned_changed_listed_and_cancelled(cast: Cast, marco: Caller, viktor: Caller) -> None:
    conversation = cast.writes()
    base = f"/conversations/{conversation.pk}/planned-replies"
    assert viktor.problem("POST", base, {"text": "x", "leave_at": soon()}).status == 404
    made = marco.post(base, {"text": "Tomorrow", "leave_at": soon(), "then": "resolved"}, status=201)
    assert (made["state"], made["text"], made["if_customer_writes"]) == ("planned", "Tomorrow", "ask")
    changed = marco.patch(f"/planned-replies/{made['id']}", {"text": "On Friday", "leave_at": soon(hours=5)})
    assert changed["text"] == "On Friday"
    assert [one["id"] for one in marco.get("/planned-replies?state=planned")["data"]] == [made["id"]]
    assert viktor.get("/planned-replies")["data"] == []
    assert viktor.problem("GET", f"/planned-replies/{made['id']}").status == 404
    assert marco.post(f"/planned-replies/{made['id']}/cancel")["state"] == "withdrawn"
    assert marco.problem("POST", f"/planned-replies/{made['id']}/send", {}).code == "settled"


def test_a_planned_answer_leaves_or_is_sent_now(cast: Cast, marco: Caller) -> None:
    conversation = cast.writes()
    base = f"/conversations/{conversation.pk}/planned-replies"
    first = marco.post(base, {"text": "One", "leave_at": soon()}, status=201)
    second = marco.post(base, {"text": "Two", "leave_at": soon()}, status=201)
    sent = marco.post(f"/planned-replies/{second['id']}/send")
    assert (sent["state"], sent["message_id"]) == ("sent", Message.objects.get(text="Two").pk)
    with clock.at(clock.now() + timedelta(hours=3)):
        leave_due()
    assert marco.get(f"/planned-replies/{first['id']}")["state"] == "sent"


def test_times_are_checked(cast: Cast, marco: Caller) -> None:
    base = f"/conversations/{cast.writes().pk}/planned-replies"
    for at in (None, "soon", "2020-01-01T00:00:00Z", "2026-01-01T09:00:00", soon(days=900)):
        body = {"text": "x"} | ({"leave_at": at} if at else {})
        assert marco.problem("POST", base, body).status in {400, 422}


def test_four_eyes_by_the_api(cast: Cast, marco: Caller, anna: Caller, viktor: Caller) -> None:
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    conversation = cast.writes()
    stopped = marco.problem("POST", f"/conversations/{conversation.pk}/messages", {"text": "Hello"})
    assert (stopped.code, stopped.guarantee) == ("needs_approval", "four-eyes")
    made = marco.post(f"/conversations/{conversation.pk}/proposals", {"text": "Hello"}, status=201)
    address = f"/proposals/{made['id']}"
    assert marco.problem("POST", f"{address}/approve", {}).code == "own_answer"
    for verb in ("approve", "return", "withdraw"):
        assert (
            viktor.problem("POST", f"{address}/{verb}", {"comment": "x"} if verb == "return" else {}).status
            == 404
        )
    assert viktor.get("/proposals")["data"] == []
    assert [one["id"] for one in anna.get("/proposals?state=waiting")["data"]] == [made["id"]]
    done = anna.post(f"{address}/approve", {"text": "Hello Giulia"})
    assert (done["state"], done["original"], done["settled_by"]["name"]) == ("approved", "Hello", "Anna Neri")
    assert Message.objects.get(pk=done["message_id"]).text == "Hello Giulia"


def test_returned_and_withdrawn(cast: Cast, marco: Caller, anna: Caller) -> None:
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    base = f"/conversations/{cast.writes().pk}/proposals"
    first = marco.post(base, {"text": "Hello"}, status=201)
    assert anna.post(f"/proposals/{first['id']}/return", {"comment": "Kinder"})["comment"] == "Kinder"
    second = marco.post(base, {"text": "Hello"}, status=201)
    assert marco.post(f"/proposals/{second['id']}/withdraw")["state"] == "withdrawn"


def test_guests_plan_and_propose_nothing(cast: Cast) -> None:
    caller = token_of(make_agent("Bruno Conti", Role.GUEST), "conversations:read", "messages:write")
    conversation = cast.writes()
    for path in ("planned-replies", "proposals"):
        found = caller.problem(
            "POST", f"/conversations/{conversation.pk}/{path}", {"text": "x", "leave_at": soon()}
        )
        assert found.status in {403, 404}
    assert caller.get("/planned-replies")["data"] == []
    assert caller.get("/proposals")["data"] == []


def test_lists_cost_the_same_for_many(cast: Cast, marco: Caller, django_assert_max_num_queries: Any) -> None:
    conversation = cast.writes()
    for number in range(12):
        marco.post(
            f"/conversations/{conversation.pk}/planned-replies",
            {"text": str(number), "leave_at": soon()},
            status=201,
        )
    with django_assert_max_num_queries(12):
        assert len(marco.get("/planned-replies")["data"]) == 12


def test_tokens_without_the_scope_may_not(cast: Cast) -> None:
    reader = token_of(cast.marco, "conversations:read")
    path = f"/conversations/{cast.writes().pk}/planned-replies"
    assert reader.problem("POST", path, {"text": "x", "leave_at": soon()}).status == 403
