"""Who gets what, in a browser: the real product gives Giulia's conversation to Marco because his page is open, and says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.sla.tests.test_commitments_in_browser import findings
from ascolto.testing.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SCENE = """
import django; django.setup()
from ascolto.customers.actions import make_group
from ascolto.routing.models import AgentSkills
from ascolto.testing.factories import make_agent, make_cast, make_inbox
from ascolto.understanding.models import Topic
cast = make_cast()
make_inbox("email"); make_inbox("chat")
for name in ("Billing", "Internet"): Topic.objects.create(name=name)
make_group(by=None, name="Firms")
print(cast.anna.pk, cast.marco.pk, cast.care.pk)
"""
WRITES = """
import django; django.setup()
from ascolto.channels.models import ChannelAccount
from ascolto.testing.factories import receive
print(receive(ChannelAccount.objects.get(kind="webhook"), "Internet is down.").conversation.number)
"""


def sign_in(page: Any, product: Product, email: str) -> None:
    page.goto(product.base_url + "/sign-in/")
    page.fill("#id_email", email)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def test_marco_is_there_because_his_page_is_open_and_reads_why_it_is_his(
    new_product: Callable[..., Product], page: Any
) -> None:
    product = new_product().start()
    product.python(SCENE)
    sign_in(page, product, "marco@telvia.example")
    state = "SELECT state FROM routing_presence"
    wait_for(lambda: product.query(state) == [("available",)], why="the page gives a sign of life")
    number = product.python(WRITES).split()[-1]
    given = "SELECT count(*) FROM conversations_conversation WHERE assignee_id IS NOT NULL"
    wait_for(lambda: product.query(given)[0][0] == 1, why="it is given to Marco")
    page.goto(f"{product.base_url}/c/{number}/assigned/")
    page.get_by_role("heading", name="Why Marco Villa?").wait_for()
    assert page.get_by_text("Was the only one who could take it and had room.").is_visible()
    assert findings(page, "assigned") == []
    page.locator(".me-who").click()
    page.get_by_role("button", name="Busy").click()
    wait_for(lambda: product.query(state) == [("busy",)], why="the menu says busy")


def test_the_settings_on_a_phone_and_on_a_desk_by_day_and_by_night(
    new_product: Callable[..., Product], page: Any
) -> None:
    product = new_product().start()
    _anna, marco, care = product.python(SCENE).split()[-3:]
    sign_in(page, product, "anna@telvia.example")
    for place in ("", "people/", f"people/{marco}/", "teams/", f"teams/{care}/", "groups/", "groups/1/"):
        page.goto(f"{product.base_url}/settings/routing/{place}")
        assert findings(page, f"routing-{place.split('/')[0]}{len(place)}") == [], place
