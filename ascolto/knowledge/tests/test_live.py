"""Saved replies in a browser, and a typed question answered by the running product."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from ascolto.testing.product import Product, wait_for

PASSWORD = "a quiet harbour at six"
FILLED = """
import django; django.setup()
from ascolto.accounts.actions import create_token
from ascolto.accounts.models import Agent
from ascolto.knowledge.actions.replies import create_reply
anna = Agent.objects.get()
for n in range(3):
    create_reply(by=anna, title=f"Il modem ha la luce rossa {n}", shortcut=f"red-{n}",
                 texts={"it": "Ciao {customer}, stacca il modem per un minuto.", "en": "Hi {customer}, unplug the modem."})
print(create_token(agent=anna, scopes=["knowledge:write", "conversations:read"])[1])
"""


def made(product: Product) -> str:
    """The product with Anna and three replies; returns a token."""
    product.run(
        "createadmin", "--email", "anna@telvia.example", "--name", "Anna Conti", "--password-stdin", stdin=PASSWORD + "\n"
    )  # fmt: skip
    return str(product.python(FILLED)).strip().splitlines()[-1]


def asked(product: Product, token: str, method: str, path: str, body: Any = None) -> Any:
    """What the API answers."""
    request = urllib.request.Request(
        f"{product.base_url}/api/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.processes
def test_a_typed_question_is_answered_by_the_part_that_understands(
    new_product: Callable[..., Product],
) -> None:
    product = new_product(ASCOLTO_UNDERSTANDING="1").start()
    token = made(product)

    def answered() -> bool:
        number = asked(product, token, "POST", "/similar", {"text": "la spia del modem è rossa"})["id"]
        deadline = time.monotonic() + 4
        while (told := asked(product, token, "GET", f"/similar/{number}"))[
            "state"
        ] == "waiting" and time.monotonic() < deadline:
            time.sleep(0.02)
        return told["state"] == "answered" and len(told["answers"]) == 3

    wait_for(answered, within=60, why="the question is answered")


@pytest.mark.browser
@pytest.mark.processes
def test_the_screens_are_clean_at_both_widths_and_in_both_themes(
    new_product: Callable[..., Product], page: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    product = new_product().start()
    made(product)
    page.goto(f"{product.base_url}/sign-in/?next=/settings/saved-replies/")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".set-list").wait_for()
    for path in ("", "?q=nothing", "?archived=1", "new/", "1/"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.goto(f"{product.base_url}/settings/saved-replies/{path}")
                page.evaluate("document.querySelectorAll('details.more').forEach(one => one.open = true)")
                broken = [found["id"] for found in Axe().run(page).response["violations"]]
                assert broken == [], f"{path} at {width}, {scheme}"
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                    f"{path} at {width}"
                )
    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Ciao Giulia Ferri, stacca il modem").wait_for()
    page.fill("[name=title]", "Luce rossa")
    page.keyboard.press("Enter")
    page.get_by_text("Saved.").wait_for()
    page.get_by_role("link", name="Luce rossa", exact=True).wait_for()
