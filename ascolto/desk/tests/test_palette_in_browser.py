"""The palette in a real browser: a few letters, arrows, Enter."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ascolto.events.consumers import feed_all
from ascolto.testing.factories import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def test_marco_opens_a_conversation_and_resolves_it_without_leaving_the_keyboard(
    cast: Cast, sit_down: Any
) -> None:
    conversation = cast.writes("My line has been dead since Tuesday.")
    feed_all()
    page = sit_down(cast.marco, "/settings/profile/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")
    page.keyboard.type("giulia")
    page.wait_for_selector(f"#palette [data-href$='/c/{conversation.number}/']")
    assert page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found] == []
    page.keyboard.press("Enter")
    page.wait_for_selector("#conversation[data-id]")
    page.wait_for_function("() => performance.getEntriesByName('desk:ready').length")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [data-key=e]")
    page.keyboard.type("resolve")
    page.wait_for_function("() => document.querySelectorAll('#palette [role=option]').length <= 3")
    page.keyboard.press("Enter")
    page.wait_for_selector("#th-head[data-status=resolved]")


def test_the_help_lists_every_key_and_where_one_can_go(cast: Cast, sit_down: Any) -> None:
    page = sit_down(cast.marco)
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    assert "Resolve and open the next" in page.inner_text("#keys")
    assert page.locator("#keys [data-go-keys] dt").count() >= 2
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
