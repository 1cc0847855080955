"""Anna sets Ascolto up with the keyboard alone, on a large screen and on a telephone; nothing keeps anybody out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ascolto.accounts.actions import make_setup_link
from ascolto.accounts.models import Agent, Role
from ascolto.channels.models import ChannelAccount
from ascolto.intake.models import RawEvent
from ascolto.sla.models import SlaPolicy
from ascolto.testing.factories import PASSWORD, make_agent, make_inbox, make_team

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = (
    "/settings/inboxes/",
    "/settings/inboxes/connect/",
    "/settings/inboxes/connect/email/",
    "/settings/inboxes/{inbox}/",
    "/settings/inboxes/{inbox}/change/",
    "/settings/set-aside/",
    "/settings/set-aside/{letter}/",
    "/settings/people/",
    "/settings/people/{person}/",
    "/settings/teams/",
    "/settings/teams/{team}/",
    "/settings/company/",
    "/settings/log/",
    "/settings/tokens/",
    "/settings/profile/",
)


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.ALLOWED_HOSTS = ["*"]
    return str(live_server.url)


def problems_of(page: Any) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{it['id']}: {it['nodes'][0]['html'][:200]}" for it in found] + (
        ["scrolls sideways"] if wide else []
    )


def type_into(page: Any, label: str, text: str) -> None:
    """Walk with Tab to the field and type, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.labels?.[0]?.innerText.trim().split('\\n')[0]") == label:
            page.keyboard.press("Control+A")
            page.keyboard.type(text)
            return
    raise AssertionError(f"Tab does not reach {label!r}")


def press(page: Any, text: str) -> None:
    """Walk with Tab to the button or link and press Enter."""
    for _ in range(80):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.innerText?.trim().replace(/\\s+/g, ' ')")
        if name == text and page.evaluate("document.activeElement.matches('a, button')"):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not reach {text!r}")


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_the_whole_set_up_by_keyboard(page: Any, site: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    refusals: list[str] = []
    page.on("console", lambda said: refusals.append(said.text) if said.type == "error" else None)
    page.goto(make_setup_link(site))
    assert problems_of(page) == []
    type_into(page, "Company name", "Telvia")
    type_into(page, "Your name", "Anna Conti")
    type_into(page, "Your e-mail", "anna@telvia.example")
    type_into(page, "Password", PASSWORD)
    press(page, "Continue")
    assert problems_of(page) == []
    press(page, "Connect Webhook" if page.get_by_text("Webhook").count() else "Connect")
    assert problems_of(page) == []
    type_into(page, "Name of the inbox", "Shop")
    type_into(page, "Secret", "a-shared-secret")
    press(page, "Connect")
    assert "/hooks/webhook/" in page.locator("input[data-copied]").first.input_value()
    assert problems_of(page) == []
    press(page, "Continue")
    assert problems_of(page) == []
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.name") != "minutes":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert "30" in page.locator("[data-minutes]").inner_text()
    press(page, "Make this promise")
    assert problems_of(page) == []
    type_into(page, "Invite by e-mail (optional)", "marco@telvia.example")
    press(page, "Make the invitations")
    assert "/join/" in page.locator("input[data-copied]").first.input_value()
    assert problems_of(page) == []
    press(page, "Finish")
    assert page.get_by_role("heading", name="We’re listening").is_visible()
    assert problems_of(page) == []
    assert SlaPolicy.objects.get(valid_until=None).first_response == timedelta(minutes=30)
    assert set(Agent.objects.values_list("role", flat=True)) == {Role.ADMINISTRATOR, Role.AGENT}
    assert ChannelAccount.objects.get().name == "Shop"
    assert refusals == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1024, "dark"), (390, "dark"), (320, "light")])
def test_every_settings_screen_is_open_to_everybody(page: Any, site: str, width: int, theme: str) -> None:
    anna = make_agent("Anna Conti", Role.ADMINISTRATOR, theme=theme)
    inbox, team = make_inbox("webhook", "Shop"), make_team("Care", anna)
    letter = RawEvent.objects.create(
        account=inbox,
        digest=b"x" * 32,
        body=b'{"a": 1}',
        state=RawEvent.State.DEAD,
        error="KeyError: 'entry'",
    )
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{site}/sign-in/")
    assert problems_of(page) == []
    page.get_by_label("E-mail").fill("anna@telvia.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    found = {}
    for screen in SCREENS:
        address = screen.format(inbox=inbox.pk, letter=letter.pk, person=anna.pk, team=team.pk)
        page.goto(site + address)
        found[address] = problems_of(page)
    assert {address: problems for address, problems in found.items() if problems} == {}


def test_a_hook_address_is_copied_by_its_button(page: Any, site: str) -> None:
    make_agent("Anna Conti", Role.ADMINISTRATOR)
    inbox = make_inbox("webhook", "Shop")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto(f"{site}/sign-in/?next=/settings/inboxes/{inbox.pk}/")
    page.get_by_label("E-mail").fill("anna@telvia.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/hooks/webhook/{inbox.token}")
