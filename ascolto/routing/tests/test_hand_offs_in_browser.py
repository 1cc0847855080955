"""Hand-offs in a browser: at both widths, in both themes; nothing that axe would mind; without scripts of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
FILLED = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_reply
from ascolto.conversations.models import Conversation
from ascolto.routing.actions.hand_offs import ask
from ascolto.testing.factories import make_agent, make_inbox, receive
anna = Agent.objects.get()
marco = make_agent("Marco Villa")
inbox = make_inbox(name="Shop")
text = "Good morning, my customer number is 4471902, I restarted the modem twice. Please call me after 4pm."
talk = receive(inbox, text).conversation
add_reply(agent=marco, conversation=talk, text="I am looking into it.")
talk = Conversation.objects.get(pk=talk.pk)
ask(agent=marco, conversation=talk, to_agent=anna, note="She asks for a statement to the press.")
print(talk.number)
"""


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product(ASCOLTO_UNDERSTANDING="0").start()
    product.run(
        "createadmin", "--email", "anna@telvia.example", "--name", "Anna Conti", "--password-stdin", stdin=PASSWORD + "\n"
    )  # fmt: skip
    return product


def findings(page: Any) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    broken = [found["id"] for found in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return broken + (["scrolls sideways"] if wide else [])


def test_anna_finds_the_offer_looks_at_it_and_accepts(page: Any, telvia: Product) -> None:
    number = telvia.python(FILLED).strip().splitlines()[-1]
    page.goto(f"{telvia.base_url}/sign-in/?next=/hand-offs/")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("She asks for a statement to the press.").wait_for()
    assert page.get_by_text("1 conversation is offered to you.").is_visible()
    found = {}
    for width, theme in ((390, "light"), (1440, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        for address in ("/hand-offs/", f"/c/{number}/hand-over/", f"/c/{number}/told/"):
            page.goto(telvia.base_url + address)
            found[width, address] = findings(page)
    assert not any(found.values()), found
    assert page.get_by_text("4471902").first.is_visible()
    token = page.locator("body").get_attribute("data-csrf")
    answer = page.request.post(
        f"{telvia.base_url}/hand-offs/1/accept/",
        headers={"X-CSRFToken": token, "Referer": telvia.base_url},
    )
    assert answer.ok
    page.goto(f"{telvia.base_url}/hand-offs/")
    page.get_by_text("Nothing is offered").wait_for()
    assert findings(page) == []
