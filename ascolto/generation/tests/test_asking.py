"""Somebody asks for a text: what leaves, what comes back, what is written down."""

from __future__ import annotations

import pytest

from ascolto.generation.access import NotAllowed
from ascolto.generation.actions.ask import ask
from ascolto.generation.models import Departure, Generated
from ascolto.generation.worker import answer_waiting
from ascolto.testing.language_model import KEY, MODEL

pytestmark = pytest.mark.django_db


def test_marco_asks_for_a_reply_and_gets_a_proposal(cast, model, on) -> None:
    conversation = cast.writes("Hello, I am Giulia Ferri, my line is dead. Write to giulia@example.org")
    asked = ask(agent=cast.marco, conversation=conversation, purpose="suggestion")
    answer_waiting()
    asked.refresh_from_db()
    assert (asked.state, asked.source, asked.why) == ("done", "model", "")
    assert "giulia@example.org" in asked.text
    assert (asked.model, asked.prompt) == (MODEL, "suggestion.en.1")
    assert asked.sources == [conversation.messages.get().pk]
    departure = Departure.objects.get()
    assert (departure.outcome, departure.tokens_in, departure.status) == ("answered", 321, 200)
    assert "Giulia" not in departure.request
    assert "giulia@example.org" not in model.heard[0].raw
    assert KEY not in departure.request


def test_off_by_default_nothing_leaves_and_nothing_is_asked(cast, model) -> None:
    conversation = cast.writes()
    with pytest.raises(NotAllowed):
        ask(agent=cast.marco, conversation=conversation, purpose="summary")
    answer_waiting()
    assert model.connections == 0
    assert not Generated.objects.exists()
