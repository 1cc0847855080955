"""Why a deadline, and a complaint, as Anna sees them: the real product, by day and by night, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.sla.tests.test_commitments_in_browser import PASSWORD, findings
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SCENE = """
import django; django.setup()
from datetime import timedelta
from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_reply, change_status
from ascolto.kit.clock import at, now
from ascolto.sla.actions.calendars import create_calendar
from ascolto.sla.actions.choices import change_settings
from ascolto.sla.actions.policies import Terms, set_policy
from ascolto.sla.actions.settle import settle
from ascolto.testing.factories import make_customer, make_inbox, receive
anna, inbox, giulia = Agent.objects.first(), make_inbox(), make_customer()
with at(now() - timedelta(days=40)):
    week = {str(day): [["09:00", "18:00"]] for day in range(5)}
    content = {"time_zone": "Europe/Rome", "weekly": week, "holidays": {"country": "IT"}}
    calendar = create_calendar(by=anna, name="Office hours", content=content)
    hours = timedelta(hours=4)
    set_policy(by=anna, terms=Terms(first_response=hours, next_response=hours, resolution=10 * hours, calendar=calendar))
change_settings(by=anna, pack="it-agcom")
begun = now() - timedelta(days=12)
with at(begun):
    talk = receive(inbox, "Internet is down.", customer=giulia).conversation
with at(begun + timedelta(days=3)):
    add_reply(agent=anna, conversation=talk, text="We look into it.")
    change_status(agent=anna, conversation=talk, status="on_hold")
with at(begun + timedelta(days=5)):
    change_status(agent=anna, conversation=talk, status="pending")
with at(begun + timedelta(days=8)):
    receive(inbox, "Still down.", customer=giulia)
settle([talk.pk])
print(talk.number)
"""


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product().start()
    product.run(
        "createadmin", "--email", "anna@telvia.example", "--name", "Anna Conti", "--password-stdin",
        stdin=PASSWORD + "\n",
    )  # fmt: skip
    return product


def test_anna_reads_why_and_registers_a_complaint(telvia: Product, page: Any) -> None:
    number = telvia.python(SCENE).strip().splitlines()[-1]
    page.goto(f"{telvia.base_url}/sign-in/?next=/c/{number}/promise/")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{telvia.base_url}/c/{number}/promise/")
    page.locator("summary", has_text="Next answer").wait_for()
    assert findings(page, "why") == []
    page.locator("summary", has_text="First answer").press("Enter")  # the keyboard opens what is over
    page.locator("li", has_text="too late").first.wait_for()
    page.goto(f"{telvia.base_url}/c/{number}/complaint/")
    assert findings(page, "complaint-none") == []
    page.get_by_role("button", name="Register as a complaint").click()
    page.locator("dd", has_text=number).wait_for()
    assert findings(page, "complaint") == []
    page.get_by_label("Why it is no complaint").fill("The customer only asked.")
    page.get_by_role("button", name="Withdraw the complaint").click()
    page.get_by_role("button", name="Register as a complaint").wait_for()
