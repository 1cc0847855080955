"""Every channel at one desk, in a real browser: customers write on all of them, rows appear, Marco answers each, the customer gets it, and
the receipt is shown. Nobody reloads a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from ascolto.channels.registry import all_adapters
from ascolto.testing.networks.city import City
from ascolto.testing.networks.everyone import network_types
from ascolto.testing.networks.mail import MailNetwork
from ascolto.testing.product import Product, wait_for
from tests.browser.customers import Citizen, Correspondence, Correspondent, Shopper, Visitor, Writer

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PASSWORD = "a quiet harbour at six"
ORDER = ["queued", "sending", "sent", "delivered", "read"]


@pytest.fixture
def telvia(new_product: Callable[..., Product]) -> Product:
    product = new_product(ASCOLTO_ALLOW_PRIVATE_NETWORKS="1").start()
    account = ("createadmin", "--email", "marco@telvia.example", "--name", "Marco Villa", "--password-stdin")
    product.run(*account, stdin=PASSWORD + "\n")
    product.send_at_once()
    return product


@pytest.fixture
def everybody() -> Iterator[list[Correspondent]]:
    """Somebody on each channel there is."""
    with ExitStack() as stack:
        city = stack.enter_context(City())
        mail, letters = stack.enter_context(MailNetwork()), stack.enter_context(MailNetwork())
        shopper = Shopper()
        stack.enter_context(shopper.app)
        people: list[Correspondent] = [Citizen(city, kind) for kind in network_types()]
        people = [person for person in people if all_adapters()[person.kind].capabilities.listens]
        yield [*people, Correspondence(mail), shopper, Visitor(), Writer(letters)]


def sit_down(page: Any, telvia: Product) -> None:
    page.goto(f"{telvia.base_url}/sign-in/?next=/")
    page.fill("[name=email]", "marco@telvia.example")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#rows").wait_for(state="attached")
    page.evaluate("window.stays = true")


def begin(person: Correspondent, telvia: Product, text: str) -> None:
    """They write; where the company asks for messages, before it asks for the first time."""
    asked = isinstance(person, Citizen) and not person.network.has_hooks
    if isinstance(person, Citizen):
        person.public = not all_adapters()[person.kind].capabilities.private
    if asked:
        person.says(text)
    person.connect(telvia)
    if not asked:
        person.says(text)


def answer(person: Correspondent, page: Any, said: str, text: str) -> None:
    """Marco opens the row, answers, and sees what became of it."""
    row = page.locator("#rows [data-id]", has_text=said)
    row.wait_for(timeout=60_000)
    row.locator("a").first.click()
    page.locator(".msg", has_text=said).first.wait_for()
    if not all_adapters()[person.kind].capabilities.answers:
        page.get_by_role("button", name="Answered there").click()
        page.get_by_text("Answered on the network's own page").wait_for()
        page.evaluate("window.stays = true")
        return
    side = "public" if getattr(person, "public", False) else "private"
    page.locator(f"[name=mode][value={side}]").check(force=True)
    page.locator("#draft").fill(text)
    page.locator("[data-send]").click()
    bubble = page.locator(".msg-out", has_text=text)
    bubble.wait_for()
    wait_for(lambda: person.has_got(text), within=30, why=f"{person.kind}: the customer gets the answer")
    wanted = ", ".join(f'[data-delivery="{state}"]' for state in ORDER[ORDER.index(best_of(person)) :])
    bubble.locator(wanted).wait_for(timeout=30_000)


def is_listed(page: Any, telvia: Product, said: str) -> bool:
    """Whether something nobody has to answer stands among all conversations."""
    page.goto(f"{telvia.base_url}/?view=all")
    return bool(page.locator("#rows [data-id]", has_text=said).count())


def best_of(person: Correspondent) -> str:
    """The best that is told at once: a site that is asked every few minutes tells more later."""
    if not isinstance(person, Citizen) or not person.network.has_hooks:
        return person.best
    can = all_adapters()[person.kind].capabilities
    if can.reviews:
        return person.best
    told = can.receipts
    return next((state for state in ("read", "delivered") if state in told), "sent")


def test_there_and_back_on_every_channel(telvia: Product, everybody: list[Correspondent], page: Any) -> None:
    sit_down(page, telvia)
    assert {person.kind for person in everybody} == {
        kind for kind, adapter in all_adapters().items() if adapter.capabilities.listens
    }
    failed: dict[str, str] = {}
    heard = [
        person for person in everybody if all_adapters()[person.kind].capabilities.audience != "listening"
    ]
    for person in heard:
        said, text = f"My line is dead, says {person.kind}.", f"We are on it, dear {person.kind}."
        try:
            begin(person, telvia, said)
            answer(person, page, said, text)
        except Exception as error:
            failed[person.kind] = f"{type(error).__name__}: {error}"[:600]
    assert failed == {}, "\n".join(f"{kind}: {reason}" for kind, reason in failed.items())
    assert page.evaluate("window.stays") is True, "the page was loaded anew"
    for person in (person for person in everybody if person not in heard):
        begin(person, telvia, said := f"Somebody speaks of us, says {person.kind}.")
        wait_for(
            lambda said=said: is_listed(page, telvia, said), within=40, why=f"{said} is in the list of all"
        )  # type: ignore[misc]
