"""A rehearsal in a browser: a choice pressed, words typed, a person reached; then the same by telephone keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.automation.tests.test_in_browser import shoot, sign_in
from ascolto.sla.tests.test_commitments_in_browser import findings
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SCENE = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.bot.actions import create_flow, publish
from ascolto.bot.tests.samples import CARE, make_writer
from ascolto.testing.factories import make_cast
make_cast()
rosa = make_writer()
Agent.objects.filter(pk=rosa.pk).update(language="LANGUAGE", theme="THEME")
publish(by=rosa, version=create_flow(by=rosa, text=CARE))
print(rosa.email)
"""
LOG = "[data-rehearsal-log]"
REHEARSE = "/settings/bot/flows/care/rehearse/"


def opened(product: Product, page: Any, language: str = "en", theme: str = "light") -> None:
    email = product.python(SCENE.replace("LANGUAGE", language).replace("THEME", theme)).split()[-1]
    sign_in(page, product, email)
    page.goto(product.base_url + REHEARSE)


def test_rosa_rehearses_by_chat_and_by_telephone(new_product: Callable[..., Product], page: Any) -> None:
    product = new_product().start()
    opened(product, page)
    page.locator("#do-begin").press("Enter")
    page.locator(".chip", has_text="A fault").press("Enter")
    page.locator(LOG).get_by_text("What is your customer code?").wait_for()
    assert findings(page, "rehearsal-chat") == []
    page.locator("#say").fill("I would rather talk to an agent")
    page.keyboard.press("Enter")
    page.locator(LOG).get_by_text("A person goes on: the customer asked for one.").wait_for()
    assert page.evaluate("document.activeElement !== document.body"), "the keyboard is somewhere"
    shoot(page, "rehearsal-chat-1440")
    page.locator("#skin-phone").click()
    page.locator(".reh-skin[data-skin=phone]").wait_for()
    page.locator("#do-anew").click()
    page.locator("#do-begin").click()
    page.locator(LOG).get_by_text("For a fault press 1.").wait_for()
    page.locator("#key-1").press("Enter")
    page.get_by_text("Type the number, then #.").wait_for()
    assert page.evaluate("document.activeElement.id") == "key-1", "the keyboard stays where it was"
    for key in "123":
        page.keyboard.press(key)
        page.get_by_text("Keys so far: " + "123"[: int(key)], exact=True).wait_for()
    assert findings(page, "rehearsal-phone") == []
    shoot(page, "rehearsal-phone-1440")
    for key in "456":
        page.locator(f'[data-rehearsal-key="{key}"]').click()
        page.get_by_text("Keys so far: " + "123456"[: int(key)], exact=True).wait_for()
    page.locator('[data-rehearsal-key="#"]').click()
    page.locator(LOG).get_by_text("A person of Care goes on: the flow says so.").wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#do-anew").click()
    page.locator("#skin-whatsapp").click()
    page.locator("#do-begin").click()
    page.locator(".reh-button", has_text="My bill").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "rehearsal-whatsapp-390")
    assert findings(page, "rehearsal-390") == []
