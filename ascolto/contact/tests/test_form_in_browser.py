"""Giulia fills in the form in a real browser: alone on our page, and inside a frame on Telvia's website."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.contact.tests.website import Website
from ascolto.testing.product import Product, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def token(telvia: Product) -> str:
    """A form's token."""
    return telvia.add_channel("form", "Form", title="Write to us").rstrip("/").rpartition("/")[2]


@pytest.fixture
def website(telvia: Product, token: str) -> Iterator[Website]:
    with Website(telvia, f"contact/form/{token}/embed.js").online() as site:
        yield site


def received(product: Product, text: str) -> bool:
    return bool(product.query(f"SELECT 1 FROM conversations_message WHERE text = '{text}'"))


def test_the_form_can_be_sent_with_the_keyboard_alone(page: Any, telvia: Product, token: str) -> None:
    complaints: list[str] = []
    page.on(
        "console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None
    )
    page.goto(f"{telvia.base_url}/contact/form/{token}/")
    page.get_by_label("Your name").focus()
    for text in ("Giulia Ferri", "giulia@example.org", "A bill", "I paid twice, by keyboard."):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # over the files
    assert page.evaluate("document.activeElement.textContent.trim()") == "Send"
    wait_for(lambda: page.evaluate("performance.now()") > 2100, why="a person needs longer than that")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    wait_for(lambda: received(telvia, "I paid twice, by keyboard."))
    assert complaints == []


def test_a_mistake_is_marked_and_nothing_is_lost(
    page: Any, telvia: Product, token: str, tmp_path: Any
) -> None:
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"%PDF-1.4 a bill")
    page.goto(f"{telvia.base_url}/contact/form/{token}/")
    page.get_by_label("Your name").fill("Giulia")
    page.get_by_label("E-mail").fill("giulia@nowhere")  # the browser finds it good enough, we do not
    page.get_by_label("Message").fill("Nothing of this may be lost.")
    page.get_by_label("Files").set_input_files(str(bill))
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").filter(has_text="Nothing is lost").wait_for()
    assert page.get_by_label("E-mail").get_attribute("aria-invalid") == "true"
    assert page.get_by_label("Message").input_value() == "Nothing of this may be lost."
    page.get_by_text("bill.pdf").first.wait_for()
    page.get_by_label("E-mail").fill("giulia@example.org")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Your message has arrived").wait_for()
    wait_for(
        lambda: telvia.query(
            "SELECT 1 FROM conversations_attachment WHERE name = 'bill.pdf' AND state = 'ready'"
        )
    )


def test_in_a_frame_of_the_company_s_website_it_works_the_same(page: Any, website: Website) -> None:
    page.goto(website.url)
    frame = page.frame_locator("iframe[title='Write to us']")
    frame.get_by_label("Your name").fill("Giulia")
    frame.get_by_label("E-mail").fill("giulia@example.org")
    frame.get_by_label("Message").fill("From inside a frame.")
    wait_for(lambda: page.evaluate("performance.now()") > 2600, why="a person needs longer than that")
    height = "document.querySelector('iframe').getBoundingClientRect().height"
    before = page.evaluate(height)
    frame.get_by_role("button", name="Send").click()
    frame.get_by_role("heading", name="Your message has arrived").wait_for()
    wait_for(lambda: page.evaluate(height) < before, why="the frame is as high as what it holds")
    wait_for(lambda: received(website.product, "From inside a frame."))


def test_a_website_that_is_not_listed_cannot_frame_it(page: Any, website: Website) -> None:
    hook = website.product.add_channel(
        "form", "Own", title="Write to us", origins="https://www.telvia.example"
    )
    website.script = f"contact/form/{hook.rstrip('/').rpartition('/')[2]}/embed.js"
    refusals: list[str] = []
    page.on("console", lambda line: refusals.append(line.text))
    page.goto(website.url)
    wait_for(lambda: page.wait_for_timeout(20) or any("frame-ancestors" in text for text in refusals))


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Any, telvia: Product, token: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    scheme = "dark" if width == 390 else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(f"{telvia.base_url}/contact/form/{token}/")
    page.get_by_label("Your name").fill("Giulia")
    page.get_by_label("E-mail").fill("giulia@nowhere")
    page.get_by_label("Message").fill("x")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").filter(has_text="Nothing is lost").wait_for()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
