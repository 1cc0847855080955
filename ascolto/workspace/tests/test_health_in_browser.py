"""A channel dies under the hands of those who work, and is repaired: the real product, real sockets, nobody reloads the desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ascolto.kit import http
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product(ASCOLTO_ALLOW_PRIVATE_NETWORKS="1").start()
    product.run(
        "createadmin", "--email", "anna@telvia.example", "--name", "Anna Conti", "--password-stdin",
        stdin=PASSWORD + "\n",
    )  # fmt: skip
    product.send_at_once()
    return product


@pytest.fixture
def whatsapp(telvia: Product) -> Iterator[WhatsAppNetwork]:
    with WhatsAppNetwork() as network:
        network.mailman.url = telvia.add_channel("whatsapp", "WhatsApp", **network.settings)
        yield network


@pytest.fixture
def anna(page: Any, telvia: Product) -> Any:
    """Anna's browser, at the desk."""
    page.goto(f"{telvia.base_url}/sign-in/?next=/")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#rows").wait_for(state="attached")
    return page


def open_conversation(anna: Any, name: str) -> None:
    anna.locator("#rows [data-id]", has_text=name).locator("a").click()
    anna.locator("#draft").wait_for()


def answer(anna: Any, text: str) -> None:
    anna.locator("#draft").fill(text)
    anna.keyboard.press("Control+Enter")


def findings(page: Any) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    broken = [found["id"] for found in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return broken + (["scrolls sideways"] if wide else [])


def until_closed(hook: str) -> None:
    """Knock until the door is shut: a running edge looks every second."""
    deadline = time.monotonic() + 10
    while http.request("POST", hook, content=b"{}", trusted_origins=[hook]).status != 503:
        assert time.monotonic() < deadline, "it never closes"


def test_a_dead_channel_is_seen_at_once_explained_and_repaired(
    telvia: Product, whatsapp: WhatsAppNetwork, anna: Any
) -> None:
    giulia = whatsapp.add_customer("393470000001", "Giulia Ferri")
    whatsapp.write(giulia, "My line is dead.")
    open_conversation(anna, "Giulia Ferri")
    anna.evaluate("window.stays = true")
    good, whatsapp.access_token = whatsapp.access_token, "revoked"
    answer(anna, "We are on it.")
    bar = anna.locator(".alert-bar", has_text="WhatsApp does not work.")
    bar.wait_for()
    assert anna.evaluate("window.stays") is True
    answer(anna, "A technician comes at nine.")
    anna.locator("[data-refused] [role=alert]", has_text="WhatsApp cannot send now").wait_for()

    bar.locator("a").click()
    anna.locator(".repair", has_text="The network does not let us in any more.").wait_for()
    for width in (1440, 390):
        anna.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            anna.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert findings(anna) == []
    whatsapp.access_token = good
    anna.locator(".repair button", has_text="Test the connection").click()
    anna.locator("[role=status]", has_text="The test went well.").wait_for()
    assert anna.locator(".alert-bar, .repair").count() == 0


def test_the_kill_switch_holds_everything_and_loses_nothing(
    telvia: Product, whatsapp: WhatsAppNetwork, anna: Any
) -> None:
    giulia = whatsapp.add_customer("393470000001", "Giulia Ferri")
    whatsapp.write(giulia, "My line is dead.")
    anna.locator("#rows [data-id]", has_text="Giulia Ferri").wait_for()
    anna.goto(f"{telvia.base_url}/settings/inboxes/1/")
    anna.locator(".kill > summary").click()
    anna.locator(".kill", has_text="At once nothing comes in and nothing leaves").wait_for()
    assert findings(anna) == []
    anna.locator("button", has_text="Switch off now").click()
    anna.locator(".notice", has_text="It is switched off").first.wait_for()
    until_closed(whatsapp.mailman.url)
    whatsapp.write(giulia, "Is anybody there?")
    assert not whatsapp.mailman.wait_until_idle(timeout=0.5)  # refused, and brought again
    anna.locator("button", has_text="Switch on").click()
    anna.locator(".kill > summary").wait_for()
    assert whatsapp.mailman.wait_until_idle(timeout=20)
    anna.goto(telvia.base_url)
    open_conversation(anna, "Giulia Ferri")
    anna.locator(".msg", has_text="Is anybody there?").wait_for()
    assert anna.locator(".msg", has_text="Is anybody there?").count() == 1


def test_what_channels_can_do_is_there_for_everybody(telvia: Product, anna: Any) -> None:
    for width in (1440, 390):
        anna.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            anna.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            anna.goto(f"{telvia.base_url}/settings/inboxes/capabilities/")
            assert findings(anna) == []
            assert anna.locator(".can-table").first.is_visible() is (width == 1440)
            assert anna.locator(".can-cards").first.is_visible() is (width == 390)
    anna.locator(".can-card summary", has_text="WhatsApp").click()
    anna.locator(".can-card", has_text="WhatsApp").locator("dd", has_text="24 hours").wait_for()
    assert findings(anna) == []
    anna.goto(f"{telvia.base_url}/settings/inboxes/capabilities/")
    anna.locator("label", has_text="Answers publicly").locator("input").check()
    anna.locator("button", has_text="Show").click()
    anna.wait_for_url("**/capabilities/?q=&can=public")
    assert anna.locator(".can-card", has_text="WhatsApp").count() == 0
