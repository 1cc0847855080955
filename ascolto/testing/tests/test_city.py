"""The city serves strangers too: other processes and people with a browser write as customers, read answers, and let networks fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.protocol import read_config
from ascolto.channels.registry import all_adapters
from ascolto.kit import http
from ascolto.testing.networks.__main__ import introduce, make_city
from ascolto.testing.networks.city import City
from ascolto.testing.networks.everyone import network_types

WITHOUT_A_NETWORK = {
    "chat",
    "email",
    "form",
    "webhook",
}  # our own doors, and mail, which has servers of its own


@pytest.fixture
def city() -> Iterator[City]:
    with make_city(["telegram", "mastodon"]) as city:
        yield city


def ask(city: City, path: str, said: dict[str, Any] | None = None) -> http.Answer:
    method = "GET" if said is None else "POST"
    return http.request(method, f"{city.url}/city/{path}", json=said, trusted_origins=[city.url])


def test_every_channel_with_a_network_has_a_stand_in_whose_settings_fit() -> None:
    assert set(network_types()) == set(all_adapters()) - WITHOUT_A_NETWORK
    with make_city([]) as city:
        for kind, network in city.networks.items():
            read_config(all_adapters()[kind].Config, network.settings)


def test_another_process_writes_as_a_customer_and_reads_the_answers(city: City) -> None:
    said = {"person": "Giulia Conti", "text": "Buongiorno", "public": False}
    assert json.loads(ask(city, "telegram/write", said).body)["id"]
    telegram = city.networks["telegram"]
    assert [person.name for person in telegram.people] == ["Giulia Conti"]
    assert b"Buongiorno" in telegram.mailman.take()[0][0]
    known = json.loads(ask(city, "networks").body)["telegram"]
    assert known["people"][0]["name"] == "Giulia Conti"
    assert json.loads(ask(city, "telegram/sent").body) == []


def test_networks_fail_on_command(city: City) -> None:
    assert ask(city, "mastodon/suffer", {"chaos": "fail", "times": 1}).is_success
    url = f"{city.url}/mastodon/api/v2/instance"
    assert http.request("GET", url, trusted_origins=[url]).status >= 500
    assert http.request("GET", url, trusted_origins=[url]).status == 200


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("telegram/write", {}),
        ("telegram/write", {"person": "Giulia"}),
        ("telegram/suffer", {"chaos": "earthquake"}),
        ("telegram/suffer", {"chaos": "fail", "times": "many"}),
        ("telegram/dance", {}),
        ("atlantis/write", {"person": "Giulia", "text": "Hello"}),
    ],
)
def test_nonsense_is_answered_with_a_reason(city: City, path: str, said: dict[str, Any]) -> None:
    answer = ask(city, path, said)
    assert 400 <= answer.status < 500
    assert (answer.json_object() or {})["error"]


def test_the_page_shows_what_people_wrote_as_text_only(city: City) -> None:
    ask(city, "telegram/people", {"name": "<script>alert(1)</script>"})
    page = ask(city, "").text
    assert "<h1>The city</h1>" in page
    assert "<script>" not in page


def test_whoever_starts_it_is_told_how_to_connect(city: City) -> None:
    lines: list[str] = []
    introduce(city, lines.append)
    told = "\n".join(lines)
    assert "ascolto channel add telegram" in told
    assert f"{city.url}/city/" in told
