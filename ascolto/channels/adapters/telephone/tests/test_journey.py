"""Giulia calls, and Marco's desk knows of it: the product's own intake and delivery, TwiML over real sockets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from django.db import connection

from ascolto.channels.actions import connect
from ascolto.channels.protocol import HookAnswer, HookRequest
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Attachment, Conversation, Message
from ascolto.customers.models import Customer, Identity
from ascolto.delivery.worker import deliver_waiting
from ascolto.intake import journal
from ascolto.intake.entries import Entry
from ascolto.intake.hooks import Door, admit
from ascolto.intake.media import fetch_waiting
from ascolto.intake.worker import process_waiting
from ascolto.kit import http
from ascolto.testing.factories import make_agent
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.city import City
from ascolto.testing.networks.telephone import TelephoneNetwork

pytestmark = pytest.mark.django_db(transaction=True)


class Edge(LocalServer):
    """Our door: deliveries are checked and answered here, and kept for the worker."""

    def __init__(self) -> None:
        super().__init__(_Knock)
        self.door: Door | None = None
        self.kept: list[Entry] = []


class _Knock(BaseHTTPRequestHandler):
    server: Edge
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def finish(self) -> None:
        super().finish()
        connection.close()  # of this thread

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert self.server.door is not None
        admitted = admit(
            self.server.door, HookRequest("POST", self.server.url + self.path, {}, headers, body)
        )
        answer = admitted
        if not isinstance(admitted, HookAnswer):
            self.server.kept += admitted.entries
            answer = admitted.answer or HookAnswer()
        assert isinstance(answer, HookAnswer)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


class Care:
    """Telvia's desk with one telephone."""

    def __init__(self, network: TelephoneNetwork, edge: Edge) -> None:
        self.network, self.edge = network, edge
        values = {
            **network.settings,
            "languages": "it, en",
            "agents_number": "+390287654321",
            "company": "Telvia",
        }
        self.inbox = connect(kind="telephone", name="Telephone", values=values)
        edge.door = Door(self.inbox.as_account(), self.inbox.adapter, True)
        network.hook_url = f"{edge.url}/hooks/telephone/t"
        self.marco = make_agent("Marco Villa")
        self.giulia = network.add_person("Giulia Conti", number="+393471234567")

    def hears(self, *, seed: int = 0) -> None:
        """The worker reads what was kept; with a seed everything twice and in disorder."""
        assert self.network.mailman.wait_until_idle()
        entries, self.edge.kept = self.edge.kept, []
        if seed:
            entries = entries * 2
            random.Random(seed).shuffle(entries)
        for entry in entries:
            journal.insert([entry])
            process_waiting()


@pytest.fixture
def care(settings) -> Iterator[Care]:
    with Edge() as edge, City() as city, http.settings(read_timeout=5.0, connect_timeout=1.0):
        settings.BASE_URL = edge.url
        yield Care(city.add(TelephoneNetwork()), edge)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_promised_call_back_is_one_message_that_waits_in_whatever_order_it_is_told(care, seed) -> None:
    care.network.agents_answer = "no-answer"
    care.network.call(care.giulia).press("1").press("1").press("1").press("1")
    care.hears(seed=seed)
    message = Message.objects.get()
    call = message.extra["call"]
    assert (message.kind, message.direction) == ("call", "in")
    assert message.text.startswith("Call: a fault, wants a call-back by")
    assert message.extra["context"] == message.text
    assert (call["outcome"], call["need"], call["status"], call["duration_s"]) == (
        "callback",
        "fault",
        "completed",
        35,
    )
    assert Conversation.objects.get().waiting_since is not None
    assert Identity.objects.get().value == "+393471234567"


@pytest.mark.parametrize("seed", [0, 5])
def test_a_call_that_a_person_took_keeps_nobody_waiting(care, seed) -> None:
    care.network.call(care.giulia).press("0")
    care.hears(seed=seed)
    assert [m.direction for m in Message.objects.order_by("direction")] == ["in", "out"]
    assert Conversation.objects.get().waiting_since is None


def test_a_voicemail_can_be_heard_and_is_answered_in_writing(care) -> None:
    care.network.call(care.giulia).stay_silent().stay_silent().record(b"ID3 buongiorno")
    care.hears()
    fetch_waiting()
    assert Attachment.objects.get().state == "ready"
    add_reply(agent=care.marco, conversation=Conversation.objects.get(), text="La richiamiamo.")
    deliver_waiting()
    assert [(sent.text, sent.person) for sent in care.network.sent] == [("La richiamiamo.", care.giulia)]
    care.hears()
    assert Message.objects.get(direction="out").delivery == "delivered"


def test_two_who_hide_their_numbers_are_two_people(care) -> None:
    care.network.agents_answer = "no-answer"
    for _ in range(2):
        care.network.call(None).hang_up()
    care.hears()
    assert Conversation.objects.count() == 2
    assert Customer.objects.count() == 2
    assert not Identity.objects.filter(namespace="phone").exists()
