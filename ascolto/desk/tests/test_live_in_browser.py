"""The living desk: the real product, a customer on a stand-in WhatsApp, and Marco's browser that nobody reloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.testing.journey import unsigned
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
EVERYBODY_IS_THERE = """(count) => {
  const news = document.getElementById("list-new");
  const waiting = news.hidden ? 0 : parseInt(news.textContent.match(/[0-9]+/)[0], 10);
  return document.querySelectorAll("#rows [data-id]").length + waiting === count;
}"""


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product(ASCOLTO_ALLOW_PRIVATE_NETWORKS="1").start()
    product.run(
        "createadmin", "--email", "marco@telvia.example", "--name", "Marco Villa", "--password-stdin",
        stdin=PASSWORD + "\n",
    )  # fmt: skip
    product.send_at_once()
    return product


@pytest.fixture
def whatsapp(telvia: Product) -> Any:
    with WhatsAppNetwork() as network:
        network.mailman.url = telvia.add_channel("whatsapp", "WhatsApp", **network.settings)
        yield network


def sit_down(page: Any, telvia: Product, path: str = "/") -> None:
    page.goto(f"{telvia.base_url}/sign-in/?next={path}")
    page.fill("[name=email]", "marco@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(telvia.base_url + path)
    page.locator("#rows").wait_for(state="attached")


def test_a_message_arrives_is_answered_and_read_without_reloading(
    telvia: Product, whatsapp: Any, page: Any
) -> None:
    sit_down(page, telvia)
    page.evaluate("window.stays = true")
    giulia = whatsapp.add_customer("393470000001", "Giulia Ferri")
    whatsapp.write(giulia, "My line is dead.")
    row = page.locator("#rows [data-id]", has_text="Giulia Ferri")
    row.wait_for()
    page.locator('[data-views] [data-count="to_answer"]', has_text="1").wait_for()
    row.locator("a").click()
    page.locator(".msg", has_text="My line is dead.").wait_for()

    whatsapp.write(giulia, "Is anybody there?")
    page.locator(".msg", has_text="Is anybody there?").wait_for()
    page.locator("#announce", has_text="New message from Giulia Ferri").wait_for(state="attached")

    page.locator("#draft").fill("We are on it.")
    page.keyboard.press("Control+Enter")
    page.locator(".msg-out", has_text="We are on it.").wait_for()
    page.locator(
        '.msg-out [data-delivery="sent"], .msg-out [data-delivery="delivered"], .msg-out [data-delivery="read"]'
    ).wait_for()
    assert unsigned(whatsapp.sent[-1].text) == "We are on it."
    assert page.locator("[data-message]").count() == 3
    page.locator(
        "#rows > .is-gone"
    ).wait_for()  # nobody waits any more: it stays greyed while it is being read
    assert page.locator("#rows > [data-id]:not(.is-gone)").count() == 0
    assert page.evaluate("window.stays") is True


def test_what_came_while_the_server_was_dead_is_there_once_afterwards(
    telvia: Product, whatsapp: Any, page: Any
) -> None:
    giulia = whatsapp.add_customer("393470000001", "Giulia Ferri")
    whatsapp.write(giulia, "First.")
    sit_down(page, telvia)
    page.locator("#rows [data-id]", has_text="Giulia Ferri").locator("a").click()
    page.locator(".msg", has_text="First.").wait_for()
    page.evaluate("window.stays = true")
    telvia.kill(telvia.part("web"))
    for number in range(3):
        other = whatsapp.add_customer(f"39347000001{number}", f"Customer {number}")
        whatsapp.write(other, f"Meanwhile {number}.")
    whatsapp.write(giulia, "Second.")
    page.locator(".msg", has_text="Second.").wait_for(timeout=30_000)
    page.wait_for_function(EVERYBODY_IS_THERE, arg=4, timeout=30_000)
    if page.locator("#list-new").is_visible():  # who comes between two rows waits until Marco lets them in
        page.locator("#list-new").click()
    for number in range(3):
        page.locator("#rows [data-id]", has_text=f"Meanwhile {number}.").wait_for()
    ids = page.evaluate("[...document.querySelectorAll('#rows [data-id]')].map(row => row.dataset.id)")
    assert len(ids) == len(set(ids)) == 4
    said = page.locator("[data-message] .txt").all_inner_texts()
    assert said == ["First.", "Second."]
    assert page.evaluate("window.stays") is True


def test_many_tabs_share_one_stream(telvia: Product, whatsapp: Any, page: Any) -> None:
    """Browsers allow six connections to a server: eight tabs with a stream each would hang the ninth page."""
    sit_down(page, telvia)
    tabs = [page.context.new_page() for _ in range(8)]
    for tab in tabs:
        tab.goto(telvia.base_url)
        tab.locator("#rows").wait_for(state="attached")
    whatsapp.write(whatsapp.add_customer("393470000001", "Giulia Ferri"), "My line is dead.")
    for tab in [page, *tabs]:
        tab.locator("#rows [data-id]", has_text="Giulia Ferri").wait_for()
