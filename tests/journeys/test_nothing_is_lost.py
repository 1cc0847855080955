"""kill -9 of any process at any moment under load: no message lost, none twice, and it goes on by itself."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install

pytestmark = [pytest.mark.processes, pytest.mark.fault]
SECRET = "correct horse"
MESSAGES = 1500


def connect(product: Product) -> str:
    settings = {"app_secret": SECRET, "verify_token": "v", "access_token": "a", "phone_number_id": "1000"}
    return product.add_channel("whatsapp", "Line", **settings, api_base="http://127.0.0.1:9")


def delivery(number: int) -> bytes:
    message = {
        "from": f"39347{number % 40:07d}",
        "id": f"wamid.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "390650000001", "phone_number_id": "1000"},
        "contacts": [{"profile": {"name": "Giulia"}, "wa_id": message["from"]}],
        "messages": [{**message, "text": {"body": f"message {number}"}}],
    }
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def deliver(address: str, body: bytes, patience: float = 60.0) -> None:
    """As a network does it: again and again until somebody says 200."""
    parts = urlsplit(address)
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request("POST", parts.path, body, {"X-Hub-Signature-256": f"sha256={signature}"})
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            threading.Event().wait(0.05)
        finally:
            connection.close()
    raise TimeoutError("nobody said 200")


def kill_at_random(
    product: Product,
    stop: threading.Event,
    chance: random.Random,
    *,
    least: int = 0,
    every: tuple[float, float] = (0.05, 0.5),
) -> int:
    """Kill one part after the other until `stop`, `least` of them in any case, with so many seconds between; how many died."""
    killed = 0
    while not stop.wait(pause := chance.uniform(*every)) or killed < least:
        if stop.is_set():
            time.sleep(pause)  # what was begun goes on meanwhile
        parts = product.parts()
        if parts:
            with suppress(ProcessLookupError):  # it had ended by itself
                product.kill(chance.choice(parts))
                killed += 1
    return killed


def assert_everything_is_there_once(product: Product) -> None:
    wait_for(
        lambda: product.query("SELECT count(*) FROM conversations_message")[0][0] >= MESSAGES,
        within=60,
        why="every acknowledged delivery becomes a message",
    )
    external = [row[0] for row in product.query("SELECT external_id FROM conversations_message ORDER BY id")]
    assert sorted(external) == sorted(f"wamid.{n}" for n in range(MESSAGES))
    assert product.query("SELECT count(*) FROM intake_rawevent WHERE state <> 1") == [(0,)]
    assert product.query("SELECT count(*) FROM events_event WHERE type = 'message.received'") == [(MESSAGES,)]
    assert product.query("SELECT count(*) FROM conversations_conversation") == [(40,)]


def test_parts_are_killed_under_load_and_every_message_arrives_once(install: Install) -> None:
    product = install()
    address = connect(product)
    stop = threading.Event()
    with ThreadPoolExecutor(9) as pool:
        killer = pool.submit(kill_at_random, product, stop, random.Random(7))
        list(pool.map(lambda n: deliver(address, delivery(n)), range(MESSAGES)))
        stop.set()
        assert killer.result() >= 2
    assert_everything_is_there_once(product)


def test_everything_is_killed_at_once_and_goes_on_after_the_next_start(install: Install) -> None:
    product = install()
    address = connect(product)
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(deliver, address, delivery(n)) for n in range(MESSAGES)]
        wait_for(lambda: sum(each.done() for each in sent) > MESSAGES // 4, why="some load")
        product.kill_everything()
        product.start()
        for each in sent:
            each.result()
    assert_everything_is_there_once(product)
