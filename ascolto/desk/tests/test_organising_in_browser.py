"""Merging, splitting and the line above what is new, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from ascolto.conversations.models import Conversation, Message
from ascolto.delivery.tests.desk import until
from ascolto.testing.factories import Cast, make_inbox, receive
from ascolto.views.selectors import read_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def two(cast: Cast) -> tuple[Conversation, Conversation]:
    first = receive(cast.inbox, "The line is dead.", customer=cast.giulia, thread="one").conversation
    second = receive(cast.inbox, "Still dead, as I said.", customer=cast.giulia, thread="two").conversation
    return first, second


def test_marco_merges_from_the_menu_and_undoes_it(cast: Cast, sit_down: Any) -> None:
    first, second = two(cast)
    page = sit_down(cast.marco, f"/c/{first.number}/")
    page.locator('[data-menu="more"] > summary').click()
    page.get_by_text("Merge…").click()
    page.locator(".kin-row").first.click()
    page.locator("#thread .txt", has_text="Still dead").wait_for()
    page.locator(".toast button").click()
    page.locator("#thread .txt", has_text="Still dead").wait_for(state="detached")
    second.refresh_from_db()
    assert second.merged_into_id is None


def test_what_a_message_offers_is_walked_by_keys(cast: Cast, sit_down: Any) -> None:
    first, _second = two(cast)
    page = sit_down(cast.marco, f"/c/{first.number}/")
    button = page.locator("#thread [data-actions]").first
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".msg-menu").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('draft').value.startsWith('> The line is dead.')")
    assert page.locator(".msg-menu").count() == 0


def test_what_came_since_the_last_look_stands_below_a_line(cast: Cast, sit_down: Any) -> None:
    first, second = two(cast)
    page = sit_down(cast.marco, f"/c/{first.number}/")
    page.locator("#thread [data-message]").first.wait_for()
    until(lambda: read_until(cast.marco, first) > 0)
    page.goto(page.url.replace(first.number, second.number))
    receive(cast.inbox, "Are you there?", customer=cast.giulia, thread="one")
    page.goto(page.url.replace(second.number, first.number))
    line = page.locator(".new-since")
    line.wait_for()
    assert "Are you there?" in line.evaluate("(one) => one.nextElementSibling.textContent")


def test_a_time_is_understood_while_it_is_written(cast: Cast, sit_down: Any) -> None:
    first, _second = two(cast)
    page = sit_down(cast.marco, f"/c/{first.number}/")
    page.keyboard.press("z")
    page.locator("#when").fill("in 2 hours")
    page.locator("#when-read b").wait_for()
    page.locator("#when").press("Enter")
    page.locator(".toast", has_text="Snoozed until").wait_for()
    first.refresh_from_db()
    assert first.snoozed_until is not None


@pytest.mark.parametrize("width", [1440, 390])
def test_an_answer_is_for_the_message_that_was_chosen(cast: Cast, sit_down: Any, width: int) -> None:
    whatsapp = make_inbox("whatsapp", teams=[cast.care])
    chosen = receive(whatsapp, "Is the line repaired?", customer=cast.giulia)
    receive(whatsapp, "And what does it cost?", customer=cast.giulia)
    page = sit_down(cast.marco, f"/c/{chosen.conversation.number}/", width=width)
    bar = page.locator("[data-answering]")
    for is_kept in (False, True):
        page.locator(f"#m-{chosen.pk} [data-actions]").click()
        page.locator(".msg-menu [data-do=reply]").click()
        bar.get_by_text("Is the line repaired?").wait_for()
        if not is_kept:
            page.locator("[data-answering-end]").click()
            bar.wait_for(state="hidden")
    page.locator("#draft").fill("Yes, it is.")
    page.locator("[data-send]").click()
    page.locator("#thread .msg-out .quote").wait_for()
    bar.wait_for(state="hidden")
    assert Message.objects.get(direction="out").in_reply_to == chosen


def test_the_ten_marks_open_in_words(cast: Cast, sit_down: Any) -> None:
    conversation = cast.writes()
    for width in (1440, 390):
        page = sit_down(cast.marco, f"/c/{conversation.number}/", width=width)
        page.locator("#charter-here summary").click()
        assert page.locator(".marks-list > li").count() == 10
        inside = page.locator("#charter-here .drop-body").bounding_box()
        badge = page.locator(".marks-list .badge").first.bounding_box()
        assert inside["x"] >= 0
        assert badge["x"] + badge["width"] <= inside["x"] + inside["width"] <= width
