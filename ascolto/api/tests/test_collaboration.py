"""Departments, problems, mentions and followers, by the API."""

from __future__ import annotations

import pytest

from ascolto.accounts.models import Agent, Role
from ascolto.api.tests.conftest import token_of
from ascolto.collaboration.actions.departments import save_department
from ascolto.collaboration.models import Department
from ascolto.conversations.actions import add_note
from ascolto.conversations.models import Conversation
from ascolto.testing.factories import Cast, make_agent, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def rosa() -> Agent:
    return make_agent("Rosa Guest", Role.GUEST)


@pytest.fixture
def billing(cast: Cast, rosa: Agent) -> Department:
    return save_department(agent=cast.anna, name="Billing", members=[rosa])


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.writes("I was charged twice.")


def test_marco_asks_and_rosa_answers(
    cast: Cast, rosa: Agent, billing: Department, conversation: Conversation
) -> None:
    marco, rosas, viktor = token_of(cast.marco), token_of(rosa, "conversations:write"), token_of(cast.viktor)
    assert [one["name"] for one in marco.get("/departments")["data"]] == ["Billing"]
    body = {
        "department": billing.pk,
        "question": "Why twice?",
        "shares": [conversation.messages.earliest("pk").pk],
    }
    asked = marco.post(f"/conversations/{conversation.pk}/requests", body, status=201)
    assert (asked["state"], asked["conversation_id"]) == ("asked", conversation.pk)
    (seen,) = rosas.get("/requests?to=me")["data"]
    assert (seen["id"], seen["conversation_id"], seen["shared"]) == (asked["id"], None, body["shares"])
    assert viktor.get("/requests")["data"] == []
    assert viktor("GET", f"/requests/{asked['id']}").status_code == 404
    assert rosas("GET", f"/conversations/{conversation.pk}").status_code == 404
    assert marco.problem("POST", f"/requests/{asked['id']}/answer", {"text": "x"}).code == "not_a_member"
    assert rosas.post(f"/requests/{asked['id']}/take")["taken_by"]["name"] == "Rosa Guest"
    answered = rosas.post(f"/requests/{asked['id']}/answer", {"text": "A mistake."})
    assert (answered["state"], [one["text"] for one in answered["said"]]) == ("answered", ["A mistake."])
    assert (
        marco.post(f"/requests/{asked['id']}/question", {"text": "When is it paid back?"})["state"] == "asked"
    )
    assert rosas("POST", f"/requests/{asked['id']}/withdraw", {}).status_code == 404
    given = rosas.post(f"/requests/{asked['id']}/return", {"reason": "Ask the bank."})
    assert (given["state"], given["reason"]) == ("returned", "Ask the bank.")
    assert marco.get(f"/requests?conversation={conversation.pk}&by=me&state=returned")["data"] != []


def test_a_problem_is_opened_linked_changed_and_announced(cast: Cast, conversation: Conversation) -> None:
    marco, viktor = token_of(cast.marco), token_of(cast.viktor)
    made = marco.post("/problems", {"title": "Fault at Navile", "public_text": "We are on it."}, status=201)
    linked = marco.post(f"/problems/{made['id']}/link", {"conversation": conversation.pk})
    assert linked["customers"] == 1
    assert (
        viktor("POST", f"/problems/{made['id']}/link", {"conversation": conversation.pk}).status_code == 404
    )
    changed = marco.patch(f"/problems/{made['id']}", {"version": 1, "state": "watching", "owner": None})
    assert (changed["state"], changed["owner"], changed["version"]) == ("watching", None, 2)
    assert marco("PATCH", f"/problems/{made['id']}", {"version": 1, "state": "open"}).status_code == 409
    told = marco.post(f"/problems/{made['id']}/announce", {"texts": {"": "It works again."}}, status=202)
    assert (told["waiting"], told["sent"]) == (1, 0)
    assert viktor.problem("POST", f"/problems/{made['id']}/announce", {"texts": {"": "Hi"}}).code == "nobody"
    assert [one["number"] for one in marco.get("/problems?state=watching")["data"]] == [made["number"]]
    assert marco.post(f"/problems/{made['id']}/unlink", {"conversation": conversation.pk})["customers"] == 0


def test_followers_people_asked_in_and_mentions(cast: Cast, rosa: Agent, conversation: Conversation) -> None:
    marco, anna, rosas = token_of(cast.marco), token_of(cast.anna), token_of(rosa, "conversations:write")
    path = f"/conversations/{conversation.pk}"
    assert [one["name"] for one in marco.post(f"{path}/follow")["followers"]] == ["Marco Villa"]
    assert marco.post(f"{path}/unfollow")["followers"] == []
    assert [one["name"] for one in marco.post(f"{path}/ask-in", {"agent": rosa.pk})["participants"]] == [
        "Rosa Guest"
    ]
    assert rosas.get(f"{path}/people")["participants"] != []
    assert rosas("POST", f"{path}/let-go", {"agent": rosa.pk}).status_code == 403
    marco.post(f"{path}/let-go", {"agent": rosa.pk})
    assert rosas("GET", f"{path}/people").status_code == 404
    add_note(agent=cast.marco, conversation=conversation, text="@Anna Neri, look")
    (mention,) = anna.get("/mentions")["data"]
    assert mention["text"] == "@Anna Neri, look"
    assert marco("POST", f"/mentions/{mention['id']}/done", {}).status_code == 404
    assert anna.post(f"/mentions/{mention['id']}/done")["is_done"] is True
    assert anna.get("/mentions")["data"] == []
