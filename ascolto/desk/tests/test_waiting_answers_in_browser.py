"""Drafts, undo, send later and approvals, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ascolto.composing.actions.drafts import Content, save_draft, share_draft
from ascolto.composing.actions.rules import change_rule
from ascolto.composing.models import Draft, PlannedReply, Proposal
from ascolto.conversations.models import Conversation, Message
from ascolto.testing.factories import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast("email")


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.writes("Il router non si accende da martedì. Quando lo cambiate?")


def address(conversation: Conversation) -> str:
    return f"/c/{conversation.number}/"


def saved(page: Any) -> Any:
    return page.expect_response(lambda answer: answer.url.endswith("/composing/draft/"))


def axe(page: Any, part: str = "#composing") -> None:
    found = Axe().run(page, context=part, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_draft_follows_marco_to_another_device(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    desk = sit_down(cast.marco, address(conversation))
    desk.locator("#draft").click()
    with saved(desk):
        desk.keyboard.type("Buongiorno Giulia, domani")
    assert Draft.objects.get().text == "Buongiorno Giulia, domani"
    phone = sit_down(cast.marco, address(conversation), width=390)
    expect(phone.locator("#draft")).to_have_value("Buongiorno Giulia, domani")
    phone.locator("#draft").press("End")
    with saved(phone):
        phone.locator("#draft").press_sequentially(" arriva il tecnico.")
    with saved(desk) as told:
        desk.locator("#draft").press_sequentially(" le scrivo.")
    assert told.value.status == 409
    desk.locator("[data-draft-conflict]").wait_for(state="visible")
    axe(desk)
    desk.locator("[data-draft-use]").click()
    expect(desk.locator("#draft")).to_have_value("Buongiorno Giulia, domani arriva il tecnico.")
    desk.get_by_text("other version of your draft").wait_for()


def test_an_answer_is_undone_and_its_words_are_back(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    cast.marco.undo_seconds = 60
    cast.marco.save()
    page = sit_down(cast.marco, address(conversation))
    page.locator("#draft").fill("Arriva un tecnico.")
    page.locator("#draft").press("Control+Enter")
    bubble = page.locator(".msg-out")
    bubble.get_by_text("Leaves in").wait_for()
    axe(page, ".held")
    bubble.get_by_role("button", name="Undo").click()
    bubble.wait_for(state="detached")
    expect(page.locator("#draft")).to_have_value("Arriva un tecnico.")
    assert not Message.objects.filter(direction="out").exists()
    assert Conversation.objects.get().waiting_since is not None


def test_an_answer_leaves_tomorrow_unless_it_is_cancelled(
    cast: Cast, conversation: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, address(conversation))
    page.locator("#draft").fill("Come va oggi?")
    page.locator("[data-send-menu] > summary").click()
    axe(page, "[data-send-menu]")
    page.get_by_role("button", name="Tomorrow at 9:00").click()
    card = page.get_by_role("region", name="Planned answer")
    card.get_by_text("Leaves tomorrow at 9:00").wait_for()
    assert page.input_value("#draft") == ""
    assert PlannedReply.objects.get().state == "planned"
    axe(page)
    card.get_by_role("button", name="Cancel it").click()
    card.wait_for(state="detached")
    expect(page.locator("#draft")).to_have_value("Come va oggi?")
    page.locator("[data-send-menu] > summary").click()
    page.get_by_label("When it leaves").fill("in 3 hours")
    page.get_by_label("When it leaves").press("Enter")
    page.get_by_role("region", name="Planned answer").wait_for()
    assert not Message.objects.filter(direction="out").exists()


def test_anna_approves_what_marco_wrote(cast: Cast, conversation: Conversation, sit_down: Any) -> None:
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    marco = sit_down(cast.marco, address(conversation))
    marco.locator("#draft").fill("Arriva un tecnico.")
    marco.locator("#draft").press("Control+Enter")
    marco.get_by_text("Your answer waits for approval.").wait_for()
    assert Proposal.objects.get().state == "waiting"
    anna = sit_down(cast.anna, address(conversation), width=390, dark=True)
    card = anna.get_by_role("region", name="Answer to be approved")
    card.locator("textarea[name=text]").fill("Arriva un tecnico domani.")
    axe(anna)
    card.get_by_role("button", name="Approve").click()
    card.wait_for(state="detached")
    assert Message.objects.get(direction="out").text == "Arriva un tecnico domani."


def test_a_shared_draft_is_taken_over(cast: Cast, conversation: Conversation, sit_down: Any) -> None:
    save_draft(
        agent=cast.marco,
        conversation=conversation,
        content=Content(mode="private", text="Abbiamo controllato la linea."),
    )
    share_draft(agent=cast.marco, conversation=conversation)
    page = sit_down(cast.anna, address(conversation))
    page.get_by_text("Marco Villa has begun an answer").wait_for()
    axe(page)
    page.get_by_role("button", name="Go on with it").click()
    expect(page.locator("#draft")).to_have_value("Abbiamo controllato la linea.")
    assert Draft.objects.get().agent == cast.anna
