"""Two webs and two workers on one PostgreSQL database: they share the work, and one of them may die in the middle of it."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ascolto.kit import http
from ascolto.testing.api import ApiClient
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.whatsapp import WhatsAppCustomer, WhatsAppNetwork
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install
from tests.journeys.test_there_and_back import SCOPES, connect, conversation_of, delivery_of, listen

pytestmark = [
    pytest.mark.processes,
    pytest.mark.fault,
    pytest.mark.skipif(
        not os.environ.get("ASCOLTO_DATABASE_URL", "").startswith("postgres"),
        reason="several processes of a kind need PostgreSQL; SQLite is for one machine",
    ),
]
CUSTOMERS, MESSAGES, ANSWERS = 6, 240, 5


class House:
    """Two webs and two workers of one installation."""

    def __init__(self, install: Install) -> None:
        self.web = install(command=("web",))
        self.other_web = install(beside=self.web, command=("web",))
        self.workers = [install(beside=self.web, command=("worker",), serves=False) for _ in range(2)]
        for worker in self.workers:
            wait_for(lambda worker=worker: len(worker.parts()) == 3, why="the parts of a worker run")
        token = self.web.add_token(*SCOPES)
        self.apis = [ApiClient(web.base_url, token) for web in (self.web, self.other_web)]

    def hooks(self, address: str) -> list[str]:
        """A hook address at each of the webs, as a balancer would choose between them."""
        path = address.removeprefix(self.web.base_url)
        return [self.web.base_url + path, self.other_web.base_url + path]


@pytest.fixture
def house(install: Install) -> House:
    return House(install)


def wait_until_settled(product: Product) -> None:
    """Nothing is on its way out any more."""
    question = "SELECT count(*) FROM delivery_dispatch WHERE state IN ('queued', 'claimed', 'sending')"
    wait_for(lambda: product.query(question) == [(0,)], within=150, why="every answer has an outcome")


def write_through_both(house: House, network: WhatsAppNetwork, people: list[WhatsAppCustomer]) -> None:
    """Customers write; every delivery comes three times: to one web, to the other, and to the first again."""
    addresses = house.hooks(network.mailman.url)
    for number, person in zip(range(MESSAGES), itertools.cycle(people), strict=False):
        network.write(person, f"message {number}")

    def deliver(numbered: tuple[int, tuple[bytes, Any]]) -> None:
        number, (body, headers) = numbered
        first, second = addresses if number % 2 else reversed(addresses)
        for address in (first, second, first):
            assert post(address, body, headers) == 200

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver, enumerate(network.mailman.take())))


def post(address: str, body: bytes, headers: Any) -> int:
    """One delivery; what the web answered."""
    answer = http.request("POST", address, content=body, headers=dict(headers), trusted_origins=[address])
    return answer.status


def test_what_comes_to_one_web_is_heard_at_the_other_and_answered_from_either(house: House) -> None:
    with WhatsAppNetwork() as network:
        connect(house.web, network)
        cookie = house.web.session_cookie("marco@telvia.example")
        giulia = network.add_customer("393471234567", "Giulia Conti")
        heard: list[int] = []
        for number in range(3):
            network.write(giulia, f"message {number}")
        conversation_of(house.apis[0], "Giulia Conti")
        wait_for(lambda: house.web.query("SELECT count(*) FROM conversations_message") == [(3,)])
        listen(
            house.other_web,
            cookie,
            heard,
            lambda: len(heard) >= 4,
            lambda: [network.write(giulia, f"more {number}") for number in range(4)],
        )
        assert len(set(heard)) == len(heard) == 4
        conversation = conversation_of(house.apis[1], "Giulia Conti")
        for api, text in zip(house.apis, ("from here", "from there"), strict=True):
            api.post(f"/conversations/{conversation['id']}/messages", {"text": text, "visibility": "private"})
        for api, text in zip(reversed(house.apis), ("from here", "from there"), strict=True):
            wait_for(
                lambda api=api, text=text: delivery_of(api, conversation, text) == "read",
                why=f"the other web sees that {text!r} was read",
            )
        assert [unsigned(message.text) for message in network.sent] == ["from here", "from there"]


def test_the_same_request_at_both_webs_is_one_answer(house: House) -> None:
    with WhatsAppNetwork() as network:
        connect(house.web, network)
        network.write(network.add_customer("393471234567", "Giulia Conti"), "Ciao")
        conversation = conversation_of(house.apis[0], "Giulia Conti")
        body = {"text": "Once", "visibility": "private"}
        address = f"/conversations/{conversation['id']}/messages"
        ids = {api.post(address, body, Idempotency_Key="k")["id"] for api in house.apis * 2}
        assert len(ids) == 1
        wait_until_settled(house.web)
        assert [unsigned(message.text) for message in network.sent] == ["Once"]


def test_a_worker_is_killed_and_the_other_one_finishes_everything_once(house: House) -> None:
    with WhatsAppNetwork() as network:
        connect(house.web, network)
        people = [network.add_customer(f"39347000{n:04d}", f"Giulia {n}") for n in range(CUSTOMERS)]
        for person in people:
            network.write(person, "Ciao")
        rows = [conversation_of(house.apis[0], person.name) for person in people]
        network.mailman.stop()  # from here on the deliveries are handed out by the test
        with ThreadPoolExecutor(2) as pool:
            others = [pool.submit(answer_all, house, rows), pool.submit(kill_in_the_middle, house)]
            write_through_both(house, network, people)
            for other in others:
                other.result()
        network.mailman.start()  # the receipts
        wait_until_settled(house.web)
        assert_once(house.web, network)


def kill_in_the_middle(house: House) -> None:
    """A worker with all its parts dies as soon as a quarter of the messages is there."""
    question = "SELECT count(*) FROM conversations_message WHERE direction = 'in'"
    wait_for(lambda: house.web.query(question)[0][0] >= CUSTOMERS + MESSAGES // 4, why="some load")
    house.workers[0].kill_everything()


def answer_all(house: House, rows: list[dict[str, Any]]) -> None:
    """Marco answers every customer several times, now at one web and now at the other."""
    for number in range(ANSWERS):
        for row in rows:
            body = {"text": f"{row['id']}/{number}", "visibility": "private"}
            house.apis[number % 2].post(f"/conversations/{row['id']}/messages", body)


def assert_once(product: Product, network: WhatsAppNetwork) -> None:
    """Every message is there once; every answer left once, or is marked as one of which nobody knows."""
    total = CUSTOMERS + MESSAGES
    coming = "SELECT count(*), count(DISTINCT external_id) FROM conversations_message WHERE direction = 'in'"
    wait_for(lambda: product.query(coming) == [(total, total)], within=60, why="every message once")
    assert product.query("SELECT count(*) FROM intake_rawevent WHERE state = 2") == [(0,)]
    assert product.query("SELECT count(*) FROM events_event WHERE type = 'message.received'") == [(total,)]
    assert product.query("SELECT count(*) FROM conversations_conversation") == [(CUSTOMERS,)]
    times = Counter(unsigned(message.text) for message in network.sent)
    assert not [text for text, count in times.items() if count > 1]
    states = dict(product.query("SELECT text, delivery FROM conversations_message WHERE direction = 'out'"))
    assert len(states) == CUSTOMERS * ANSWERS
    unsent = {text: state for text, state in states.items() if text not in times}
    assert set(unsent.values()) <= {"uncertain"}, unsent
