"""Texts of the language model by the API."""

from __future__ import annotations

import pytest

from ascolto.api.tests.conftest import token_of
from ascolto.conversations.models import Message
from ascolto.events.models import Event
from ascolto.generation.models import Generated
from ascolto.generation.tests.conftest import connect
from ascolto.generation.worker import answer_waiting
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.testing.language_model import LanguageModel

pytestmark = pytest.mark.django_db
SCOPES = ("generation:write", "conversations:read", "messages:write")


@pytest.fixture
def model():
    with LanguageModel() as running:
        yield running


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_program_asks_waits_and_answers_with_what_it_got(cast, model) -> None:
    connect(cast, model)
    talk = cast.writes("My line is dead, says giulia@example.org")
    marco = token_of(cast.marco, *SCOPES)
    asked = marco.post(f"/conversations/{talk.pk}/suggestions", {"purpose": "suggestion"}, status=202)
    assert (asked["state"], asked["text"], asked["source"]) == ("waiting", None, None)
    answer_waiting()
    done = marco.get(f"/generated/{asked['id']}")
    assert (done["state"], done["source"], done["why"]) == ("done", "model", None)
    assert done["sources"] == list(talk.messages.values_list("pk", flat=True))
    text = done["text"].replace("Good morning", "Dear Giulia")
    sent = marco.post(f"/conversations/{talk.pk}/messages", {"text": text}, status=201)
    told = sent["extra"]["provenance"][0]
    assert (told["generated"], told["checked_by"], told["changed"]) == (asked["id"], "Marco Villa", True)
    assert Generated.objects.get().used_in == Message.objects.get(pk=sent["id"])
    event = Event.objects.get(type="message.added")
    assert event.data["provenance"][0]["model"] == "stand-in-small"


def test_an_answer_that_marco_wrote_himself_claims_no_model(cast, model) -> None:
    connect(cast, model)
    talk = cast.writes()
    marco = token_of(cast.marco, *SCOPES)
    marco.post(f"/conversations/{talk.pk}/suggestions", {"purpose": "suggestion"}, status=202)
    answer_waiting()
    words = "Un tecnico passa domani mattina tra le nove e le undici."
    sent = marco.post(f"/conversations/{talk.pk}/messages", {"text": words}, status=201)
    assert "provenance" not in sent["extra"]


def test_a_summary_that_became_a_note_says_so(cast, model) -> None:
    connect(cast, model)
    talk = cast.writes()
    marco = token_of(cast.marco, *SCOPES)
    asked = marco.post(f"/conversations/{talk.pk}/suggestions", {"purpose": "summary"}, status=202)
    answer_waiting()
    body = {"text": "See the summary", "visibility": "note", "generated": [asked["id"]]}
    told = marco.post(f"/conversations/{talk.pk}/messages", body, status=201)["extra"]["provenance"]
    assert [(item["purpose"], item["source"]) for item in told] == [("summary", "model")]
    assert marco.get(f"/generated/{asked['id']}")["used_at"]


def test_while_it_is_off_nothing_is_found(cast, model) -> None:
    talk = cast.writes()
    marco = token_of(cast.marco, *SCOPES)
    refused = marco("POST", f"/conversations/{talk.pk}/suggestions", {"purpose": "summary"})
    assert refused.status_code == 404
    assert marco("GET", "/generated/1").status_code == 404
    assert model.connections == 0


def test_strangers_guests_and_keys_without_the_scope_get_nothing(cast, model) -> None:
    connect(cast, model)
    talk = cast.writes()
    marco = token_of(cast.marco, *SCOPES)
    asked = marco.post(f"/conversations/{talk.pk}/suggestions", {"purpose": "summary"}, status=202)
    for other in (cast.viktor, make_agent("Gina Gatti", "guest")):
        caller = token_of(other, *SCOPES)
        assert (
            caller("POST", f"/conversations/{talk.pk}/suggestions", {"purpose": "summary"}).status_code == 404
        )
        assert caller("GET", f"/generated/{asked['id']}").status_code == 404
        assert caller("POST", f"/generated/{asked['id']}/cancel", {}).status_code == 404
    poor = token_of(cast.marco, "conversations:write", "messages:write")
    assert poor("POST", f"/conversations/{talk.pk}/suggestions", {"purpose": "summary"}).status_code == 403
    anna = token_of(cast.anna, *SCOPES)
    assert anna("POST", f"/generated/{asked['id']}/cancel", {}).status_code == 404, (
        "only who asked takes it back"
    )
    assert marco.post(f"/generated/{asked['id']}/cancel", {})["state"] == "cancelled"
    answer_waiting()
    assert model.connections == 0


def test_what_cannot_be_translated_is_told(cast, model) -> None:
    connect(cast, model)
    talk, other = cast.writes(), cast.writes("Another one", customer=None)
    marco = token_of(cast.marco, *SCOPES)
    empty = marco("POST", f"/conversations/{talk.pk}/suggestions", {"purpose": "translation"})
    assert (empty.status_code, empty.json()["code"]) == (422, "empty")
    foreign = other.messages.first().pk + 1000
    wrong = marco(
        "POST", f"/conversations/{talk.pk}/suggestions", {"purpose": "translation", "message": foreign}
    )
    assert wrong.status_code == 422
    odd = marco("POST", f"/conversations/{talk.pk}/suggestions", {"purpose": "poem"})
    assert odd.status_code == 422


def test_the_same_key_asks_once(cast, model) -> None:
    connect(cast, model)
    talk = cast.writes()
    marco = token_of(cast.marco, *SCOPES)
    body = {"purpose": "summary"}
    first = marco.post(f"/conversations/{talk.pk}/suggestions", body, status=202, Idempotency_Key="k1")
    again = marco.post(f"/conversations/{talk.pk}/suggestions", body, status=202, Idempotency_Key="k1")
    assert first["id"] == again["id"]
    answer_waiting()
    assert len(model.heard) == 1
