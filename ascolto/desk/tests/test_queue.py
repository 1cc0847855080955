"""The queue as Marco sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.conversations.actions import add_note
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast, make_conversation, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(agent: Any) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    answer = Client().get("/")
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]


def test_marco_finds_who_waits_with_the_promise_due_first(cast: Cast) -> None:
    cast.writes("My line is dead.", at=now() - timedelta(minutes=2))
    make_conversation(
        cast.inbox, "And mine!", customer=make_customer("Paolo Ricci"), at=now() - timedelta(minutes=9)
    )
    page = as_(cast.marco).get("/").content.decode()
    assert page.index("Paolo Ricci") < page.index("Giulia Ferri")
    assert "My line is dead." in page
    assert 'data-count="to_answer">2<' in page


def test_a_thread_shows_everything_that_was_said(cast: Cast) -> None:
    conversation = cast.writes("My line <b>is</b> dead.")
    add_note(agent=cast.marco, conversation=conversation, text="Cable cut in via Gobetti.")
    page = as_(cast.marco).get(f"/c/{conversation.number}/").content.decode()
    assert "My line &lt;b&gt;is&lt;/b&gt; dead." in page
    assert "Cable cut in via Gobetti." in page
    assert "Internal note" in page
