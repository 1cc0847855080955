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
    more = {"time_limit": 8, "places": 2, "keep_days": 30, "masks_numbers": "on", "headers": "X-Team: care"}
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
