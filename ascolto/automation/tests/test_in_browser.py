"""The builder in a browser: Anna writes a rule by keyboard, tries it on last week, switches it on; Marco uses a macro with m."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ascolto.sla.tests.test_commitments_in_browser import findings
from ascolto.testing.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SCENE = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.automation.actions import create_macro
from ascolto.testing.factories import make_cast
cast = make_cast()
Agent.objects.filter(pk=cast.anna.pk).update(language="LANGUAGE")
talk = cast.writes("My bill is wrong.")
steps = [
    {"kind": "add_labels", "labels": ["bill"]}, {"kind": "assign_person", "person": "me"},
    {"kind": "reply", "text": "Hello {customer}, I look into it."},
]
create_macro(by=cast.marco, name="Bill", steps=steps)
print(talk.number)
"""
LABELS = "SELECT count(*) FROM conversations_conversation_labels"


def sign_in(page: Any, product: Product, email: str) -> None:
    page.goto(product.base_url + "/sign-in/")
    page.fill("#id_email", email)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def shoot(page: Any, name: str) -> None:
    """A picture to look at, where somebody wants one."""
    if folder := os.environ.get("ASCOLTO_TEST_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_anna_builds_a_rule_and_marco_uses_a_macro(new_product: Callable[..., Product], page: Any) -> None:
    product = new_product().start()
    number = product.python(SCENE.replace("LANGUAGE", "en")).split()[-1]
    sign_in(page, product, "anna@telvia.example")
    page.goto(product.base_url + "/settings/rules/new/")
    page.fill("#name", "Bills")
    page.fill("#words", "bill")
    page.select_option("#new-field", "channel")
    page.locator("#do-condition-add").press("Enter")
    page.locator("#c0-0").press("Space")
    page.select_option("#new-step", "add_labels")
    page.locator("#do-step-add").press("Enter")
    page.locator("#id_s0-labels").fill("bill")
    page.keyboard.press("Tab")
    page.get_by_text("then label it “bill”.").wait_for()
    page.select_option("#new-step", "priority")
    page.locator("#do-step-add").press("Enter")
    page.locator("#do-step-up-1").press("Enter")
    page.get_by_text("then set the priority to urgent and label it “bill”.").wait_for()
    assert findings(page, "rule-builder") == []
    shoot(page, "rule-1440")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_role("link", name="Try it").click()
    page.get_by_role("button", name="Try it on last week").click()
    page.get_by_text("1 event of 1 would have started it").wait_for()
    assert findings(page, "rule-tried") == []
    shoot(page, "tried-1440")
    page.goto(product.base_url + "/settings/rules/")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_text("The rule “Bills” is on.").wait_for()
    assert findings(page, "rules") == []
    shoot(page, "rules-1440")

    page.context.clear_cookies()
    sign_in(page, product, "marco@telvia.example")
    page.goto(f"{product.base_url}/c/{number}/")
    page.locator("#th-head").wait_for()
    page.locator("body").press("m")
    page.locator("#macro-q").wait_for()
    page.locator("#macro-found a", has_text="Bill").press("Enter")
    page.get_by_text("put this into the draft: “Hello Giulia Ferri, I look into it.”").wait_for()
    shoot(page, "macro-1440")
    page.get_by_role("button", name="Do it").press("Enter")
    wait_for(lambda: product.query(LABELS)[0][0] == 1, why="the macro labels it")
    wait_for(
        lambda: page.locator("#draft").input_value() == "Hello Giulia Ferri, I look into it.",
        why="the text waits",
    )
    page.locator(".toast").get_by_role("button", name="Undo").press("Enter")
    wait_for(lambda: product.query(LABELS)[0][0] == 0, why="it is taken back")


def test_the_screens_on_a_phone_in_italian_by_night(new_product: Callable[..., Product], page: Any) -> None:
    product = new_product().start()
    number = product.python(SCENE.replace("LANGUAGE", "it")).split()[-1]
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, product, "anna@telvia.example")
    page.goto(product.base_url + "/settings/rules/")
    page.locator("form[action$='/examples/'] button").first.click()
    for place in (
        "rules/",
        "rules/1/",
        "rules/1/log/",
        "rules/1/versions/",
        "rules/1/rehearsal/",
        "macros/",
        "macros/new/",
    ):
        page.goto(f"{product.base_url}/settings/{place}")
        assert findings(page, f"automation-{place.replace('/', '-')}") == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
        shoot(page, f"390-dark-{place.strip('/').replace('/', '-')}")
    page.goto(f"{product.base_url}/c/{number}/macros/")
    assert findings(page, "macros-beside") == []
    shoot(page, "390-dark-beside")
