"""Dated promises for machines: listed, made, confirmed, moved, withdrawn; and nothing for Viktor."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ascolto.api.tests.conftest import Caller
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation
from ascolto.kit.clock import now
from ascolto.sla.actions import commitments
from ascolto.sla.models import Commitment
from ascolto.testing.factories import Cast


@pytest.fixture
def talk(cast: Cast) -> Conversation:
    return cast.writes()


def soon(hours: int = 2) -> str:
    return (now() + timedelta(hours=hours)).replace(microsecond=0).isoformat()


def same(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


def test_marco_promises_moves_and_withdraws(marco: Caller, talk: Conversation) -> None:
    body = {"due_at": soon(), "words": "I call back"}
    made = marco.post(f"/conversations/{talk.pk}/commitments", body, status=201)
    assert (made["state"], made["owner"]["name"], made["message_id"]) == ("open", "Marco Villa", None)
    assert same(made["due_at"], body["due_at"])
    assert Conversation.objects.get(pk=talk.pk).promised_for == datetime.fromisoformat(body["due_at"])
    later = soon(4)
    moved = marco.patch(f"/commitments/{made['id']}", {"due_at": later, "reason": "She asked for it"})
    assert same(moved["due_at"], later)
    gone = marco.post(f"/commitments/{made['id']}/withdraw", {"reason": "Solved on the telephone"})
    assert (gone["state"], gone["reason"]) == ("withdrawn", "Solved on the telephone")
    again = marco.problem("PATCH", f"/commitments/{made['id']}", {"due_at": later, "reason": "x"})
    assert (again.status, again.type.rsplit("/", 1)[-1]) == (422, "refused")


def test_a_proposal_is_confirmed_or_declined(cast: Cast, marco: Caller, talk: Conversation) -> None:
    message = add_reply(
        agent=cast.marco, conversation=talk, text="I'll write by 6 pm tomorrow, and call on Friday at 9."
    )
    commitments.propose([message])
    first = marco.get("/commitments?state=proposed")["data"][0]
    assert first["message_id"] == message.pk
    assert marco.post(f"/commitments/{first['id']}/confirm")["state"] == "open"
    assert marco.problem("POST", f"/commitments/{first['id']}/decline").status == 422


def test_lists_are_narrowed_and_paged(cast: Cast, marco: Caller, talk: Conversation) -> None:
    moments = {hours: soon(hours) for hours in (1, 2, 3)}
    for hours, due_at in moments.items():
        marco.post(
            f"/conversations/{talk.pk}/commitments", {"due_at": due_at, "words": f"{hours}"}, status=201
        )
    page = marco.get("/commitments?state=open&owner=me&limit=2")
    assert [row["words"] for row in page["data"]] == ["1", "2"]
    rest = marco.get(
        f"/commitments?state=open&limit=2&cursor={page['meta']['next_cursor'].replace('+', '%2B')}"
    )
    assert [row["words"] for row in rest["data"]] == ["3"]
    assert rest["meta"]["next_cursor"] is None
    before = moments[2].replace("+", "%2B")
    assert [row["words"] for row in marco.get(f"/commitments?due_before={before}")["data"]] == ["1"]
    assert marco.get(f"/commitments?owner={cast.anna.pk}")["data"] == []
    for bad in ("cursor=x", "due_before=2026-01-01T00:00:00", "state=eaten", "owner=everybody"):
        assert marco.problem("GET", f"/commitments?{bad}").status == 422


def test_what_cannot_be_promised_is_refused(marco: Caller, talk: Conversation) -> None:
    address = f"/conversations/{talk.pk}/commitments"
    for body in (
        {"due_at": "2020-01-01T00:00:00Z", "words": "x"},
        {"due_at": "2999-01-01T00:00:00Z", "words": "x"},
        {"due_at": "2026-12-01T00:00:00", "words": "x"},
        {"due_at": soon(), "words": ""},
        {"due_at": soon(), "words": "x", "message": 999_999},
        {"due_at": soon(), "words": "x" * 301},
    ):
        assert marco.problem("POST", address, body).status == 422
    assert not Commitment.objects.exists()


def test_viktor_finds_nothing(cast: Cast, marco: Caller, viktor: Caller, talk: Conversation) -> None:
    body = {"due_at": soon(), "words": "I call back"}
    made = marco.post(f"/conversations/{talk.pk}/commitments", body, status=201)
    assert viktor.get("/commitments")["data"] == []
    assert viktor.problem("POST", f"/conversations/{talk.pk}/commitments", body).status == 404
    for verb, more in (("confirm", {}), ("decline", {}), ("withdraw", {"reason": "x"})):
        assert viktor.problem("POST", f"/commitments/{made['id']}/{verb}", more).status == 404
    moved = {"due_at": soon(3), "reason": "x"}
    assert viktor.problem("PATCH", f"/commitments/{made['id']}", moved).status == 404
    assert viktor.problem("POST", "/commitments/eleven/confirm").status == 404
