"""The assistant asks in the chat window: buttons for a mouse, a keyboard and a screen reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.contact.tests.test_widget_in_browser import add_chat, visit
from ascolto.contact.tests.website import Website
from ascolto.testing.product import Product, wait_for

pytestmark = pytest.mark.browser
MENU = [{"id": "fault", "title": "A fault"}, {"id": "bill", "title": "My bill", "about": "Amounts and dates"}]
PERSON = {"id": "person", "title": "Talk to a person"}


@pytest.fixture
def website(telvia: Product) -> Iterator[Website]:
    with Website(telvia, add_chat(telvia, "Website")).online() as site:
        yield site


def asks(product: Product, written: str, text: str, **more: Any) -> None:
    """The assistant writes into the conversation that began with `written`."""
    wait_for(lambda: _is_heard(product, written), why=f"{written!r} is in a conversation")
    product.python(
        "import json, django; django.setup()\n"
        "from ascolto.conversations.actions import add_reply\n"
        "from ascolto.conversations.models import Message\n"
        f"said = Message.objects.filter(text={written!r}).latest('id')\n"
        f"more = json.loads({json.dumps(json.dumps(more))})\n"
        f"add_reply(agent=None, author='bot', conversation=said.conversation, text={text!r}, **more)"
    )


def _is_heard(product: Product, written: str) -> bool:
    return bool(product.query(f"SELECT id FROM conversations_message WHERE text = '{written}'"))


def extra_of(product: Product, text: str) -> dict[str, Any]:
    """What is kept of the message with this text."""
    kept = product.query(f"SELECT extra FROM conversations_message WHERE text = '{text}'")[0][0]
    found: dict[str, Any] = json.loads(kept) if isinstance(kept, str) else kept
    return found


def begins(page: Any, website: Website, written: str) -> list[str]:
    """Giulia opens the chat and writes; returns what the browser complains about."""
    complaints = visit(page, website)
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_role("textbox", name="Write a message").fill(written)
    page.keyboard.press("Enter")
    page.get_by_role("log").get_by_text("Sent", exact=True).wait_for()
    return complaints


def test_giulia_answers_with_the_keyboard_and_the_question_is_closed(page: Any, website: Website) -> None:
    complaints = begins(page, website, "Hello, is anybody there?")
    asks(website.product, "Hello, is anybody there?", "What is it about?", choices=MENU)
    group = page.get_by_role("group", name="Choose an answer")
    group.get_by_role("button", name="My bill").wait_for()
    assert page.get_by_text("An automatic assistant is answering, not a person").is_visible()
    assert page.locator(".av.bot svg").count() == 1
    page.get_by_role("textbox", name="Write a message").fill("half a line")
    group.get_by_role("button", name="My bill").focus()
    page.keyboard.press("Enter")
    group.wait_for(state="detached")
    query = "SELECT id FROM conversations_message WHERE text = 'My bill'"
    wait_for(lambda: website.product.query(query), why="the pressed choice is a message")
    assert extra_of(website.product, "My bill")["payload"] == "bill"
    assert page.get_by_role("textbox", name="Write a message").input_value() == "half a line"
    assert page.get_by_role("log").evaluate("log => log.getRootNode().activeElement === log")
    assert complaints == []


def test_the_way_to_a_person_stands_above_and_does_not_scroll_away(page: Any, website: Website) -> None:
    complaints = begins(page, website, "I have a long question")
    longer = "What is it about? " * 60
    asks(website.product, "I have a long question", longer, choices=[*MENU, PERSON])
    bar = page.locator(".bar")
    bar.get_by_role("button", name="Talk to a person").wait_for()
    assert page.get_by_role("group", name="Choose an answer").get_by_role("button").count() == len(MENU)
    assert page.get_by_role("log").evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight < 2")
    page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    assert bar.get_by_role("button").is_visible()
    bar.get_by_role("button").press("Enter")
    query = "SELECT id FROM conversations_message WHERE text = 'Talk to a person'"
    wait_for(lambda: website.product.query(query), why="the pressed way is a message")
    assert extra_of(website.product, "Talk to a person")["payload"] == "person"
    bar.get_by_role("button").wait_for(state="hidden")
    assert page.get_by_role("log").evaluate("log => log.getRootNode().activeElement === log")
    assert complaints == []


def test_a_reload_offers_the_open_question_and_no_answered_one(page: Any, website: Website) -> None:
    begins(page, website, "Is the line down?")
    asks(website.product, "Is the line down?", "Is it in the whole house?", choices=MENU)
    page.get_by_role("button", name="A fault").wait_for()
    page.reload()
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_role("button", name="A fault").click()
    asks(
        website.product, "Is the line down?", "Since when?", choices=[{"id": "today", "title": "Since today"}]
    )
    page.get_by_role("button", name="Since today").wait_for()
    assert page.get_by_role("button", name="A fault").count() == 0


def test_choices_come_without_live_updates_too(page: Any, website: Website) -> None:
    page.add_init_script(
        "window.EventSource = class extends EventTarget { readyState = 2; close() {} }; EventSource.CLOSED = 2; EventSource.OPEN = 1"
    )
    begins(page, website, "No live updates here")
    asks(website.product, "No live updates here", "What is it about?", choices=MENU)
    page.get_by_role("button", name="A fault").wait_for()


def test_giulia_says_whether_it_helped(page: Any, website: Website) -> None:
    begins(page, website, "My modem blinks")
    asks(website.product, "My modem blinks", "Restart it, please.", ratable=True)
    helped = page.get_by_role("button", name="This helped")
    helped.click()
    page.get_by_text("Thank you: this makes the answers better.").wait_for(state="attached")
    assert helped.get_attribute("aria-pressed") == "true"
    other = page.get_by_role("button", name="This did not help")
    other.click()
    text = "Restart it, please."
    wait_for(lambda: extra_of(website.product, text).get("helped") is False, why="the last word counts")
    assert helped.get_attribute("aria-pressed") == "false"
    page.reload()
    page.get_by_role("button", name="Open the chat").click()
    page.get_by_role("button", name="This did not help", pressed=True).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(browser: Any, website: Website, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    telephone = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, locale="en-GB", **telephone)
    page = context.new_page()
    begins(page, website, f"Is it {scheme}?")
    asks(website.product, f"Is it {scheme}?", "It is.", ratable=True)
    asks(website.product, f"Is it {scheme}?", "And now?", choices=[*MENU, {"id": "w", "title": "W" * 90}])
    page.get_by_role("button", name="My bill").wait_for()
    page.get_by_role("button", name="This helped").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in page.locator(".choice, .rate").all():
        box = button.bounding_box()
        assert box["height"] >= 36
        assert box["x"] + box["width"] <= 390
    found = Axe().run(page, context="ascolto-chat").response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
    context.close()
