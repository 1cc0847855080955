"""The house is killed while planned answers leave and held ones are taken back: each leaves once, or not at all."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ascolto.testing.api import ApiClient
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install
from tests.journeys.test_there_and_back import SCOPES, connect, conversation_of

pytestmark = [pytest.mark.processes, pytest.mark.fault]
CUSTOMERS, ANSWERS, KILLS = 6, 5, 10


def _conversations(product: Product, network: WhatsAppNetwork, api: ApiClient) -> list[dict[str, Any]]:
    people = [network.add_customer(f"39347000{n:04d}", f"Giulia {n}") for n in range(CUSTOMERS)]
    for person in people:
        network.write(person, "Ciao")
    return [conversation_of(api, person.name) for person in people]


def kill_now_and_then(product: Product, chance: random.Random) -> None:
    """One part after the other, while answers leave: slower than a part starts on a busy machine, or nothing would ever leave."""
    pause = threading.Event()
    for _ in range(KILLS):
        pause.wait(chance.uniform(0.5, 2.5))
        if parts := product.parts():
            with suppress(ProcessLookupError):  # it had ended by itself
                product.kill(chance.choice(parts))


def test_kill_9_while_planned_answers_leave(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        rows = _conversations(product, network, api)
        begin = datetime.now(tz=UTC) + timedelta(seconds=5)
        for row in rows:
            for number in range(ANSWERS):
                body = {
                    "text": f"{row['id']}/{number}",
                    "leave_at": (begin + timedelta(seconds=3 * number)).isoformat(),
                }
                api.post(f"/conversations/{row['id']}/planned-replies", body)
        kill_now_and_then(product, random.Random(5))
        wait_for(
            lambda: (
                product.query("SELECT count(*) FROM composing_plannedreply WHERE state = 'planned'") == [(0,)]
                and product.query(
                    "SELECT count(*) FROM delivery_dispatch WHERE state IN ('queued', 'claimed', 'sending')"
                )
                == [(0,)]
            ),
            within=120,
            why="nothing is planned or on its way any more",
        )
        assert product.query("SELECT DISTINCT state FROM composing_plannedreply") == [("sent",)]
        written = Counter(
            text
            for (text,) in product.query("SELECT text FROM conversations_message WHERE direction = 'out'")
        )
        wanted = {f"{row['id']}/{number}" for row in rows for number in range(ANSWERS)}
        assert written == Counter(wanted)  # every plan became one message, never two
        times = Counter(unsigned(message.text) for message in network.sent)
        assert not [text for text, count in times.items() if count > 1]
        states = dict(
            product.query("SELECT text, delivery FROM conversations_message WHERE direction = 'out'")
        )
        assert all(states[text] == "uncertain" for text in wanted - times.keys())


def test_what_is_taken_back_never_leaves_whoever_dies(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        rows = _conversations(product, network, api)
        kept, gone = set(), set()
        for row in rows:
            base = f"/conversations/{row['id']}/messages"
            for number in range(ANSWERS):
                text = f"{row['id']}/{number}"
                made = api.post(base, {"text": text, "hold_seconds": 3})
                if number % 2:
                    api.post(f"{base}/{made['id']}/withdraw", {})
                    gone.add(text)
                else:
                    kept.add(text)
        product.kill(product.part("background"))
        wait_for(lambda: len(network.sent) >= len(kept), within=90, why="what was not taken back")
        assert {unsigned(message.text) for message in network.sent} == kept
        assert product.query("SELECT count(*) FROM delivery_dispatch WHERE state = 'queued'") == [(0,)]
