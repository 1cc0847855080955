"""The understanding part of the real product: it reads what arrives, alone holds the models, survives kills, and asks nobody outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install
from tests.journeys.test_nothing_is_lost import connect, deliver, delivery

pytestmark = pytest.mark.processes


def readings(product: Product) -> int:
    return int(product.query("SELECT count(*) FROM understanding_reading")[0][0])


def test_what_arrives_is_read_by_the_part_that_alone_holds_the_models(install: Install) -> None:
    product = install(ASCOLTO_UNDERSTANDING="1")
    address = connect(product)
    for number in range(20):
        deliver(address, delivery(number))
    wait_for(lambda: readings(product) == 20, within=60, why="every message is read")
    assert product.query("SELECT count(*) FROM events_event WHERE type = 'message.understood'") == [(20,)]
    mapped = {
        name: Path(f"/proc/{product.part(name)}/maps").read_text()
        for name in ("web", "intake", "bot", "background", "understanding")
    }
    assert [name for name, maps in mapped.items() if "numpy" in maps] == ["understanding"]
    assert "sklearn" not in mapped["understanding"]


@pytest.mark.fault
def test_a_killed_part_goes_on_where_it_was(install: Install) -> None:
    product = install(ASCOLTO_UNDERSTANDING="1")
    address = connect(product)
    killed = 0
    for number in range(300):
        deliver(address, delivery(number))
        if number % 100 == 50:
            killed = product.part("understanding", other_than=killed)
            product.kill(killed)
    wait_for(lambda: readings(product) == 300, within=90, why="every message is read in the end")
    assert product.query("SELECT count(*) FROM events_event WHERE type = 'message.understood'") == [(300,)]


def test_who_switches_it_off_has_messages_without_readings(install: Install) -> None:
    product = install(ASCOLTO_UNDERSTANDING="0")
    deliver(connect(product), delivery(1))
    wait_for(lambda: product.query("SELECT count(*) FROM conversations_message") == [(1,)])
    assert readings(product) == 0
    assert len(product.parts()) == 4  # web, intake, bot, background
