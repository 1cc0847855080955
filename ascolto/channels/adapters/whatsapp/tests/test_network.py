"""The stand-in delivers its hooks to a door of ours over real sockets, as WhatsApp does."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

import pytest

from ascolto.channels.adapters.whatsapp.adapter import adapter
from ascolto.channels.protocol import (
    Handle,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    Refused,
    SendRefused,
)
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.whatsapp import WhatsAppNetwork


class Door(LocalServer):
    """A hook address with the adapter behind it. `busy`: how many deliveries it cannot take at first."""

    def __init__(self) -> None:
        super().__init__(_Knock)
        self.busy = 0
        self.events: list[Inbound] = []
        self.refusals: list[int] = []


class _Knock(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        try:
            answer = adapter.handshake(ACCOUNT, hook(b"", method="GET", query=query))
            self._say(answer.status, answer.body)
        except Refused as refusal:
            self._say(refusal.status)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.busy:
            self.server.busy -= 1
            return self._say(503)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            adapter.verify(ACCOUNT, hook(body, headers))
        except Refused as refusal:
            self.server.refusals.append(refusal.status)
            return self._say(refusal.status)
        delivery = RawDelivery(body=body, headers={}, received_at=now())
        self.server.events += adapter.parse(ACCOUNT, delivery)
        return self._say(200)

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


SETTINGS = {"app_secret": "of-telvia", "verify_token": "telvia-verifies", "access_token": "EAAtelvia"}
ACCOUNT = account_for(adapter, {**SETTINGS, "phone_number_id": "106540352242922"})


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as running:
        yield running


@pytest.fixture
def network(door: Door) -> Iterator[WhatsAppNetwork]:
    with WhatsAppNetwork(hook_url=f"{door.url}/hooks/whatsapp/t", **SETTINGS) as running:
        yield running


def test_the_dashboard_shakes_hands_with_who_knows_the_word(network) -> None:
    assert network.shake_hands()
    network.verify_token = "guess"
    assert not network.shake_hands()


def test_a_number_is_told_where_to_call(network, door) -> None:
    account = account_for(adapter, {**network.settings, "verify_token": "telvia-verifies"})
    network.mailman.url = ""
    told = adapter.subscribe(account, f"{door.url}/hooks/whatsapp/t")
    assert told == "WhatsApp calls this address now for this number."
    network.write(network.add_customer("393471234567", "Giulia"), "Ci siete?")
    assert network.mailman.wait_until_idle()
    assert len(door.events) == 1
    with pytest.raises(SendRefused) as refusal:
        adapter.subscribe(account, f"{door.url[:-1]}/nowhere")
    assert "verification failed" in refusal.value.failure.reason


def test_giulia_writes_marco_answers_and_the_receipts_come(network, door) -> None:
    giulia = network.add_customer("+393471234567", "Giulia Conti")
    network.write(giulia, "La fibra non va")
    outgoing = Outgoing(tracker="1.x", recipient=(Handle("phone", "+393471234567"),), text="Arriviamo")
    sent = adapter.send(account_for(adapter, network.settings), outgoing)
    assert network.mailman.wait_until_idle()
    said, *receipts = door.events
    assert isinstance(said, Message)
    assert said.text == "La fibra non va"
    assert [receipt.status.value for receipt in receipts if isinstance(receipt, Receipt)] == [
        "sent",
        "delivered",
        "read",
    ]
    assert {receipt.external_id for receipt in receipts if isinstance(receipt, Receipt)} == set(
        sent.external_ids
    )


def test_a_delivery_is_repeated_until_it_is_taken_and_then_no_more(network, door) -> None:
    door.busy = 2
    network.write(network.add_customer("393471234567", "Giulia"), "Ci siete?")
    assert network.mailman.wait_until_idle()
    assert len(door.events) == 1
    assert len(network.mailman.delivered) == 1


def test_duplicates_bring_the_same_message_twice(network, door) -> None:
    network.mailman.duplicates = True
    message_id = network.write(network.add_customer("393471234567", "Giulia"), "Due volte")
    assert network.mailman.wait_until_idle()
    assert [event.external_id for event in door.events if isinstance(event, Message)] == [message_id] * 2


def test_a_stranger_who_signs_with_another_secret_stays_outside(network, door) -> None:
    network.app_secret = "of-somebody-else"
    network.write(network.add_customer("393471234567", "Giulia"), "Fatemi entrare")
    assert not network.mailman.wait_until_idle(0.3)
    assert door.events == []
    assert set(door.refusals) == {403}


def test_everything_a_customer_can_do_is_understood(network, door) -> None:
    giulia = network.add_customer("393471234567", "Giulia", "IT.1")
    first = network.write(giulia, "La fibra non va")
    network.edit(giulia, first, "La fibra non va da ieri")
    network.react(giulia, first, "🙏")
    network.react(giulia, first)
    network.send_file(giulia, "image", b"\x89PNG", "image/png", caption="Ecco")
    network.revoke(giulia, first)
    network.change_number(giulia, "393499999999", "IT.2")
    network.prefer_no_marketing(giulia)
    assert network.mailman.wait_until_idle()
    assert [type(event).__name__ for event in door.events] == [
        *("Message", "Edited", "Reacted", "Reacted", "Message", "Removed"),
        *("HandleChanged", "HandleChanged", "ConsentChanged"),
    ]
