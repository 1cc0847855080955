"""A message travels from a network to the desk and the answer back, through the real processes."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from ascolto.testing.api import ApiClient
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.whatsapp import Chaos, WhatsAppNetwork
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install

pytestmark = pytest.mark.processes
SCOPES = ("conversations:read", "conversations:write", "messages:write", "customers:read")


def connect(product: Product, network: WhatsAppNetwork, name: str = "Telvia WhatsApp") -> None:
    network.mailman.url = product.add_channel("whatsapp", name, **network.settings)


def conversation_of(api: ApiClient, customer: str) -> dict[str, Any]:
    def look() -> Any:
        rows = api.get("/conversations")["data"]
        return next((row for row in rows if row["customer"]["name"] == customer), None)

    found: dict[str, Any] = wait_for(look, why=f"{customer}'s conversation")
    return found


def messages_of(api: ApiClient, conversation: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/conversations/{conversation['id']}/messages")["data"]
    return found


def delivery_of(api: ApiClient, conversation: dict[str, Any], text: str) -> str:
    states = [m["delivery"] for m in messages_of(api, conversation) if m["text"] == text]
    state = states[0] if states else ""
    return state["state"] if isinstance(state, dict) else state


def test_giulia_writes_marco_answers_and_giulia_reads_it(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        assert network.shake_hands()
        giulia = network.add_customer("393471234567", "Giulia Conti")
        network.write(giulia, "Il router lampeggia rosso")
        conversation = conversation_of(api, "Giulia Conti")
        assert (conversation["status"], conversation["channels"]) == ("open", ["whatsapp"])
        body = {"text": "Buongiorno Giulia, controlliamo subito.", "visibility": "private"}
        first = api.post(f"/conversations/{conversation['id']}/messages", body, Idempotency_Key="k1")
        again = api.post(f"/conversations/{conversation['id']}/messages", body, Idempotency_Key="k1")
        assert first["id"] == again["id"]
        wait_for(lambda: network.sent, why="the answer reaches the network")
        wait_for(
            lambda: delivery_of(api, conversation, body["text"]) == "read", why="Giulia reads the answer"
        )
        assert [unsigned(message.text) for message in network.sent] == [body["text"]]
        assert [m["direction"] for m in messages_of(api, conversation)] == ["in", "out"]


def test_a_network_in_trouble_delays_only_its_own_customers(install: Install) -> None:
    with WhatsAppNetwork() as slow, WhatsAppNetwork(phone_number_id="2000") as quick:
        product = install()
        connect(product, slow, "Slow")
        connect(product, quick, "Quick")
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        slow.write(slow.add_customer("393470000001", "Giulia Conti"), "Ciao")
        quick.write(quick.add_customer("393470000002", "Paolo Ricci"), "Ciao")
        giulia, paolo = conversation_of(api, "Giulia Conti"), conversation_of(api, "Paolo Ricci")
        slow.suffer(Chaos.HANG)
        api.post(f"/conversations/{giulia['id']}/messages", {"text": "A Giulia", "visibility": "private"})
        api.post(f"/conversations/{paolo['id']}/messages", {"text": "A Paolo", "visibility": "private"})
        wait_for(lambda: quick.sent, within=10, why="Paolo's answer does not wait for Giulia's network")
        slow.stopping.set()  # whoever hangs is let go: the connection breaks and nobody knows what became of it
        wait_for(lambda: delivery_of(api, giulia, "A Giulia") in {"uncertain", "sent", "read"}, within=90)
        assert len(slow.sent) <= 1


def test_a_network_that_wants_a_pause_gets_it_and_then_every_answer_once(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        giulia = network.add_customer("393471234567", "Giulia Conti")
        network.write(giulia, "Ciao")
        conversation = conversation_of(api, "Giulia Conti")
        network.suffer(Chaos.LIMIT, times=2)
        network.suffer(Chaos.FAIL)
        for number in range(5):
            body = {"text": f"answer {number}", "visibility": "private"}
            api.post(f"/conversations/{conversation['id']}/messages", body)
        wait_for(lambda: len(network.sent) == 5, within=90, why="every answer")
        assert [unsigned(message.text) for message in network.sent] == [
            f"answer {number}" for number in range(5)
        ]


def test_an_open_screen_hears_of_each_message_once_even_after_a_break(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        product.add_token("admin")
        cookie = product.session_cookie("marco@telvia.example")
        giulia = network.add_customer("393471234567", "Giulia Conti")
        heard: list[int] = []
        last = listen(
            product,
            cookie,
            heard,
            lambda: len(heard) >= 3,
            lambda: [network.write(giulia, f"a{n}") for n in range(3)],
        )
        for number in range(4):
            network.write(giulia, f"missed {number}")
        wait_for(lambda: product.query("SELECT count(*) FROM conversations_message") == [(7,)])
        listen(
            product,
            cookie,
            heard,
            lambda: len(heard) >= 9,
            lambda: [network.write(giulia, f"b{n}") for n in range(2)],
            last,
        )
        assert len(heard) == len(set(heard)) == 9
        assert heard == sorted(heard)


def listen(product: Product, cookie: str, heard: list[int], enough: Any, then: Any, last: str = "") -> str:
    """Read the live stream until there is enough; the place in the log where it broke off."""
    parts = urlsplit(product.base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request(
        "GET", "/live/desk", headers={"Cookie": cookie, **({"Last-Event-ID": last} if last else {})}
    )
    stream = connection.getresponse()
    assert stream.status == 200
    is_open = threading.Event()
    place = last

    def read() -> None:
        nonlocal place
        while not enough():
            line = stream.readline().decode().strip()
            if line.startswith("id: "):
                place = line[4:]
            elif line.startswith("event: hello"):
                is_open.set()
            elif line.startswith("data: ") and '"message.received"' in line:
                heard.append(json.loads(line[6:])["message"])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert is_open.wait(10)
    then()
    reader.join(30)
    connection.close()
    return place
