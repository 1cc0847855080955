"""Saved replies and answers that were given before, for programs."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.accounts.models import Agent
from ascolto.api.tests.conftest import Caller, token_of
from ascolto.conversations.models import Message
from ascolto.events.models import Event
from ascolto.kit.clock import now
from ascolto.knowledge.actions.replies import create_reply
from ascolto.knowledge.models import Enquiry, SavedReply
from ascolto.knowledge.selectors import PATIENCE
from ascolto.testing.factories import Cast
from ascolto.understanding.models import Similar

KNOWLEDGE = ("knowledge:write", "conversations:read")


def caller(agent: Agent) -> Caller:
    return token_of(agent, *KNOWLEDGE)


def body(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Refunds",
        "shortcut": "refund",
        "texts": {"it": "Ciao {customer}, cinque giorni."},
        **fields,
    }


def test_a_reply_is_written_read_changed_put_away_and_taken_out(cast: Cast) -> None:
    marco = caller(cast.marco)
    made = marco.post("/saved-replies", body(team_id=cast.care.pk), status=201)
    assert (made["shortcut"], made["team"]["name"], made["archived_at"]) == ("refund", "Care", None)
    path = f"/saved-replies/{made['id']}"
    assert marco.get(path) == made
    changed = marco.patch(path, {"texts": {"it": "Cinque giorni.", "en": "Five days."}})
    assert changed["texts"] == {"en": "Five days.", "it": "Cinque giorni."}
    assert changed["changed_by"]["name"] == "Marco Villa"
    assert marco.post(f"{path}/archive")["archived_at"]
    assert marco.get("/saved-replies")["data"] == []
    assert [row["id"] for row in marco.get("/saved-replies?archived=true")["data"]] == [made["id"]]
    assert marco.post(f"{path}/restore")["archived_at"] is None
    assert [event.type for event in Event.objects.filter(type__startswith="saved_reply.").order_by("pk")] == [
        "saved_reply.created", "saved_reply.changed", "saved_reply.archived", "saved_reply.restored",
    ]  # fmt: skip


def test_everybodys_replies_are_the_leads(cast: Cast) -> None:
    assert caller(cast.marco).problem("POST", "/saved-replies", body()).code == "not_yours"
    made = caller(cast.anna).post("/saved-replies", body(), status=201)
    assert made["team"] is None
    assert (
        caller(cast.marco).problem("PATCH", f"/saved-replies/{made['id']}", {"title": "Mine"}).code
        == "not_yours"
    )


def test_viktor_and_guests_find_nothing_of_the_care_team(cast: Cast, guest: tuple[Agent, Caller]) -> None:
    made = create_reply(by=cast.marco, team=cast.care, **body())
    viktor, bruno = caller(cast.viktor), caller(guest[0])
    for stranger in (viktor, bruno):
        assert stranger.get("/saved-replies")["data"] == []
        for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/archive"), ("POST", "/restore")):
            assert stranger.problem(method, f"/saved-replies/{made.pk}{path}", {}).status == 404
    assert bruno.problem("POST", "/saved-replies", body(team_id=cast.care.pk)).status == 422
    assert SavedReply.objects.count() == 1


def test_a_token_without_the_scope_is_turned_away(cast: Cast) -> None:
    everyday = token_of(cast.marco)
    assert everyday.problem("GET", "/saved-replies").status == 403
    readers = token_of(cast.marco, "knowledge:read")
    assert readers.get("/saved-replies")["data"] == []
    assert readers.problem("POST", "/saved-replies", body(team_id=cast.care.pk)).status == 403


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"shortcut": "two words"}, "shortcut"), ({"texts": {"it": "{nome}"}}, "text_it"), ({"texts": {}}, "texts"),
        ({"title": ""}, "title"), ({"team_id": 10**9}, "team_id"), ({"texts": {"it": 3}}, "texts"), ({"more": 1}, "more"),
    ],
)  # fmt: skip
def test_wrong_fields_are_named(cast: Cast, fields: dict[str, Any], wrong: str) -> None:
    problem = caller(cast.anna).problem("POST", "/saved-replies", body(**{"team_id": cast.care.pk, **fields}))
    assert problem.status == 422
    assert any(wrong in error.field for error in problem.errors)


def test_replies_come_in_pages_and_are_found_by_words(cast: Cast) -> None:
    for number in range(3):
        create_reply(
            by=cast.anna, title=f"Reply {number}", shortcut=f"r{number}", texts={"en": f"Number {number}."}
        )
    marco = caller(cast.marco)
    first = marco.get("/saved-replies?limit=2")
    second = marco.get(f"/saved-replies?limit=2&cursor={first['meta']['next_cursor']}")
    assert [row["title"] for row in first["data"] + second["data"]] == ["Reply 0", "Reply 1", "Reply 2"]
    assert second["meta"]["next_cursor"] is None
    assert [row["title"] for row in marco.get("/saved-replies?q=/r1")["data"]] == ["Reply 1"]
    assert marco.problem("GET", "/saved-replies?cursor=x").status == 422


def test_a_typed_question_is_answered_when_somebody_answers_it(cast: Cast) -> None:
    reply = create_reply(by=cast.marco, team=cast.care, **body())
    marco = caller(cast.marco)
    asked = marco.post("/similar", {"text": "Quando arriva il rimborso?"}, status=202)
    assert asked["state"] == "waiting"
    Enquiry.objects.update(answered_at=now(), found=[["saved_reply", reply.pk, 0.9, 0.8, ["rimborso"]]])
    told = marco.get(f"/similar/{asked['id']}")
    assert told["state"] == "answered"
    [answer] = told["answers"]
    assert (answer["kind"], answer["id"], answer["is_confident"], answer["words"]) == (
        "saved_reply",
        reply.pk,
        True,
        ["rimborso"],
    )
    assert caller(cast.viktor).problem("GET", f"/similar/{asked['id']}").status == 404


def test_where_nothing_understands_the_answer_is_unavailable(cast: Cast) -> None:
    marco = caller(cast.marco)
    asked = marco.post("/similar", {"text": "Quando arriva il rimborso?"}, status=202)
    Enquiry.objects.update(asked_at=now() - 2 * PATIENCE)
    assert marco.get(f"/similar/{asked['id']}")["state"] == "unavailable"
    assert marco.problem("POST", "/similar", {"text": "a" * 3000}).status == 422


def test_what_was_found_for_a_message_is_told_to_those_who_see_it(cast: Cast) -> None:
    reply = create_reply(by=cast.marco, team=cast.care, **body())
    conversation = cast.writes("Quando arriva il rimborso?")
    message = Message.objects.get(conversation=conversation)
    Similar.objects.create(
        message=message, kind="saved_reply", target=reply.pk, score=0.5, because=["rimborso"]
    )
    path = f"/conversations/{conversation.pk}/messages/{message.pk}/similar"
    assert [row["id"] for row in caller(cast.marco).get(path)["data"]] == [reply.pk]
    assert caller(cast.viktor).problem("GET", path).status == 404
    assert (
        caller(cast.marco).problem("GET", f"/conversations/{conversation.pk}/messages/x/similar").status
        == 404
    )
