"""The courier is killed in the middle of sending, again and again: every answer leaves once, or says that nobody knows."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest

from ascolto.testing.api import ApiClient
from ascolto.testing.journey import unsigned
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import wait_for
from tests.journeys.conftest import Install
from tests.journeys.test_nothing_is_lost import kill_at_random
from tests.journeys.test_there_and_back import SCOPES, connect, conversation_of

pytestmark = [pytest.mark.processes, pytest.mark.fault]
CUSTOMERS, ANSWERS = 8, 6


def test_kill_9_while_answers_leave(install: Install) -> None:
    with WhatsAppNetwork() as network:
        product = install()
        connect(product, network)
        api = ApiClient(product.base_url, product.add_token(*SCOPES))
        people = [network.add_customer(f"39347000{n:04d}", f"Giulia {n}") for n in range(CUSTOMERS)]
        for person in people:
            network.write(person, "Ciao")
        rows = [conversation_of(api, person.name) for person in people]
        for row in rows:
            for number in range(ANSWERS):
                body = {"text": f"{row['id']}/{number}", "visibility": "private"}
                api.post(f"/conversations/{row['id']}/messages", body)
        stop = threading.Event()
        killer = threading.Thread(target=kill_at_random, args=(product, stop, random.Random(3)))
        killer.start()
        wait_for(lambda: len(network.sent) >= CUSTOMERS * ANSWERS // 2, within=90, why="some answers")
        stop.set()
        killer.join()
        open_states = "('queued', 'claimed', 'sending')"
        wait_for(
            lambda: (
                product.query(f"SELECT count(*) FROM delivery_dispatch WHERE state IN {open_states}")
                == [(0,)]
            ),
            within=120,
            why="nothing is on its way any more",
        )
        times = Counter(unsigned(message.text) for message in network.sent)
        assert not [text for text, count in times.items() if count > 1]
        states = dict(
            product.query("SELECT text, delivery FROM conversations_message WHERE direction = 'out'")
        )
        unsent = {text for text in states if text not in times}
        assert all(states[text] == "uncertain" for text in unsent), {t: states[t] for t in unsent}
