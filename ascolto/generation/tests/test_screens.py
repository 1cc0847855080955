"""The settings, the log and the tools beside a conversation."""

from __future__ import annotations

import pytest
from django.test import Client

from ascolto.generation.actions.ask import ask
from ascolto.generation.models import Departure, Generated, ModelServer
from ascolto.generation.worker import answer_waiting
from ascolto.testing.factories import make_agent
from ascolto.testing.language_model import KEY, MODEL

pytestmark = pytest.mark.django_db
PAGE = "/settings/language-model/"


def signed_in(agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def olga():
    return make_agent("Olga Riva", "administrator", email="olga.riva@telvia.example")


def test_the_settings_say_that_it_is_off(olga) -> None:
    page = signed_in(olga).get(PAGE).content.decode()
    assert "What leaves the house" in page
    assert "First write where the server is" in page


def test_olga_describes_the_server_and_its_key_is_never_shown(olga, model, cast) -> None:
    client = signed_in(olga)
    values = {"base_url": model.url, "model": MODEL, "is_own_network": "on", "api_key": KEY}
    more = {
        "time_limit": 8,
        "answer_seconds": 4,
        "places": 2,
        "keep_days": 30,
        "masks_numbers": "on",
        "headers": "X-Team: care",
    }
    assert client.post(PAGE, {**values, **more}).status_code == 302
    server = ModelServer.current()
    assert server.secrets() == {"api_key": KEY, "headers": {"X-Team": "care"}}
    assert KEY not in server.sealed
    page = client.get(PAGE).content.decode()
    assert KEY not in page
    assert "X-Team" in page
    client.post(PAGE, {**values, **more, "api_key": "", "headers": ""})
    assert ModelServer.current().secrets()["api_key"] == KEY
    client.post(f"{PAGE}switch/", {"on": "1"})
    client.post(
        f"{PAGE}inboxes/",
        {"purpose": ["summary"], "switch": [f"{cast.inbox.pk}:summary", "x:y", "99:summary"]},
    )
    server = ModelServer.current()
    assert (server.is_enabled, server.purposes, server.switches.count()) == (True, ["summary"], 1)


def test_the_test_button_shows_the_real_answer(olga, model, on) -> None:
    client = signed_in(olga)
    shown = client.post(f"{PAGE}test/", headers={"HX-Request": "true"}).content.decode()
    assert "Testing" in shown
    answer_waiting()
    test = Generated.objects.get(purpose="test")
    shown = client.get(f"{PAGE}test/{test.pk}/").content.decode()
    assert "The model answered in" in shown
    assert "Good morning" in shown


def test_marco_asks_watches_and_gets_the_text(cast, on) -> None:
    conversation = cast.writes("My line is dead.")
    client = signed_in(cast.marco)
    shown = client.post(
        f"/c/{conversation.number}/ask-model/", {"purpose": "suggestion"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Waiting for a place" in shown
    answer_waiting()
    asked = Generated.objects.get()
    shown = client.get(f"/generated/{asked.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "Put it into the draft" in shown
    assert "you answer for it" in shown
    assert "hx-get" not in shown


def test_anna_sees_what_left(cast, on, olga) -> None:
    conversation = cast.writes("Call me: 333 1234567, Giulia Ferri")
    ask(agent=cast.marco, conversation=conversation, purpose="summary")
    answer_waiting()
    client = signed_in(olga)
    page = client.get(f"{PAGE}log/").content.decode()
    assert MODEL in page
    page = client.get(f"{PAGE}log/{Departure.objects.get().pk}/").content.decode()
    assert "Ferri" not in page
    table = b"".join(client.get(f"{PAGE}log.csv").streaming_content).decode()
    assert "summary" in table
    assert signed_in(cast.anna).get(f"{PAGE}log/").status_code == 403


def test_guests_and_people_of_other_teams_find_nothing(cast, on) -> None:
    conversation = cast.writes()
    asked = ask(agent=cast.marco, conversation=conversation, purpose="summary")
    for other in (cast.viktor, make_agent("Gina Gatti", "guest")):
        client = signed_in(other)
        assert client.post(f"/c/{conversation.number}/ask-model/", {"purpose": "summary"}).status_code == 404
        for verb, method in (("", client.get), ("cancel/", client.post), ("discard/", client.post)):
            assert method(f"/generated/{asked.pk}/{verb}").status_code == 404
    assert signed_in(cast.anna).get(f"/generated/{asked.pk}/").status_code == 404, "Marco asked"
    assert Generated.objects.filter(state="waiting").count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"purpose": "test"}, {"purpose": "poem"}, {"purpose": "translation", "message": "99999"},
        {"purpose": "translation", "message": "x"},
        {"purpose": "translation", "message": "9" * 40},
    ],
)  # fmt: skip
def test_wishes_that_are_none_are_not_found(cast, on, fields) -> None:
    conversation = cast.writes()
    assert signed_in(cast.marco).post(f"/c/{conversation.number}/ask-model/", fields).status_code == 404
    assert not Generated.objects.exists()


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\x00", "\u202e" * 100, "😀" * 10_000])
def test_hostile_drafts_are_taken_or_refused_in_words(cast, on, text) -> None:
    conversation = cast.writes()
    answer = signed_in(cast.marco).post(
        f"/c/{conversation.number}/ask-model/",
        {"purpose": "translation", "text": text},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200


def test_without_scripts_there_is_a_page_to_look_at(cast, on) -> None:
    conversation = cast.writes("My line is dead since this morning.")
    client = signed_in(cast.marco)
    answer = client.post(f"/c/{conversation.number}/ask-model/", {"purpose": "summary"}, follow=True)
    assert "Look again" in answer.content.decode()
    answer_waiting()
    answer = client.get(f"/generated/{Generated.objects.get().pk}/")
    assert "Back to the conversation" in answer.content.decode()


def test_the_log_is_sieved_and_paged(cast, on, olga, monkeypatch) -> None:
    from ascolto.generation import selectors

    monkeypatch.setattr(selectors, "PAGE", 2)
    for number in range(5):
        ask(
            agent=cast.marco,
            conversation=cast.writes(f"Dead line {number}"),
            purpose="translation",
            text=f"text {number}",
        )
        answer_waiting()
    client = signed_in(olga)
    first = client.get(
        f"{PAGE}log/?purpose=translation&agent={cast.marco.pk}&inbox={cast.inbox.pk}"
    ).content.decode()
    assert first.count("stand-in-small") == 2
    before = Departure.objects.order_by("-id")[1].pk
    assert f"before={before}" in first
    assert client.get(f"{PAGE}log/?before={before}").content.decode().count("stand-in-small") == 2
    for nothing in ("purpose=summary", "failed=1", "agent=999", "inbox=x&purpose=test"):
        assert "Nothing has left" in client.get(f"{PAGE}log/?{nothing}").content.decode()
    for odd in ("before=x", "before=" + "9" * 40, "purpose=%00", "agent=-1"):
        assert client.get(f"{PAGE}log/?{odd}").status_code == 200


def test_a_table_of_the_log_holds_no_formulas(cast, on, olga) -> None:
    cast.inbox.name = "=cmd|calc"
    cast.inbox.save()
    ask(agent=cast.marco, conversation=cast.writes(), purpose="summary")
    answer_waiting()
    table = b"".join(signed_in(olga).get(f"{PAGE}log.csv").streaming_content).decode()
    assert ",'=cmd|calc," in table


def test_a_conversation_page_asks_one_question_while_it_is_off(cast, django_assert_num_queries) -> None:
    from ascolto.generation.selectors import conversation_tools

    conversation = cast.writes()
    with django_assert_num_queries(1):
        assert not conversation_tools(cast.marco, conversation)
