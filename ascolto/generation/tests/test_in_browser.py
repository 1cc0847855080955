"""Anna connects a model, and is helped by it: the real product, real pages, a stand-in for the model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ascolto.testing.language_model import KEY, MODEL, LanguageModel
from ascolto.testing.networks.whatsapp import WhatsAppNetwork
from ascolto.testing.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SETTINGS = "/settings/language-model/"
THEMES = ("light", "dark")


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product(ASCOLTO_ALLOW_PRIVATE_NETWORKS="1").start()
    product.run(
        "createadmin", "--email", "anna@telvia.example", "--name", "Anna Conti", "--password-stdin",
        stdin=PASSWORD + "\n",
    )  # fmt: skip
    return product


@pytest.fixture
def whatsapp(telvia: Product) -> Iterator[WhatsAppNetwork]:
    with WhatsAppNetwork() as network:
        network.mailman.url = telvia.add_channel("whatsapp", "WhatsApp", **network.settings)
        yield network


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    with LanguageModel() as running:
        yield running
        running.gate.set()


@pytest.fixture
def anna(page: Any, telvia: Product) -> Any:
    """Anna's browser, signed in."""
    page.goto(f"{telvia.base_url}/sign-in/?next={SETTINGS}")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(telvia.base_url + SETTINGS)
    return page


def findings(page: Any, name: str) -> dict[str, list[str]]:
    """What axe finds on a phone and on a desk, by day and by night, and whether the page scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[str, list[str]] = {}
    for width in (1440, 390):
        for theme in THEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            broken = [
                f"{each['id']}: {node['html'][:100]}"
                for each in Axe().run(page).response["violations"]
                for node in each["nodes"]
            ]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                broken.append("scrolls sideways")
            if broken:
                found[f"{name} {width} {theme}"] = broken
            if folder := os.environ.get("ASCOLTO_TEST_PICTURES"):
                page.screenshot(path=str(Path(folder) / f"{name}-{width}-{theme}.png"), full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    return found


def connect(anna: Any, model: LanguageModel) -> None:
    """Everything by hand, as an administrator does it."""
    anna.get_by_label("Address of the server").fill(model.url)
    anna.get_by_label("This server is in our own network").check()
    anna.get_by_label("Name of the model").fill(MODEL)
    anna.get_by_label("Key", exact=False).first.fill(KEY)
    anna.locator("section[aria-labelledby=server] button", has_text="Save").click()
    anna.locator(".notice", has_text="Saved.").wait_for()


def test_anna_connects_tests_and_switches_on(
    telvia: Product, whatsapp: Any, model: LanguageModel, anna: Any
) -> None:
    assert findings(anna, "settings-off") == {}
    assert anna.locator("button", has_text="Switch it on").is_disabled()
    connect(anna, model)
    anna.locator("button", has_text="Test it").click()
    anna.locator("#gen-test", has_text="The model answered in").wait_for()
    anna.locator("#gen-test", has_text="Good morning").wait_for()
    anna.get_by_role("checkbox", name="Suggest a reply", exact=True).check()
    anna.get_by_role("checkbox", name="WhatsApp: Suggest a reply").check()
    anna.locator("section[aria-labelledby=what] button", has_text="Save").click()
    anna.locator(".notice", has_text="Saved.").wait_for()
    anna.locator("button", has_text="Switch it on").click()
    anna.locator("button", has_text="Switch it off").wait_for()
    anna.locator(".badge", has_text="Working").wait_for()
    assert KEY not in anna.content()
    assert findings(anna, "settings-on") == {}
    model.suffer(401, times=1)
    anna.locator("button", has_text="Test it").click()
    anna.locator("#gen-test", has_text="does not accept our key").wait_for()
    anna.goto(f"{telvia.base_url}{SETTINGS}log/")
    assert anna.locator("tbody tr").count() == 2
    assert findings(anna, "log") == {}
    anna.locator("tbody a").first.click()
    anna.locator("h1", has_text="Departure").wait_for()
    assert KEY not in anna.content()
    assert findings(anna, "departure") == {}


ON = """
import django; django.setup()
from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount
from ascolto.generation.actions.configure import choose, describe, switch
from ascolto.generation.models import ASKED_FOR
by = Agent.objects.first()
describe(by=by, values={"base_url": %r, "model": %r, "is_own_network": True, "time_limit": 60}, api_key=%r)
choose(by=by, purposes=ASKED_FOR, switches=[(a.pk, p) for a in ChannelAccount.objects.all() for p in ASKED_FOR])
switch(by=by, on=True)
"""


def open_conversation(anna: Any, telvia: Product, name: str) -> None:
    anna.goto(f"{telvia.base_url}/")
    anna.locator("#rows [data-id]", has_text=name).locator("a").click()
    anna.locator("#draft").wait_for()


def test_a_suggestion_goes_into_the_draft_and_only_anna_sends_it(
    telvia: Product, whatsapp: Any, model: LanguageModel, anna: Any
) -> None:
    giulia = whatsapp.add_customer("393470000001", "Giulia Ferri")
    whatsapp.write(giulia, "Buongiorno, sono Giulia: la linea non va.")
    open_conversation(anna, telvia, "Giulia Ferri")
    assert anna.locator("[data-model]").count() == 0, "off: nothing is shown"
    telvia.python(ON % (model.url, MODEL, KEY))
    open_conversation(anna, telvia, "Giulia Ferri")

    model.gate.clear()
    anna.locator("[data-model=suggestion]").click()
    anna.locator("#gen", has_text="The model is writing").wait_for()
    assert findings(anna, "desk-writing") == {}
    anna.locator("#gen button", has_text="Cancel").click()
    anna.locator("#gen", has_text="Cancelled").wait_for()
    model.gate.set()

    anna.locator("[data-model=suggestion]").click()
    anna.locator("#gen", has_text="you answer for it").wait_for()
    assert findings(anna, "desk-suggested") == {}
    anna.locator("[data-model-insert]").click()
    draft = anna.locator("#draft").input_value()
    assert "Giulia" in draft
    anna.locator("[data-model-origin]").wait_for()
    assert not whatsapp.sent, "inserted, never sent"
    anna.locator("#draft").press("Control+Enter")
    anna.locator(".msg-out [data-provenance]", has_text="checked by Anna Conti").wait_for()
    wait_for(lambda: whatsapp.sent, why="the answer has left")
    assert whatsapp.sent[-1].text == f"{draft}\nAnna"
    assert anna.locator("[data-model-origin]").is_hidden()
    assert findings(anna, "desk-sent") == {}


def test_a_summary_becomes_a_note_and_what_fails_is_told(
    telvia: Product, whatsapp: Any, model: LanguageModel, anna: Any
) -> None:
    giulia = whatsapp.add_customer("393470000001", "Giulia Ferri")
    whatsapp.write(giulia, "My line has been dead since this morning.")
    telvia.python(ON % (model.url, MODEL, KEY))
    open_conversation(anna, telvia, "Giulia Ferri")
    anna.locator("[data-model=summary]").click()
    anna.locator("#gen", has_text="Put it into a note").wait_for()
    anna.locator("[data-model-insert]").click()
    assert anna.locator("[name=mode][value=note]").is_checked()
    anna.locator("[data-model-origin]").wait_for()
    anna.locator("#draft").fill("")
    assert anna.locator("[data-model-origin]").is_hidden(), "what was thrown away is forgotten"
    model.suffer(500)
    anna.locator("[data-model=summary]").click()
    anna.locator("#gen", has_text="has trouble of its own").wait_for()
    anna.locator("#gen", has_text="dead since this morning").wait_for()
    assert findings(anna, "desk-fallback") == {}
    anna.locator("#gen [aria-label='Put away']").click()
    anna.locator("#gen", has_text="trouble").wait_for(state="detached")
    anna.locator("[data-model=translation]").click()
    anna.locator("#gen", has_text="There is no text to translate").wait_for()
