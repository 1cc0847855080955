"""The palette finds what the reader may see and do, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ascolto.accounts.models import Role
from ascolto.conversations.models import Conversation
from ascolto.events.consumers import feed_all
from ascolto.testing.factories import Cast, make_agent, make_cast
from ascolto.ui.commands import Command, add_command, commands

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def written(cast: Cast) -> Conversation:
    conversation = cast.writes("My line has been dead since Tuesday.")
    feed_all()
    return conversation


def found(client: Client, text: str = "", **asked: str) -> str:
    answer = client.get("/palette/", {"q": text, **asked}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_words_it_offers_commands_and_places(cast: Cast, client: Client) -> None:
    client.force_login(cast.marco)
    assert "Resolve" not in found(client)
    page = found(client, open="1")
    assert "Resolve" in page
    assert "To answer" in page


def test_words_begin_words_in_any_order(cast: Cast, client: Client) -> None:
    client.force_login(cast.marco)
    page = found(client, "next res", open="1")
    assert "Resolve and open the next" in page
    assert "Snooze" not in page


def test_marco_finds_giulia_and_viktor_does_not(cast: Cast, written: Conversation, client: Client) -> None:
    client.force_login(cast.marco)
    assert f"/c/{written.number}/" in found(client, "giulia")
    assert f"/c/{written.number}/" in found(client, written.number)
    client.force_login(cast.viktor)
    for words in ("giulia", written.number, "line dead"):
        assert written.number not in found(client, words).replace(f'value="{words}"', "")
        assert "Giulia" not in found(client, words)


def test_a_guest_finds_neither_colleagues_nor_settings_of_others(cast: Cast, client: Client) -> None:
    client.force_login(make_agent("Gina Ospite", Role.GUEST))
    assert "Marco" not in found(client, "marco")
    assert "/settings/people/" not in found(client, "peo")


def test_an_administrator_finds_a_settings_screen(cast: Cast, client: Client) -> None:
    client.force_login(make_agent("Ada Corti", Role.ADMINISTRATOR))
    assert "/settings/people/" in found(client, "peo")


@pytest.mark.parametrize(
    "hostile",
    [
        "\x00",
        '"' * 500,
        "\u202e" + "a" * 5000,
        "e\u0301" * 900,
        "😀" * 10_000,
        "from:",
        "-",
        "%_\\",
        "<script>alert(1)</script>",
    ],
)
def test_hostile_words_find_nothing_and_hurt_nobody(
    cast: Cast, written: Conversation, client: Client, hostile: str
) -> None:
    client.force_login(cast.marco)
    assert "<script>" not in found(client, hostile)


def test_it_costs_the_same_queries_however_much_is_found(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        cast.writes(f"Dead line {number}", at=None)
    feed_all()
    client.force_login(cast.marco)
    found(client, "dead")
    with django_assert_max_num_queries(40):
        found(client, "dead")


def test_a_key_belongs_to_one_command() -> None:
    with pytest.raises(ValueError, match="taken"):
        add_command(Command("Something else", "r"))
    keys = [command.key for command in commands() if command.key]
    assert len(keys) == len(set(keys))
