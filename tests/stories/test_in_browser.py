"""Six of the stories once more, in a real browser: keys, fragments and scripts as people have them, and everybody can use what they see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from ascolto.accounts.models import Agent
from ascolto.conversations.actions import add_reply, assign
from ascolto.conversations.models import Conversation, Message
from ascolto.routing.models import HandOff
from ascolto.sla.models import Commitment
from tests.stories.town import OFFER, Town, holder

pytestmark = pytest.mark.browser
Sit = Callable[..., Any]


@pytest.fixture
def town(transactional_db: None) -> Iterator[Town]:
    """Telvia at this very moment: a browser has a clock of its own."""
    town = Town(begins=None)
    yield town
    town.leave()


@pytest.fixture
def sit_down(live_server: Any, browser: Any) -> Iterator[Sit]:
    """Open a page as somebody, in a browser of their own; a script that fails, fails the story."""
    contexts, failures = [], []

    def open_page(agent: Agent, path: str) -> Any:
        client = Client()
        client.force_login(agent)
        context = browser.new_context(
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Rome",
        )
        contexts.append(context)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []


def is_sound(page: Any) -> None:
    """What axe finds on it: nothing."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    told = [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
    assert not told, "\n".join(told)


def address(talk: Conversation) -> str:
    return f"/c/{talk.number}/"


def test_an_offer_is_stopped_while_marco_writes_removed_with_one_click_and_the_rest_is_signed(
    town: Town, sit_down: Sit
) -> None:
    talk = town.complains(town.giulia, inbox=town.whatsapp)
    page = sit_down(town.marco, address(talk))
    page.locator("#draft").fill(f"Buongiorno Giulia, il tecnico arriva domani alle 10. {OFFER}")
    finding = page.locator("#draft-findings [data-finding=right-timing]")
    finding.wait_for()
    assert talk.number in finding.inner_text()
    is_sound(page)
    finding.locator("[data-remove]").click()
    finding.wait_for(state="detached")
    assert (
        page.locator("#draft").input_value().strip() == "Buongiorno Giulia, il tecnico arriva domani alle 10."
    )
    page.locator("#draft").press("Control+Enter")
    page.locator(".msg", has_text="il tecnico arriva domani alle 10.").wait_for()
    message = Message.objects.get(conversation=talk, direction="out")
    assert "19,90" not in message.text
    assert "Marco" in message.extra["signature"]
    assert "Marco, Telvia" in page.locator("#conversation").inner_text()


def test_a_dated_promise_is_found_confirmed_with_a_key_and_stands_on_the_card(
    town: Town, sit_down: Sit
) -> None:
    talk = town.complains(town.giulia)
    page = sit_down(town.marco, address(talk))
    page.locator("#draft").fill("Verifico con i tecnici. Le scrivo domani entro le 18, novità o no.")
    box = page.locator("[data-promise-confirm]")
    box.wait_for(state="attached")
    assert not box.is_checked()
    page.keyboard.press("Alt+p")
    assert box.is_checked()
    is_sound(page)
    page.locator("#draft").press("Control+Enter")
    page.locator(".msg", has_text="novità o no").wait_for()
    page.locator("#commitments sla-clock").wait_for()
    assert "Le scrivo domani entro le 18" in page.locator("#commitments").inner_text()
    promise = Commitment.objects.get()
    assert (promise.state, promise.owner) == ("open", town.marco)


def test_marco_offers_davide_accepts_in_his_own_browser_and_sara_had_refused_with_a_reason(
    town: Town, sit_down: Sit
) -> None:
    talk = town.complains(town.giulia, "Il mio codice cliente è 4471902 e la linea è morta.")
    add_reply(agent=town.marco, conversation=talk, text="Ci guardo subito.")
    marco = sit_down(town.marco, address(talk))
    _offers(marco, "Sara Conti", "È una campagna?")
    sara = sit_down(town.sara, address(talk))
    banner = sara.locator("#hand-off")
    banner.get_by_text("Marco Villa offers you this conversation.").wait_for()
    is_sound(sara)
    banner.locator("summary", has_text="Refuse").click()
    banner.locator("[name=reason]").fill("È un guasto, non una campagna.")
    banner.locator("[name=proposed]").select_option(label="Davide Serra")
    banner.get_by_role("button", name="Refuse").click()
    sara.wait_for_url("**/hand-offs/")
    assert HandOff.objects.get().state == "refused"
    assert holder(talk) == "Marco"
    marco.reload()
    marco.get_by_text("È un guasto, non una campagna.").first.wait_for()
    _offers(marco, "Davide Serra", "Serve il reparto tecnico.")
    davide = sit_down(town.davide, address(talk))
    davide.locator("#hand-off").get_by_role("button", name="Accept").click()
    davide.locator("#th-head", has_text="Davide Serra").wait_for()
    assert holder(talk) == "Davide"


def _offers(page: Any, whom: str, note: str) -> None:
    page.locator("#th-head summary[aria-label='Hand over']").click()
    page.locator("#hand-over-to").select_option(label=whom)
    page.locator("#hand-over-note").fill(note)
    page.get_by_role("button", name="Offer it").click()
    page.get_by_text(f"Offered to {whom}.").wait_for()


def test_why_this_deadline_opens_with_its_trace(town: Town, sit_down: Sit) -> None:
    talk = town.complains(town.giulia)
    page = sit_down(town.marco, address(talk))
    page.locator("#th-head details[data-menu=promise] summary").first.press("Enter")
    page.locator("#sla-why", has_text="First answer").wait_for()
    told = page.locator("#sla-why").inner_text()
    assert "the customer wrote on" in told
    assert "Due:" in told
    is_sound(page)
    assert sit_down(town.viktor, f"{address(talk)}promise/").title().startswith("There is nothing here")


def test_anna_gives_two_to_davide_with_the_keyboard_and_takes_them_back(town: Town, sit_down: Sit) -> None:
    talks = [town.complains(customer) for customer in town.strangers(3)]
    for talk in talks:
        assign(agent=town.anna, conversation=talk, assignee=town.marco)
    page = sit_down(town.anna, "/wall/")
    page.locator("[data-drag]").nth(2).wait_for()
    is_sound(page)
    for key in ("j", "x", "j", "x", "a"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == "give-to"
    page.locator("#give-to").select_option(label="Davide Serra")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="2 conversations moved").wait_for()
    assert sorted(holder(talk) for talk in talks) == ["Davide", "Davide", "Marco"]
    with page.expect_response("**/wall/undo/**"):
        page.locator(".toast button", has_text="Undo").press("Enter")
    assert {holder(talk) for talk in talks} == {"Marco"}


def test_the_charter_shows_what_was_stopped_and_what_was_done_all_the_same(town: Town, sit_down: Sit) -> None:
    talk = town.complains(town.giulia)
    page = sit_down(town.marco, address(talk))
    page.locator("#draft").fill(OFFER)
    finding = page.locator("#draft-findings [data-finding=right-timing]")
    finding.wait_for()
    page.locator("#draft").press("Control+Enter")
    page.locator("[data-refused] [data-finding], [data-refused] [data-guard]").first.wait_for()
    inside = page.locator("[data-finding=right-timing]").last
    inside.locator("summary", has_text="Send it all the same").click()
    inside.locator("input").fill("Giulia ha chiesto il prezzo al telefono.")
    page.get_by_role("button", name="Send as Marco").click()
    page.locator(".msg", has_text="attivala entro domenica").wait_for()
    charter = sit_down(town.anna, "/charter/?g=right-timing&period=today")
    told = charter.locator("#dett").inner_text()
    assert "Giulia ha chiesto il prezzo al telefono." in told
    is_sound(charter)
