"""The real product and a strict stand-in for a model: off by default, masked, killed in the middle, never asked twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.testing.api import ApiClient, ApiRefused
from ascolto.testing.language_model import KEY, MODEL, LanguageModel
from ascolto.testing.product import Product, wait_for
from tests.journeys.conftest import Install

SCOPES = ("conversations:read", "conversations:write", "messages:write", "generation:write")
SETUP = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.generation.actions.configure import choose, describe, switch
from ascolto.generation.models import ASKED_FOR
by = Agent.objects.first()
describe(by=by, values={"base_url": %r, "model": %r, "is_own_network": True, "time_limit": %d}, api_key=%r)
choose(by=by, purposes=ASKED_FOR, switches=[(a.pk, p) for a in ChannelAccount.objects.all() for p in ASKED_FOR])
switch(by=by, on=True)
"""
WRITES = """
import django; django.setup()
from ascolto.channels.models import ChannelAccount
from ascolto.testing.factories import make_customer, make_inbox, receive
inbox = ChannelAccount.objects.first() or make_inbox()
said = receive(inbox, %r, customer=make_customer())
print(said.conversation_id)
"""


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    with LanguageModel() as running:
        yield running
        running.gate.set()


class Desk:
    """Marco's program, and Giulia who writes."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.api = ApiClient(product.base_url, product.add_token(*SCOPES))

    def giulia_writes(self, text: str) -> int:
        return int(self.product.python(WRITES % text).split()[-1])

    def switch_on(self, model: LanguageModel, seconds: int = 3) -> None:
        self.product.python(SETUP % (model.url, MODEL, seconds, KEY))

    def asks(self, conversation: int, purpose: str = "summary") -> int:
        return int(self.api.post(f"/conversations/{conversation}/suggestions", {"purpose": purpose})["id"])

    def gets(self, generated: int) -> dict[str, Any]:
        def done() -> Any:
            found = self.api.get(f"/generated/{generated}")
            return found if found["state"] == "done" else None

        return wait_for(done, within=40, why="the text is there")


def test_off_it_is_not_there_and_on_it_helps_without_telling(install: Install, model: LanguageModel) -> None:
    product = install()
    desk = Desk(product)
    talk = desk.giulia_writes("Sono Giulia Ferri, chiamatemi al 340 7788991: la linea non va da stamattina.")
    with pytest.raises(ApiRefused) as refused:
        desk.asks(talk)
    assert refused.value.status == 404
    assert model.connections == 0
    desk.switch_on(model)
    done = desk.gets(desk.asks(talk, "suggestion"))
    assert (done["source"], done["model"]) == ("model", MODEL)
    assert "Giulia" in done["text"]
    assert "Giulia" not in model.heard[0].raw
    assert "7788991" not in model.heard[0].raw
    rows = product.query("SELECT outcome, request FROM generation_departure")
    assert [row[0] for row in rows] == ["answered"]
    assert json.loads(rows[0][1]) == model.heard[0].document
    assert KEY not in product.log
    assert "7788991" not in product.log
    model.suffer("hangs")
    done = desk.gets(desk.asks(talk))
    assert (done["source"], done["why"]) == ("extract", "late")


@pytest.mark.fault
def test_killed_in_the_middle_it_is_not_asked_twice(install: Install, model: LanguageModel) -> None:
    product = install()
    desk = Desk(product)
    talk = desk.giulia_writes("La linea non va da stamattina.")
    desk.switch_on(model, seconds=20)
    model.gate.clear()
    asked = desk.asks(talk)
    wait_for(lambda: model.heard, why="the request has left")
    product.kill(product.part("background"))
    done = desk.gets(asked)
    assert (done["source"], done["why"], len(model.heard)) == ("extract", "interrupted", 1)
    assert product.query("SELECT outcome FROM generation_departure") == [("interrupted",)]
    model.gate.set()
    done = desk.gets(desk.asks(talk))
    assert (done["source"], len(model.heard)) == ("model", 2), "somebody asked again"
