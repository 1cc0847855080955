"""kill -9 again and again while people write and are answered on several networks at once: nothing is lost, nothing comes twice."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ascolto.testing.api import ApiClient
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.city import City, Network, Person
from ascolto.testing.networks.everyone import network_types
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install
from tests.journeys.test_nothing_is_lost import kill_at_random
from tests.journeys.test_there_and_back import SCOPES

pytestmark = [pytest.mark.processes, pytest.mark.fault]
KINDS = ("facebook", "instagram", "messenger", "sms", "telegram", "x")
PUBLIC = {"facebook"}  # a page without its messages: comments are all there is
PEOPLE, WORDS = 2, 3
KILLS = 5  # at least; on a fast machine the last of them meet the answers on their way
ON_ITS_WAY = "('queued', 'claimed', 'sending')"


def settle_in(city: City, product: Product, kind: str) -> tuple[Network, list[Person]]:
    network: Network = city.add(network_types()[kind]())
    people = [network.add_person(f"Giulia {kind} {number}") for number in range(PEOPLE)]
    network.hook_url = product.add_channel(kind, f"Telvia {kind}", **network.settings)
    network.mailman.duplicates = True
    return network, people


def everybody_writes(everybody: list[tuple[Network, list[Person]]]) -> list[str]:
    said = []
    for number in range(WORDS):
        for kind, (network, people) in zip(KINDS, everybody, strict=True):
            for person in people:
                said.append(f"word {number} of {person.name}")
                network.write(person, said[-1], public=kind in PUBLIC)
    return said


def incoming(product: Product) -> list[str]:
    return [
        text for (text,) in product.query("SELECT text FROM conversations_message WHERE direction = 'in'")
    ]


def ask(api: ApiClient, method: str, *arguments: Any, **headers: str) -> Any:
    """A request that is repeated until somebody is there to answer it."""

    def attempt() -> Any:
        try:
            return [getattr(api, method)(*arguments, **headers)]
        except OSError:
            return None

    return wait_for(attempt, within=60, why="the product answers")[0]


def answer_all(product: Product, api: ApiClient) -> set[str]:
    rows = ask(api, "get", "/conversations?limit=100")["data"]
    said = set()
    for row in rows:
        side = "public" if set(row["channels"]) & PUBLIC else "private"
        for number in range(WORDS):
            text = f"answer {row['id']}/{number}"
            body = {"text": text, "visibility": side}
            ask(api, "post", f"/conversations/{row['id']}/messages", body, Idempotency_Key=text)
            said.add(text)
    return said


def test_people_write_and_are_answered_on_many_networks_while_parts_are_killed(install: Install) -> None:
    with City() as city:
        product = install(ASCOLTO_ALLOW_PRIVATE_NETWORKS="1")
        everybody = [settle_in(city, product, kind) for kind in KINDS]
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        stop = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            pace = {
                "least": KILLS,
                "every": (0.5, 2.0),
            }  # a part has to be up at times, or nobody would be answered
            killed = pool.submit(kill_at_random, product, stop, random.Random(11), **pace)
            try:
                said = everybody_writes(everybody)
                wait_for(lambda: len(incoming(product)) >= len(said), within=90, why="all that was written")
                answers = answer_all(product, api)
            finally:
                stop.set()
            assert killed.result() >= KILLS
        assert Counter(incoming(product)) == Counter(said)
        left = f"SELECT count(*) FROM delivery_dispatch WHERE state IN {ON_ITS_WAY}"
        wait_for(lambda: product.query(left) == [(0,)], within=120, why="nothing is on its way any more")
        _check_answers(product, [network for network, _ in everybody], answers)


def _check_answers(product: Product, networks: list[Network], answers: set[str]) -> None:
    taken = Counter(unsigned(message.text) for network in networks for message in network.sent)
    query = "SELECT text, delivery FROM conversations_message WHERE direction = 'out'"
    rows = product.query(query)
    assert Counter(text for text, _ in rows) == Counter(answers), "answers were written twice, or lost"
    for text, state in rows:
        assert taken[text] <= 1, f"{text} came twice"
        assert taken[text] == 1 or state in {"uncertain", "failed"}, f"{text}: {state}, and nobody got it"
