"""The settings of understanding in a browser: at both widths, in both themes, without a mouse; nothing that axe would mind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ascolto.testing.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
SCREENS = ("topics/", "topics/1/", "topics/1/change/", "models/", "models/sentiment/", "quality/")
FILLED = """
import django; django.setup()
from ascolto.kit.clock import now
from ascolto.testing.factories import make_inbox, make_customer, receive
from ascolto.understanding.actions.topics import create_topic
from ascolto.understanding.models import Correction, ModelVersion, Reading
topic = create_topic(by=None, name="Bills and fees", description="Everything about money.", hints=["invoice", "fee"],
                     examples=[f"When does bill {n} arrive?" for n in range(6)])
create_topic(by=None, name="Delivery", examples=["Where is my parcel?"])
inbox = make_inbox(name="Shop")
for n in range(40):
    message = receive(inbox, f"Where is invoice {n}? I have been waiting for it since last week and nobody answers.")
    given = dict(language="it" if n % 3 else "en", sentiment="neutral", intent="question")
    given |= dict(topic=topic if n % 2 else None, unsure=["sentiment"] if n % 5 == 0 else [])
    Reading.objects.update_or_create(message=message, defaults=given)
    if n % 4 == 0:
        Correction.objects.create(message=message, field="sentiment", was="neutral", became="negative" if n % 8 else "neutral")
told = {"n": 40, "accuracy": 0.8, "macro_f1": 0.71, "log_loss": 0.6, "ece": 0.05}
card = {"figures": {"corrections": {"before": told, "after": told}, "corpus": {"before": told, "after": told}}, "corrections": 40,
        "by_label": {"negative": 0.8, "neutral": 0.6, "positive": 0.75}}
for number, state in ((1, "retired"), (2, "live"), (3, "refused")):
    why, since = "worse on the corpus", now()
    ModelVersion.objects.create(head="sentiment", number=number, state=state, weights=b"w", card=card, live_since=since, why=why)
"""


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product(ASCOLTO_UNDERSTANDING="0").start()
    product.run(
        "createadmin", "--email", "anna@telvia.example", "--name", "Anna Conti", "--password-stdin", stdin=PASSWORD + "\n"
    )  # fmt: skip
    return product


@pytest.fixture
def anna(page: Any, telvia: Product) -> Any:
    """Anna's browser, signed in."""
    page.goto(f"{telvia.base_url}/sign-in/?next=/settings/understanding/topics/")
    page.fill("[name=email]", "anna@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".set-body").wait_for()
    return page


def findings(page: Any) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    broken = [found["id"] for found in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return broken + (["scrolls sideways"] if wide else [])


def looks_well(page: Any, address: str) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.goto(address)
            page.evaluate("document.querySelectorAll('details.more').forEach(one => one.open = true)")
            assert findings(page) == [], f"{address} at {width}, {scheme}"


def test_every_screen_is_clean_empty_and_filled(telvia: Product, anna: Any) -> None:
    for screen in ("topics/", "models/", "models/topic/", "quality/"):
        looks_well(anna, f"{telvia.base_url}/settings/understanding/{screen}")
    telvia.python(FILLED)
    for screen in SCREENS:
        looks_well(anna, f"{telvia.base_url}/settings/understanding/{screen}")


def test_anna_makes_a_topic_and_goes_back_to_a_version_with_the_keyboard(telvia: Product, anna: Any) -> None:
    telvia.python(FILLED)
    anna.goto(f"{telvia.base_url}/settings/understanding/topics/new/")
    anna.get_by_label("Name", exact=True).focus()
    anna.keyboard.type("Roaming")
    anna.keyboard.press("Enter")
    anna.locator(".set-list .link", has_text="Roaming").wait_for()
    anna.goto(f"{telvia.base_url}/settings/understanding/models/sentiment/")
    last = anna.locator("section", has=anna.locator("#v1"))
    last.locator("summary", has_text="Let this one serve").focus()
    anna.keyboard.press("Enter")
    last.locator("button", has_text="Yes, let version 1 serve").focus()
    anna.keyboard.press("Enter")
    anna.locator("[role=status]", has_text="Version 1 of").wait_for()
    anna.locator("section", has=anna.locator("#v1")).locator(".badge", has_text="serves").wait_for()
