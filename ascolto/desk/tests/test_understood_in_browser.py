"""What was understood, in a real browser: on hovering, by keyboard, by a tap; corrected, taken back; and it comes by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from ascolto.conversations.models import Conversation, Message
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product
from ascolto.testing.readings import make_reading
from ascolto.understanding.models import Reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Internet non funziona da tre giorni 😡 rimborsate su IT60X0542811101000000123456"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def read(cast: Cast) -> Conversation:
    """A conversation of several messages, all of them read; one says where the money goes."""
    start = now() - timedelta(minutes=40)
    calm: dict[str, Any] = {
        "sentiment": "neutral",
        "strength": 0.0,
        "anger": 0.1,
        "urgency": 1,
        "intent": "question",
    }
    cast.writes("Buongiorno, una domanda.", at=start)
    make_reading(Message.objects.latest("pk"), **calm)
    cast.writes("Ho perso il segnale, che succede?", at=start + timedelta(minutes=2))
    make_reading(Message.objects.latest("pk"), **calm | {"unsure": ["intent"]})
    conversation = cast.writes(TEXT, at=start + timedelta(minutes=9))
    place = TEXT.index("IT60")
    make_reading(
        Message.objects.latest("pk"), topic="Outage", alike=43, personal=[["iban", place, place + 27, True]]
    )
    return conversation


def last_line(page: Any) -> Any:
    return page.locator(".reading-line").last


def test_hovering_shows_why_and_leaving_hides_it(cast: Cast, read: Conversation, sit_down: Any) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/")
    card = page.locator("#why")
    for _ in range(5):  # what still comes beside the thread may move the line away from the pointer
        last_line(page).hover()
        with suppress(PlaywrightTimeout):
            card.wait_for(timeout=2_000)
            break
        page.mouse.move(5, 5)
    card.wait_for()
    assert "Because of ‘non funziona’, 😡" in card.inner_text()
    card.hover()  # it can be pointed at without going away
    assert card.is_visible()
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")


def test_by_keyboard_it_opens_corrects_and_closes(cast: Cast, read: Conversation, sit_down: Any) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/")
    last_line(page).focus()
    page.keyboard.press("Enter")
    page.locator("#why").wait_for()
    assert last_line(page).get_attribute("aria-expanded") == "true"
    page.locator("#why .why-choice", has_text="Question").focus()
    page.keyboard.press("Enter")
    page.locator("#why [data-corrected]", has_text="corrected by you").wait_for()
    page.wait_for_function("() => document.activeElement.textContent === 'Question'")
    assert "Question" in last_line(page).inner_text()
    page.keyboard.press("Escape")
    page.locator("#why").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.matches('.reading-line')")
    assert Reading.objects.latest("message_id").intent == "question"


def test_focus_alone_shows_it_and_escape_puts_it_away(cast: Cast, read: Conversation, sit_down: Any) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/")
    page.locator("#thread-scroll").focus()
    for _ in range(8):  # past what else a message offers
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.reading-line')"):
            break
    page.locator("#why").wait_for()
    page.keyboard.press("Escape")
    page.locator("#why").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.matches('.reading-line')")


def test_a_correction_is_undone_from_its_toast(cast: Cast, read: Conversation, sit_down: Any) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/")
    last_line(page).click()
    page.locator("#why .why-choice", has_text="Calm").click()
    page.locator("#toasts button", has_text="Undo").click()
    page.locator("#why [data-corrected]").wait_for(state="detached")
    assert Reading.objects.latest("message_id").corrected == []


def test_personal_data_light_up_in_the_message(cast: Cast, read: Conversation, sit_down: Any) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/")
    last_line(page).click()
    page.locator("#why [data-places] summary").click()
    page.locator("#why mark").wait_for()
    lit = "() => [...CSS.highlights.get('personal')].map(range => range.toString())"
    page.wait_for_function("() => CSS.highlights.has('personal')")
    assert page.evaluate(lit) == ["IT60X0542811101000000123456"]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_everybody_can_use_it(cast: Cast, read: Conversation, sit_down: Any, width: int, dark: bool) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/", width=width, dark=dark)
    last_line(page).click()
    page.locator("#why").wait_for()
    box = page.locator("#why").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_it_is_a_page_of_its_own(cast: Cast, read: Conversation, sit_down: Any) -> None:
    page = sit_down(cast.marco, f"/c/{read.number}/")
    plain = page.context.browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    other = plain.new_page()
    other.goto(page.url)
    other.locator(".reading-line").last.click()
    other.locator(".why-choice", has_text="Praise").click()
    other.locator("[data-corrected]", has_text="corrected by you").wait_for()
    other.get_by_role("button", name="Undo: What it is").click()
    other.locator("[data-corrected]").wait_for(state="detached")
    plain.close()


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    """A product that understands."""
    product = new_product(ASCOLTO_ALLOW_PRIVATE_NETWORKS="1", ASCOLTO_UNDERSTANDING="1").start()
    product.run(
        "createadmin", "--email", "marco@telvia.example", "--name", "Marco Villa", "--password-stdin",
        stdin="a quiet harbour at six\n",
    )  # fmt: skip
    return product


@pytest.mark.processes
def test_the_line_comes_by_itself_and_what_is_read_does_not_move(telvia: Product, page: Any) -> None:
    with WhatsAppNetwork() as network:
        network.mailman.url = telvia.add_channel("whatsapp", "WhatsApp", **network.settings)
        giulia = network.add_customer("393470000001", "Giulia Ferri")
        network.write(giulia, "Il modem non funziona da tre giorni, sono furiosa!")
        page.goto(f"{telvia.base_url}/sign-in/?next=/")
        page.fill("[name=email]", "marco@telvia.example")
        page.fill("[name=password]", "a quiet harbour at six")
        page.keyboard.press("Enter")
        page.locator("#rows [data-id]", has_text="Giulia Ferri").locator("a").click()
        page.evaluate("window.stays = true")
        page.locator(".reading-line").wait_for(timeout=30_000)
        for number in range(14):
            network.write(
                giulia, f"Messaggio {number}: quando torna la linea? " + "Aspetto una risposta. " * 6
            )
        page.locator(".msg", has_text="Messaggio 13").wait_for(timeout=30_000)
        page.locator("#thread-scroll").evaluate("place => { place.scrollTop = 0; }")
        top = "document.querySelector('[data-message]').getBoundingClientRect().top"
        before = page.evaluate(top)
        network.write(giulia, "Ancora niente, voglio disdire!")
        page.locator(".msg", has_text="voglio disdire").locator(".reading-line").wait_for(
            state="attached", timeout=30_000
        )
        assert page.evaluate(top) == before
        assert page.evaluate("window.stays") is True
