"""The editor in a browser: Rosa changes a node by a form, sees what is wrong, mends it as text and publishes; looks at every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.sla.tests.test_commitments_in_browser import findings
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SCENE = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.bot import actions
from ascolto.bot.models import BotFlow
from ascolto.bot.ready_made import install
from ascolto.bot.tests.samples import CARE, make_writer, published
from ascolto.testing.factories import make_cast
cast = make_cast()
rosa = make_writer()
Agent.objects.filter(pk=rosa.pk).update(language="LANGUAGE")
install(rosa)
first = published(CARE.replace("flow: care", "flow: telvia"), by=rosa)
actions.save_version(by=rosa, flow=first.flow, text=first.text.replace("My bill", "A bill"), note="Shorter")
actions.set_post(by=rosa, account=cast.inbox, flow=BotFlow.objects.get(slug="care"))
"""


def sign_in(page: Any, product: Product) -> None:
    page.goto(product.base_url + "/sign-in/")
    page.fill("#id_email", "rosa@telvia.example")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def test_rosa_changes_a_node_mends_what_is_wrong_and_publishes(
    new_product: Callable[..., Product], page: Any
) -> None:
    product = new_product().start()
    product.python(SCENE.replace("LANGUAGE", "en"))
    sign_in(page, product)
    flow = product.base_url + "/settings/bot/flows/telvia/"
    page.goto(flow)
    page.locator(".bot-graph a[aria-label^='bill']").focus()
    page.keyboard.press("Enter")
    page.locator("#id-f-say-en").fill("It is online.")
    page.locator("#id-f-next").select_option("")
    page.get_by_role("button", name="Save as a new version").press("Enter")
    page.get_by_text("Saved as version 3.").wait_for()
    page.locator(".bot-findings a").first.click()
    page.wait_for_url("**/text/#L*")
    assert page.evaluate("document.activeElement.id") == "text"
    page.get_by_role("button", name="Publish version 3").click()
    page.get_by_text("Version 3 was not published.").wait_for()
    page.goto(flow + "text/")
    page.get_by_text("not right yet").first.wait_for()
    text = page.locator("#text").input_value()
    page.locator("#text").fill(
        text.replace("en: It is online.", "en: It is online.\n    next: bye").replace(
            'en: "It is online."', 'en: "It is online."\n    next: bye'
        )
    )
    page.get_by_text("This can be published.").wait_for()
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_role("button", name="Publish version 4").click()
    page.get_by_text("Version 4 runs now.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Version 5 runs now.").wait_for()
    page.goto(flow + "nodes/welcome/")
    page.locator("#do-row-add").press("Enter")
    page.locator("#id-r2-id").wait_for()
    page.locator("#do-row-up-2").press("Enter")
    page.wait_for_function("() => document.querySelector('#id-r1-id').value === 'option1'")


def test_the_screens_are_readable_by_day_and_by_night(new_product: Callable[..., Product], page: Any) -> None:
    product = new_product().start()
    product.python(SCENE.replace("LANGUAGE", "it"))
    sign_in(page, product)
    places = {
        "list": "",
        "new": "new/",
        "inboxes": "inboxes/",
        "picture": "flows/fault/",
        "text": "flows/care/text/",
        "versions": "flows/telvia/versions/?from=1&to=2",
        "version": "flows/telvia/versions/1/",
        "menu": "flows/care/nodes/welcome/",
        "slot": "flows/telvia/slots/code/",
    }
    for name, place in places.items():
        page.goto(f"{product.base_url}/settings/bot/{place}")
        assert findings(page, f"bot-{name}") == [], name
