"""While the language model is off, nothing of it can be reached but its settings, and no part of the product can call it by itself."""

from __future__ import annotations

import ast
import json
import time

import pytest
from django.test import Client
from django.urls import reverse

from ascolto.accounts.actions import create_token
from ascolto.api.routes import TABLE
from ascolto.bot.models import Dialogue
from ascolto.bot.putting import wording_of
from ascolto.bot.state import Found, LookUpWanted
from ascolto.conversations.models import Conversation
from ascolto.generation import urls
from ascolto.generation.actions.configure import choose
from ascolto.generation.answering import Passage, ask_to_word, seconds_to_word
from ascolto.generation.models import ASKED_FOR, SWITCHED, Departure, Generated, ModelServer
from ascolto.generation.tests.conftest import connect
from ascolto.generation.worker import answer_waiting
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.testing.language_model import LanguageModel
from tests.house.source import modules, name, room_of, tree

SETTINGS = "settings/language-model/"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _addresses(cast: Cast, generated: int) -> list[str]:
    """Every address of the room that is not among the settings, filled in."""
    number = cast.writes().number
    given = {"number": number, "pk": generated}
    found = []
    for pattern in urls.urlpatterns:
        if not str(pattern.pattern).startswith(SETTINGS):
            wanted = {key: given[key] for key in pattern.pattern.converters}
            found.append(reverse(f"generation:{pattern.name}", kwargs=wanted))
    return found


def test_off_every_address_is_not_found_by_page_and_by_api(cast: Cast) -> None:
    with LanguageModel() as model:
        server = connect(cast, model)
        conversation = cast.writes()
        made = Generated.objects.create(
            purpose="summary", conversation=conversation, agent=cast.anna, text="Old", state="done"
        )
        server.is_enabled = False
        server.save()
        client = Client()
        client.force_login(cast.anna)
        addresses = _addresses(cast, made.pk)
        assert len(addresses) == 4
        for address in addresses:
            for purpose in SWITCHED:
                assert client.post(address, {"purpose": purpose, "text": "x"}).status_code in {404, 405}
            assert client.get(address).status_code in {404, 405}
        assert "data-model" not in client.get(f"/c/{conversation.number}/").content.decode()
        _by_api(cast, conversation.pk, made.pk)
        answer_waiting()
        assert model.connections == 0
    assert not Departure.objects.exists()
    assert Generated.objects.count() == 1


def _by_api(cast: Cast, conversation: int, generated: int) -> None:
    token = create_token(agent=cast.anna, scopes=["generation:write"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    routes = [route for route in TABLE.routes if route.scope.startswith("generation:")]
    assert len(routes) == 3
    for route in routes:
        pk = conversation if route.path.startswith("/conversations") else generated
        address = "/api/v1" + route.path.replace("{id}", str(pk))
        body = {"purpose": "summary"} if route.path.endswith("suggestions") else {}
        answer = Client().generic(
            route.method, address, json.dumps(body), "application/json", headers=headers
        )
        assert answer.status_code == 404, address


def test_off_or_not_switched_on_for_itself_no_flow_has_anything_worded(cast: Cast) -> None:
    """A new house, one where people are helped, and one where it was switched off again: nothing leaves for the bot."""
    with LanguageModel() as model:
        conversation = cast.writes()
        assert (ModelServer().is_enabled, ModelServer().purposes) == (False, [])
        _words_nothing(cast, conversation)
        server = connect(cast, model)
        choose(
            by=make_agent("Nora Riva", "administrator"),
            purposes=ASKED_FOR,
            switches=[(cast.inbox.pk, purpose) for purpose in SWITCHED],
        )
        _words_nothing(cast, conversation)
        ModelServer.objects.update(purposes=list(SWITCHED))
        assert seconds_to_word([cast.inbox.pk]) is not None, "else this test says nothing"
        server.refresh_from_db()
        server.is_enabled = False
        server.save()
        _words_nothing(cast, conversation)
        assert model.connections == 0
    assert not Departure.objects.exists()
    assert not Generated.objects.exists()


def _words_nothing(cast: Cast, conversation: Conversation) -> None:
    dialogue = Dialogue(conversation=conversation, account=cast.inbox)
    assert wording_of(dialogue, conversation, LookUpWanted("Why?", "en", True), Found("So.")) is None
    worded = ask_to_word(
        conversation.pk,
        question="Why?",
        passages=[Passage("Why", "So.")],
        language="en",
        accounts=[cast.inbox.pk],
        deadline=time.monotonic() + 5,
    )
    assert (worded.text, worded.why) == ("", "switched_off")


def test_its_settings_are_for_administrators(cast: Cast) -> None:
    settings = [pattern for pattern in urls.urlpatterns if str(pattern.pattern).startswith(SETTINGS)]
    assert len(settings) == len(urls.urlpatterns) - 4
    assert {getattr(pattern.callback, "guard", "") for pattern in settings} == {"may:models.manage"}
    page = Client()
    page.force_login(make_agent("Olga Fini", "administrator"))
    assert page.get(reverse("generation:settings")).status_code == 200


def test_two_modules_ask_and_only_asking_opens_the_door() -> None:
    """One module of the room calls the network, and two call that one: for people, and for flows. Of those only the bot calls the other."""
    door, put, words = [], [], []
    for path in modules():
        if room_of(path) == "testing":
            continue
        found = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
        imported = {alias.name for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom)
                    and node.module == "ascolto.generation.asking" for alias in node.names}  # fmt: skip
        if room_of(path) == "generation" and "http.request" in found:
            door.append(name(path))
        if "put" in imported:
            put.append(name(path))
        if any(call.rpartition(".")[2] == "ask_to_word" for call in found):
            words.append(name(path))
    assert door == ["ascolto/generation/asking.py"]
    assert sorted(put) == ["ascolto/generation/answering.py", "ascolto/generation/worker.py"]
    assert words == ["ascolto/bot/putting.py"]
