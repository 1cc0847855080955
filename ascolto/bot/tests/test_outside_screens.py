"""The settings of systems that flows ask, and of external bots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascolto.accounts.models import Agent, Role
from ascolto.bot.models import BotAction, ExternalBot
from ascolto.channels import addresses
from ascolto.events.models import Event
from ascolto.kit import http
from ascolto.kit.ids import digest
from ascolto.testing.factories import Cast, make_agent, make_cast, make_inbox
from ascolto.testing.systems import CompanySystem

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def sara(cast: Cast) -> Agent:
    """She manages everything."""
    return make_agent("Sara Galli", Role.ADMINISTRATOR)


@pytest.fixture
def desk(sara: Agent) -> Client:
    client = Client()
    client.force_login(sara)
    return client


@pytest.fixture
def system(settings: Any) -> Iterator[CompanySystem]:
    settings.ALLOW_PRIVATE_NETWORKS = True
    with CompanySystem() as running, http.settings(allow_private=True):
        yield running


def page(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_a_system_is_written_down_tried_changed_and_switched_off(desk: Client, system: CompanySystem) -> None:
    assert "Flows ask no system yet." in page(desk.get("/settings/bot/systems/"))
    form = {
        "name": "line_test",
        "url": f"{system.url}/x?key=tok-1",
        "sends": "customer_code, phone",
        "about": "Line",
    }
    shown = page(desk.post("/settings/bot/systems/", form))
    action = BotAction.objects.get()
    assert action.sends == ["customer_code", "phone"]
    system.secrets = (shown.partition("whsec_")[1] + shown.partition("whsec_")[2].partition('"')[0],)
    where = f"/settings/bot/systems/{action.pk}/"
    assert "whsec_" not in page(desk.get(where))
    system.says = {"line": "faulty <b>"}
    tried = page(desk.post(where + "try/"))
    assert "It answered in" in tried
    assert "faulty &lt;b&gt;" in tried
    assert system.heard[0].values == {"customer_code": "test", "phone": "test"}
    assert desk.post(where, {"url": action.url, "sends": "", "about": "Line"}).status_code == 302
    assert desk.post(where + "switch/", {"on": "0"}).status_code == 302
    action.refresh_from_db()
    assert (action.sends, action.is_enabled) == ([], False)
    assert "whsec_" in page(desk.post(where + "secret/"))
    assert "tok-1" not in page(desk.get("/settings/bot/systems/"))
    kinds = list(Event.objects.filter(type__startswith="bot_action").values_list("type", flat=True))
    assert kinds == ["bot_action.created"] + ["bot_action.changed"] * 3


def test_what_is_wrong_is_said_at_the_field(desk: Client, system: CompanySystem) -> None:
    shown = page(desk.post("/settings/bot/systems/", {"name": "ä b", "url": "https://example.org/"}))
    assert "A name has letters" in shown
    shown = page(desk.post("/settings/bot/systems/", {"name": "x", "url": "gopher://x"}))
    assert "This is not a web address" in shown


def test_an_address_inside_is_refused(desk: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.ALLOW_PRIVATE_NETWORKS = False
    assert addresses.system_resolve("127.0.0.1") == ["127.0.0.1"]
    shown = page(desk.post("/settings/bot/systems/", {"name": "x", "url": "http://127.0.0.1:9/"}))
    assert "inside a private network" in shown
    assert not BotAction.objects.exists()


def test_an_external_bot_is_given_an_inbox_new_keys_and_switched_off(
    desk: Client, cast: Cast, system: CompanySystem
) -> None:
    assert "No external bot answers yet." in page(desk.get("/settings/bot/external/"))
    form = {"account": cast.inbox.pk, "name": "Linea", "url": f"{system.url}/hook", "seconds": "20"}
    shown = page(desk.post("/settings/bot/external/", form))
    bot = ExternalBot.objects.get()
    token = "ascbot_" + shown.partition("ascbot_")[2].partition('"')[0]
    assert digest(token) == bot.token
    where = f"/settings/bot/external/{bot.pk}/"
    assert "ascbot_" not in page(desk.get(where))
    assert "ascbot_" in page(desk.post(where + "keys/", {"what": "token"}))
    assert "whsec_" in page(desk.post(where + "keys/", {"what": "secret"}))
    changed = {"name": "Linea 2", "url": bot.url, "seconds": "40"}
    assert desk.post(where, changed).status_code == 302
    assert desk.post(where + "switch/", {"on": "0"}).status_code == 302
    bot.refresh_from_db()
    assert (bot.name, bot.seconds, bot.is_enabled) == ("Linea 2", 40, False)
    assert "Linea 2" in page(desk.get("/settings/bot/external/"))
    assert "Seconds" in page(desk.post(where, {"name": "x", "url": bot.url, "seconds": "9999"}))


def test_only_who_manages_the_bot_comes_in(cast: Cast, desk: Client) -> None:
    for person in (cast.marco, cast.viktor):
        client = Client()
        client.force_login(person)
        for path in ("/settings/bot/systems/", "/settings/bot/external/", "/settings/bot/systems/1/try/"):
            assert client.get(path).status_code in {403, 404, 405}
            assert client.post(path).status_code in {403, 404}


def test_lists_take_a_constant_number_of_queries(desk: Client) -> None:
    counts = []
    for _ in range(3):
        for number in range(3):
            BotAction.objects.create(name=f"a{len(counts)}-{number}", url="https://example.org")
            inbox = make_inbox("email", name=f"Mail {len(counts)} {number}")
            ExternalBot.objects.create(account=inbox, name="Bot", url="https://example.org")
        asked = 0
        for path in ("/settings/bot/systems/", "/settings/bot/external/"):
            with CaptureQueriesContext(connection) as queries:
                page(desk.get(path))
            asked += len(queries)
        counts.append(asked)
    assert counts[1] == counts[2]
