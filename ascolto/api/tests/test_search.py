"""Search through the API."""

from __future__ import annotations

import pytest

from ascolto.api.tests.conftest import Caller, token_of
from ascolto.events.consumers import feed_all
from ascolto.testing.factories import Cast, make_conversation, make_customer

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_giulia_said_is_found_with_its_words_marked(cast: Cast, marco: Caller) -> None:
    wanted = cast.writes("The router <b>blinks</b> red")
    feed_all()
    found = marco.get("/search?q=da:giulia+blink")
    (hit,) = found["data"]
    assert hit["conversation"]["number"] == wanted.number
    assert hit["snippet"] == "The router &lt;b&gt;<mark>blinks</mark>&lt;/b&gt; red"
    assert hit["message"]["author"] == "customer"
    assert found["meta"] == {"next_cursor": None, "query": "from:giulia blink", "hints": []}


def test_a_token_finds_what_its_agent_may_see(cast: Cast) -> None:
    cast.writes("The router blinks")
    feed_all()
    viktor = token_of(cast.viktor, "conversations:read")
    assert viktor.get("/search?q=router")["data"] == []
    assert token_of(cast.viktor, "channels:read")("GET", "/search?q=router").status_code == 403


def test_pages_follow_each_other(cast: Cast, marco: Caller) -> None:
    for number in range(5):
        make_conversation(cast.inbox, "router", customer=make_customer(f"Cliente {number}"))
    feed_all()
    seen, cursor = [], ""
    while cursor is not None:
        page = marco.get(f"/search?q=router&limit=2&cursor={cursor}")
        seen += [hit["conversation"]["id"] for hit in page["data"]]
        cursor = page["meta"]["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
    assert marco("GET", "/search?q=router&cursor=mine").status_code == 422


def test_hints_say_what_was_not_understood(cast: Cast, marco: Caller) -> None:
    page = marco.get("/search?q=label:nope+colour:red+status:purple")
    assert page["meta"]["hints"] == [
        "colour:red is no filter: it was looked for as words.",
        "status:purple was not understood: it was looked for as words.",
        "There is nothing called label:nope.",
    ]


@pytest.mark.parametrize("query", ["", "q=", "q=x&limit=101", "q=x&page=2", f"q={'x' * 501}"])
def test_what_cannot_be_asked_is_refused_with_a_reason(marco: Caller, query: str) -> None:
    assert marco("GET", f"/search?{query}").status_code == 422
