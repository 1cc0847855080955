"""One flow, three channels, real processes: buttons on WhatsApp, chips in the chat and keys on the telephone lead the same way."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from ascolto.kit.ids import new_token
from ascolto.testing.dialogues import CARE
from ascolto.testing.networks.city import City
from ascolto.testing.networks.telephone import TelephoneNetwork
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install

pytestmark = pytest.mark.processes
_POST = """
import django; django.setup()
from ascolto.bot.actions.flows import create_flow, publish
from ascolto.bot.actions.posts import set_post
from ascolto.accounts.models import Team
from ascolto.channels.models import ChannelAccount
Team.objects.get_or_create(name="Care")
flow = publish(by=None, version=create_flow(by=None, text={text!r})).flow
for account in ChannelAccount.objects.all():
    set_post(by=None, account=account, flow=flow)
"""
TRAIL = ["care/welcome", "care/code", "care/mark", "care/told"]


class Chat:
    """The chat on Telvia's website, seen by a visitor's browser."""

    def __init__(self, product: Product, token: str) -> None:
        self._base = f"{product.base_url}/contact/chat/{token}"
        self._key = self._ask("session", {})["visitor"]

    def _ask(self, what: str, said: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if what != "session":
            headers["Authorization"] = f"Bearer {self._key}"
        body = None if said is None else json.dumps(said).encode()
        request = urllib.request.Request(f"{self._base}/{what}", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def write(self, text: str, payload: str = "") -> None:
        """Write, or press a choice."""
        self._ask("messages", {"id": new_token(9), "text": text, **({"payload": payload} if payload else {})})

    def messages(self) -> list[dict[str, Any]]:
        """What stands in the window."""
        found = self._ask("messages")
        return list(found["messages"] if isinstance(found, dict) else found)


def trails(product: Product) -> dict[str, tuple[list[str], dict[str, str], str]]:
    """By kind of inbox: the nodes that were passed, what was learnt, and why a person goes on."""
    rows = product.query(
        "SELECT account.kind, dialogue.state FROM bot_dialogue dialogue"
        " JOIN channels_channelaccount account ON account.id = dialogue.account_id"
    )
    told = {kind: state if isinstance(state, dict) else json.loads(state) for kind, state in rows}
    return {
        kind: (state["trail"], state.get("slots", {}), state.get("handed", ""))
        for kind, state in told.items()
    }


def until(look: Callable[[], Any], why: str) -> Any:
    return wait_for(look, within=60, why=why)


def test_the_same_flow_takes_the_same_way_by_buttons_chips_and_keys(install: Install) -> None:
    with WhatsAppNetwork() as whatsapp, City() as city:
        telephone = city.add(TelephoneNetwork())
        product = install()
        whatsapp.mailman.url = product.add_channel("whatsapp", "WhatsApp", **whatsapp.settings)
        settings = {
            **telephone.settings,
            "languages": "it",
            "company": "Telvia",
            "agents_number": "+390287654321",
        }
        telephone.hook_url = product.add_channel("telephone", "Telephone", **settings)
        telephone.connected()
        product.add_channel("chat", "Website")
        product.python(_POST.format(text=CARE))
        (token,) = next(iter(product.query("SELECT token FROM channels_channelaccount WHERE kind = 'chat'")))
        by_buttons(whatsapp)
        by_chips(Chat(product, token))
        by_keys(telephone)
        found = until(lambda: len(done := trails(product)) == 3 and done, "three dialogues")
        assert {kind: trail for kind, (trail, _, _) in found.items()} == dict.fromkeys(
            ("whatsapp", "chat", "telephone"), TRAIL
        )
        assert {slots["customer_code"] for _, slots, _ in found.values()} == {"TV123456"}
        assert {why for _, _, why in found.values()} == {"flow"}


def by_buttons(network: WhatsAppNetwork) -> None:
    """Giulia on WhatsApp: four choices and a person are a list."""
    giulia = network.add_customer("393471234567", "Giulia Conti")
    network.write(giulia, "Buongiorno")
    until(lambda: network.sent, "the menu")
    assert network.sent[0].payload["interactive"]["type"] == "list"
    network.press(giulia, network.sent[0], "welcome.fault")
    until(lambda: len(network.sent) > 1, "the question")
    network.write(giulia, "tv 123456")
    until(lambda: any("TV123456" in sent.text for sent in network.sent), "the answer")


def by_chips(chat: Chat) -> None:
    """Giulia in the chat."""
    chat.write("Buongiorno")
    menu = until(lambda: next((m for m in chat.messages() if m.get("choices")), None), "the menu")
    chosen = next(one for one in menu["choices"] if one["id"] == "welcome.fault")
    chat.write(chosen["title"], chosen["id"])
    until(lambda: any("codice cliente" in m["text"] for m in chat.messages()), "the question")
    chat.write("TV-123456")
    until(lambda: any("TV123456" in m["text"] for m in chat.messages()), "the answer")


def by_keys(network: TelephoneNetwork) -> None:
    """Giulia on the telephone: the mask knows the letters, keys give the digits."""
    call = network.call(network.add_person("Giulia Conti", number="+393481234567"))
    assert not call.error
    assert "premi zero" in call.told
    call.press("1")
    call.press("123456#")
    assert not call.error, call.error
    assert "T V 1 2 3 4 5 6" in call.told.upper().replace(",", "") or "TV" in call.told
    call.hang_up()
