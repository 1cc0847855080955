"""Beside the draft, in a real browser: earlier answers, the language, a summary. They help; the person sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ascolto.conversations.actions import add_reply, change_status
from ascolto.conversations.models import Conversation, Message
from ascolto.kit.clock import now
from ascolto.knowledge.actions.replies import create_reply
from ascolto.testing.factories import Cast, make_cast, make_customer
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Similar

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def long_one(cast: Cast) -> Conversation:
    """A long conversation in Italian, and something that answers it."""
    start = now() - timedelta(minutes=50)
    for n in range(13):
        text = f"Il router {n} non si accende da martedì. Quando lo cambiate?"
        conversation = cast.writes(text, at=start + timedelta(minutes=n))
        make_reading(Message.objects.latest("pk"), topic="Router", alike=4)
    before = cast.writes("Il router è spento", customer=make_customer("Paolo Ricci"))
    add_reply(agent=cast.marco, conversation=before, text="Tieni premuto il tasto per dieci secondi.")
    change_status(agent=cast.marco, conversation=before, status="resolved")
    reply = create_reply(by=cast.anna, title="Restart", shortcut="restart", texts={"it": "Stacca la spina."})
    message = Message.objects.filter(conversation=conversation).latest("occurred_at")
    for kind, target, score in (("conversation", before.pk, 0.93), ("saved_reply", reply.pk, 0.6)):
        Similar.objects.create(message=message, kind=kind, target=target, account=cast.inbox, score=score)
    return conversation


def test_an_earlier_answer_goes_into_the_draft_and_no_further(
    cast: Cast, long_one: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{long_one.number}/")
    sent = Message.objects.filter(direction="out").count()
    page.locator("#draft").fill("Buongiorno Giulia,")
    page.locator(".simi summary").click()
    with page.expect_response("**/similar/") as answer:
        page.locator(".simi-one").first.get_by_role("button", name="Insert").click()
    assert answer.value.status == 200
    page.locator("#similar.htmx-settling, #similar.htmx-swapping").wait_for(state="detached")
    assert page.input_value("#draft") == "Buongiorno Giulia,\n\nTieni premuto il tasto per dieci secondi."
    page.locator("#draft:focus").wait_for()
    assert Message.objects.filter(direction="out").count() == sent
    page.locator(".simi-one", has_text="Stacca").get_by_role("button", name="Not helpful").click()
    page.locator(".simi-one", has_text="Stacca").wait_for(state="detached")


def test_the_language_of_the_draft_is_noticed_while_typing(
    cast: Cast, long_one: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{long_one.number}/")
    page.locator("#draft").click()
    page.keyboard.type("We are sorry, we are going to send you another router tomorrow.")
    page.locator("#draft-language", has_text="the customer writes in Italian").wait_for()
    page.locator("#composer label", has_text="Note").click()
    page.keyboard.press("Control+Enter")
    page.locator("#draft").fill("Ci dispiace, domani ti mandiamo un altro router.")
    page.locator("#draft-language p").wait_for(state="detached")


def test_a_line_of_the_summary_leads_to_its_message(
    cast: Cast, long_one: Conversation, sit_down: Any
) -> None:
    page = sit_down(cast.marco, f"/c/{long_one.number}/")
    page.locator("#summary > summary").focus()
    page.keyboard.press("Enter")
    line = page.locator(".sum-lines a").first
    line.wait_for()
    pk = line.get_attribute("data-to-message")
    line.click()
    assert page.evaluate("document.activeElement.id") == f"m-{pk}"
    assert page.locator(f"#m-{pk}").is_visible()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_use_what_helps(
    cast: Cast, long_one: Conversation, sit_down: Any, width: int, dark: bool
) -> None:
    page = sit_down(cast.marco, f"/c/{long_one.number}/", width=width, dark=dark)
    page.locator("#summary > summary").click()
    page.locator(".sum-lines a").first.wait_for()
    page.locator(".simi summary").click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
