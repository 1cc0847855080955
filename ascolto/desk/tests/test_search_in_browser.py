"""The search box in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.conversations.actions import add_note
from ascolto.desk.tests.test_desk_in_browser import _problems
from ascolto.events.consumers import feed_all
from ascolto.testing.factories import Cast, make_cast, make_conversation, make_customer, receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def furnish(cast: Cast) -> None:
    """One conversation whose first message is far above, and others."""
    wanted = cast.writes("Il numero verde non risponde da ieri, il router lampeggia rosso.")
    for number in range(30):
        receive(cast.inbox, f"Ancora niente, messaggio {number}. " * 6, customer=cast.giulia)
    add_note(agent=cast.anna, conversation=wanted, text="Il router va cambiato")
    for number in range(30):
        make_conversation(
            cast.inbox, f"Il router numero {number}", customer=make_customer(f"Cliente {number}")
        )
    feed_all()


def test_marco_searches_by_keyboard_and_lands_at_the_message(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    furnish(cast)
    page = sit_down(cast.marco)
    page.locator("#rows [data-row]").first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type('"numero verde" lampegg')
    page.keyboard.press("Enter")
    page.locator("#rows mark", has_text="lampeggia").wait_for()
    assert page.locator("#rows [data-row]").count() == 1
    page.locator("#list-scroll").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    message = page.locator(".msg", has_text="numero verde")
    message.wait_for()
    page.wait_for_function(
        "() => { const m = [...document.querySelectorAll('.msg')].find((e) => e.textContent.includes('numero verde'));"
        " const at = m.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight; }"
    )


def test_more_hits_come_while_marco_scrolls_and_the_help_fills_the_field(
    cast: Cast, sit_down: Callable[..., Any]
) -> None:
    furnish(cast)
    page = sit_down(cast.marco, "/?q=router")
    page.locator("#rows mark").first.wait_for()
    page.locator("#list-scroll").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    page.wait_for_function("() => document.querySelectorAll('#rows [data-row]').length === 31")
    page.locator("#search-help > summary").click()
    page.locator('[data-search-insert="from:giulia"]').click()
    assert page.locator("#list-search [name=q]").input_value() == "router from:giulia"
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('#rows [data-row]').length === 1")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_the_pages_of_a_search(
    cast: Cast, sit_down: Callable[..., Any], width: int, dark: bool
) -> None:
    furnish(cast)
    page = sit_down(cast.marco, width=width, dark=dark)
    origin, found = page.url.rstrip("/"), []
    for screen in ("/?q=router", "/?q=ruoterr+colour:red", "/?q=label:nope"):
        page.goto(origin + screen)
        page.locator("#list").wait_for()
        found += _problems(page, screen)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), screen
    page.locator("#search-help > summary").click()
    page.locator("[data-search-insert]").first.wait_for()
    found += _problems(page, "help")
    box = page.locator("#search-help .drop-body").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert found == []
