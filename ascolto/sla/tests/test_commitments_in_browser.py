"""The promises of a customer as Anna sees them: the real product, by day and by night, on a phone and on a desk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SCENE = """
import django; django.setup()
from datetime import timedelta
from ascolto.accounts.models import Agent
from ascolto.conversations.models import Message
from ascolto.kit.clock import now
from ascolto.sla.actions import commitments
from ascolto.sla.models import Commitment
from ascolto.testing.factories import make_conversation, make_inbox
anna, talk = Agent.objects.first(), make_conversation(make_inbox())
for hours, words in ((1, "I write by six, news or not"), (30, "We call on Friday " + "and on Friday " * 12)):
    commitments.make(agent=anna, conversation=talk, due_at=now() + timedelta(hours=hours), words=words)
for state in ("kept", "broken", "proposed", "withdrawn"):
    Commitment.objects.create(
        conversation=talk, owner=anna, words=f"A promise that is {state}", state=state, due_at=now() - timedelta(hours=2),
        settled_at=now() - timedelta(hours=3) if state == "kept" else None, reason="Solved" if state == "withdrawn" else "",
    )
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


def findings(page: Any, name: str) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for width in (1440, 390):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for each in Axe().run(page).response["violations"]:
                found += [f"{width} {theme} {each['id']}: {node['html'][:100]}" for node in each["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{width} {theme} scrolls sideways")
            if folder := os.environ.get("ASCOLTO_TEST_PICTURES"):
                page.screenshot(path=str(Path(folder) / f"{name}-{width}-{theme}.png"), full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def test_anna_sees_moves_and_takes_back(telvia: Product, page: Any) -> None:
    number = telvia.python(SCENE).strip().splitlines()[-1]
    address = f"{telvia.base_url}/c/{number}/commitments/"
    page.goto(f"{telvia.base_url}/sign-in/?next=/c/{number}/commitments/")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    assert findings(page, "commitments") == []
    page.locator("summary", has_text="Change").first.click()
    page.wait_for_function("() => document.querySelector('input[name=due_at]').value")
    assert findings(page, "commitments-change") == []
    page.locator("input[name=reason]").first.fill("Solved meanwhile")
    page.locator("button", has_text="Withdraw it").first.click()
    page.locator(".toast", has_text="Promise withdrawn").wait_for()
    page.locator("#commitments", has_text="Solved meanwhile").wait_for()
    page.locator(".toast button").click()
    page.locator("#commitments sla-clock").nth(1).wait_for()
