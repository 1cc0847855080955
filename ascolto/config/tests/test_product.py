"""The real product as processes: it starts, survives the death of each part, and ends without leaving anybody behind."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ascolto.testing.product import Product, wait_for

pytestmark = pytest.mark.processes

NewProduct = Callable[..., Product]
MIB = 1024 * 1024
PARTS = ("web", "intake", "bot", "background")


def fetch(address: str, **headers: str) -> tuple[int, str]:
    """Status and text of a page."""
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def test_one_command_starts_everything_and_says_where_and_how_to_begin(new_product: NewProduct) -> None:
    live_product = new_product(from_nothing=True).start()
    assert fetch(live_product.base_url + "/healthz") == (200, "ok\n")
    status, ready = fetch(live_product.base_url + "/readyz")
    assert (status, json.loads(ready)) == (200, {"database": "ok", "tables": "ok", "files": "ok"})
    assert len({live_product.part(name) for name in PARTS}) == len(PARTS)
    said = live_product.log
    assert "http://localhost:" in said
    assert "key=" in said


def test_the_link_is_not_made_once_there_is_an_administrator(new_product: NewProduct) -> None:
    product = new_product()
    product.run("migrate", "-v0")
    product.run(
        "createadmin",
        "--email",
        "anna@telvia.example",
        "--name",
        "Anna",
        "--password-stdin",
        stdin="a long pass phrase\n",
    )
    product.start()
    assert "key=" not in product.log


def test_a_script_may_set_up_an_installation_that_never_ran(new_product: NewProduct) -> None:
    product = new_product(from_nothing=True)
    who = ("--email", "anna@telvia.example")
    product.run("createadmin", *who, "--name", "Anna", "--password-stdin", stdin="a long pass phrase\n")
    assert product.run("token", "create", *who, "--scope", "admin").startswith("asc_")
    assert "/hooks/webhook/" in product.add_channel("webhook", "Shop", secret="abc")


def test_whoever_comes_first_makes_the_tables_and_the_others_wait(new_product: NewProduct) -> None:
    product = new_product(from_nothing=True)
    product.start(serves=False)
    words = ("createadmin", "--name", "Anna", "--password-stdin", "--email")
    with ThreadPoolExecutor(3) as pool:
        emails = [f"anna{number}@telvia.example" for number in range(3)]
        told = list(pool.map(lambda email: product.ask(*words, email, stdin="a long pass phrase\n"), emails))
    assert [done.returncode for done in told] == [0, 0, 0], told
    wait_for(product.is_healthy, why="the product answers too")


def test_a_database_that_is_away_is_told_in_one_line(new_product: NewProduct) -> None:
    product = new_product()
    product.environment["ASCOLTO_DATABASE_URL"] = "postgres://nobody@127.0.0.1:9/nothing"
    told = product.ask("channel", "list")
    assert told.returncode == 1
    assert "database cannot be used" in told.stderr
    assert "Traceback" not in told.stderr


def test_metrics_are_told_to_this_machine_but_not_to_strangers(live_product: Product) -> None:
    status, text = fetch(live_product.base_url + "/metrics")
    assert status == 200
    assert "ascolto_intake_waiting 0.0" in text
    assert fetch(live_product.base_url + "/metrics", **{"X-Forwarded-For": "203.0.113.9"})[0] == 403


@pytest.mark.fault
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_is_there_again(live_product: Product, part: str) -> None:
    before = {name: live_product.part(name) for name in PARTS}
    live_product.kill(before[part])
    assert live_product.part(part, other_than=before[part])
    assert wait_for(live_product.is_healthy)
    assert all(live_product.part(name) == before[name] for name in PARTS if name != part)


@pytest.mark.fault
def test_a_request_during_the_death_of_the_web_is_answered_by_the_next_one(live_product: Product) -> None:
    live_product.kill(live_product.part("web"))
    assert fetch(live_product.base_url + "/healthz")[0] == 200


@pytest.mark.fault
def test_when_the_supervisor_is_killed_nobody_stays_and_the_next_start_works(live_product: Product) -> None:
    left = [live_product.part(name) for name in PARTS]
    live_product.kill(live_product.pid)
    wait_for(
        lambda: not any(os.path.exists(f"/proc/{pid}") for pid in left), why="the parts end by themselves"
    )
    live_product.stop()
    live_product.start()
    assert fetch(live_product.base_url + "/healthz")[0] == 200


def test_it_ends_when_asked_and_says_so(live_product: Product) -> None:
    left = [live_product.pid, *live_product.parts()]
    live_product.stop()
    assert "nothing is lost" in live_product.log
    assert [pid for pid in left if os.path.exists(f"/proc/{pid}")] == []


def test_a_port_that_is_taken_is_told_in_one_line(live_product: Product, new_product: NewProduct) -> None:
    second = new_product(ASCOLTO_PORT=str(live_product.port))
    done = second.ask("up")
    assert done.returncode == 1
    assert f"Port {live_product.port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_at_rest_it_needs_little_memory(live_product: Product) -> None:
    fetch(live_product.base_url + "/sign-in/")
    assert live_product.memory() < 180 * MIB


def test_a_wrong_setting_is_told_in_one_line(new_product: NewProduct) -> None:
    done = new_product(ASCOLTO_PORT="eighty").ask("check")
    assert done.returncode == 1
    assert done.stderr.startswith("ascolto: ASCOLTO_PORT='eighty'")
    assert "Traceback" not in done.stderr


def test_two_webs_and_two_workers_serve_one_database(new_product: NewProduct) -> None:
    product = new_product()
    if "ASCOLTO_DATABASE_URL" not in product.environment:
        pytest.skip("several machines need PostgreSQL; SQLite is for one")
    url = product.environment["ASCOLTO_DATABASE_URL"]
    started = [
        Product(product.data, database_url=url, command=(name,))
        for name in ("web", "web", "worker", "worker")
    ]
    try:
        for process in started:
            process.start(serves=False)  # all at once: one of them makes the tables
        for web in started[:2]:
            wait_for(web.is_healthy, within=60)
            assert fetch(web.base_url + "/readyz")[0] == 200
        for worker in started[2:]:
            assert worker.part("intake")
            assert worker.part("background")
    finally:
        for process in started:
            process.stop()


def test_a_database_that_is_away_is_told(new_product: NewProduct) -> None:
    product = new_product(ASCOLTO_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    done = product.ask("check")
    assert done.returncode == 1
    assert "ERROR   database" in done.stdout
    with pytest.raises(RuntimeError, match="cannot be used"):
        product.start()
