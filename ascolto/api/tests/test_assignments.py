"""Who is there, who has what and why, by the API."""

from __future__ import annotations

import pytest

from ascolto.api.tests.conftest import token_of
from ascolto.events.consumers import feed_all
from ascolto.testing.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_marco_says_that_he_is_there_and_anna_sees_it(cast: Cast) -> None:
    marco, anna = token_of(cast.marco), token_of(cast.anna)
    assert marco.get("/presence")["state"] == "offline"
    assert marco("PUT", "/presence", {"state": "busy"}).json()["state"] == "busy"
    assert marco.problem("PUT", "/presence", {"state": "asleep"}).status == 422
    found = {one["name"]: one for one in anna.get("/routing/agents")["data"]}
    assert (found["Marco Villa"]["state"], found["Marco Villa"]["is_here"]) == ("busy", False)
    assert found["Viktor Orlov"]["state"] == "offline"
    assert marco.problem("GET", "/routing/agents").status == 403


def test_marco_takes_the_next_one_and_the_reasons_are_told(cast: Cast) -> None:
    first = cast.writes()
    cast.writes(customer=make_customer("Luca Greco"))
    marco = token_of(cast.marco)
    assert marco.get(f"/conversations/{first.pk}/assignments")["data"] == []
    taken = marco.post("/next")
    assert (taken["conversation_id"], taken["number"]) == (first.pk, first.number)
    assert any("Asked for the next one." in reason for reason in taken["reasons"])
    told = marco.get(f"/conversations/{first.pk}/assignments")["data"]
    assert [(one["agent"]["name"], one["how"]) for one in told] == [("Marco Villa", "taken")]
    feed_all()
    assert marco.get(f"/conversations/{first.pk}/assignments")["data"][0]["by"] == "Marco Villa"
    assert marco.post("/next")["conversation_id"] is not None
    assert marco.post("/next") == {"conversation_id": None, "number": None, "reasons": []}


def test_viktor_takes_and_sees_nothing(cast: Cast) -> None:
    conversation = cast.writes()
    viktor = token_of(cast.viktor)
    assert viktor.post("/next")["conversation_id"] is None
    assert viktor.problem("GET", f"/conversations/{conversation.pk}/assignments").status == 404


def test_what_a_conversation_waits_for_is_told(cast: Cast) -> None:
    conversation = cast.writes()
    told = token_of(cast.marco).get(f"/conversations/{conversation.pk}/assignments")
    assert told["waits_for"] == ["Nobody of the 2 who could take it is here."]
