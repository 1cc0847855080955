"""Flows over the API: written, checked, published; what the bot made of a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.api.tests.conftest import Caller
from ascolto.bot.models import BotFlow, BotRating, Dialogue
from ascolto.conversations.models import Author, Direction, Message
from ascolto.testing.factories import Cast

pytestmark = pytest.mark.django_db

GOOD = """\
flow: hello
languages: [it]
title: {it: Saluti}
start: hi
nodes:
  hi:
    say: {it: "Ciao, ti passo subito a una persona."}
    next: over
  over:
    hand_off: {}
"""
BROKEN = GOOD.replace("next: over", "next: nowhere")


def write(administrator: Caller, text: str = GOOD) -> Any:
    return administrator.post("/flows", {"text": text, "note": "first"}, status=201)


def test_a_flow_is_written_and_published(administrator: Caller) -> None:
    made = write(administrator)
    assert (made["name"], made["number"], made["published_at"]) == ("hello", 1, None)
    told = administrator.post("/flows/hello/publish", {})
    assert told["published_at"]
    (flow,) = administrator.get("/flows")["data"]
    assert (flow["name"], flow["latest"], flow["running"]) == ("hello", 1, 1)
    assert administrator.get(f"/flows/{flow['id']}") == flow
    again = administrator.post("/flows/hello/versions", {"text": GOOD.replace("Ciao", "Salve")}, status=201)
    assert again["number"] == 2
    listed = administrator.get("/flows/hello/versions?limit=1")
    assert [row["number"] for row in listed["data"]] == [2]
    assert listed["data"][0]["text"] is None
    assert (
        administrator.get(f"/flows/hello/versions?cursor={listed['meta']['next_cursor']}")["data"][0][
            "number"
        ]
        == 1
    )
    assert administrator.get("/flows/hello/versions/1")["text"] == GOOD


def test_defects_are_told_by_line(administrator: Caller) -> None:
    assert administrator.post("/flows/check", {"text": GOOD}) == {"is_right": True, "findings": []}
    told = administrator.post("/flows/check", {"text": BROKEN})
    assert not told["is_right"]
    assert all(one["line"] >= 0 and one["code"] and one["message"] for one in told["findings"])
    write(administrator, BROKEN)
    problem = administrator.problem("POST", "/flows/hello/publish", {})
    assert (problem.code, problem.status) == ("findings", 422)
    assert problem.errors
    assert problem.errors[0].field.startswith("text:")
    assert administrator.get("/flows")["data"][0]["running"] is None


def test_a_stale_version_is_refused(administrator: Caller) -> None:
    write(administrator)
    administrator.post("/flows/hello/versions", {"text": GOOD + "# b\n", "based_on": 1}, status=201)
    problem = administrator.problem("POST", "/flows/hello/versions", {"text": GOOD + "# c\n", "based_on": 1})
    assert (problem.type, problem.current_version) == ("/api/problems/stale", 2)


def test_what_is_not_there_is_not_found(administrator: Caller) -> None:
    write(administrator)
    for path in ("/flows/9999", "/flows/other", "/flows/hello/versions/9", "/flows/hello/versions/x"):
        assert administrator.problem("GET", path).status == 404
    assert (
        administrator.problem("POST", "/flows/hello/publish", {"number": 7}).type == "/api/problems/invalid"
    )
    assert administrator.problem("GET", "/flows?cursor=x").type == "/api/problems/invalid"


@pytest.mark.parametrize(
    "text", ["", "\x00", "[", "a: &a [*a, *a]", "{" * 5_000, "\u202eflow: x", "😀" * 10_000]
)
def test_hostile_texts_are_answered(administrator: Caller, text: str) -> None:
    assert administrator("POST", "/flows/check", {"text": text}).status_code in {200, 422}
    assert administrator("POST", "/flows", {"text": text}).status_code == 422


def test_dialogues_are_seen_by_who_sees_the_conversation(
    cast: Cast, administrator: Caller, marco: Caller, viktor: Caller
) -> None:
    write(administrator)
    conversation = cast.writes()
    version = BotFlow.objects.get().versions.get()
    state = {"node": "hi", "slots": {"customer_code": "TV123456"}, "trail": ["hello/hi"], "handed": "asked"}
    dialogue = Dialogue.objects.create(
        conversation=conversation,
        account=cast.inbox,
        version=version,
        state=state,
        status="handed",
        why="asked",
    )
    said = Message.objects.create(
        conversation=conversation, author_kind=Author.BOT, direction=Direction.OUT, text="Ciao"
    )
    BotRating.objects.create(message=said, dialogue=dialogue, helped=True)
    (told,) = marco.get(f"/conversations/{conversation.pk}/dialogues")["data"]
    assert (told["why"], told["slots"], told["trail"]) == (
        "asked",
        {"customer_code": "TV123456"},
        ["hello/hi"],
    )
    assert told["ratings"][0]["helped"]
    assert viktor.problem("GET", f"/conversations/{conversation.pk}/dialogues").status == 404


def test_who_does_not_manage_the_bot_does_not_write_flows(marco: Caller) -> None:
    for method, path in (("GET", "/flows"), ("POST", "/flows"), ("POST", "/flows/check")):
        assert marco.problem(method, path, {"text": GOOD} if method == "POST" else None).type.endswith(
            "missing-scope"
        )
