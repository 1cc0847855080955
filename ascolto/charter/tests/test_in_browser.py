"""The Charter in a browser: readable on a phone and a desk, light and dark, with the keyboard, for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from ascolto.accounts.models import Agent, Company, Role
from ascolto.charter.days import Span
from ascolto.charter.guarantee import Measure
from ascolto.charter.measuring import keep, keep_summary
from ascolto.charter.models import CharterPage
from ascolto.charter.standing import charter_of
from ascolto.kit.clock import now
from ascolto.sla.models import SlaClock
from ascolto.testing.factories import Cast, make_agent, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.any_database]
SHARES = {
    "parity": 99.1,
    "no-rubber-wall": 95.8,
    "right-timing": 100,
    "named": 99.7,
    "promises-kept": 92.8,
    "one-owner": 87.9,
}

SCREENS = (
    "/charter/?g=promises-kept",
    "/charter/?g=parity",
    "/charter/promises-kept/breaches/",
    "/settings/charter/",
    "/our-charter/",
)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    Company.objects.filter(pk=Company.current().pk).update(name="Telvia")
    cast = make_cast()
    today = now().date()
    for back in range(30):
        for slug, share in SHARES.items():
            kept = round(share * 10 - (back % 5))
            channels = {"whatsapp": (kept // 2, 500), "telephone": (kept - kept // 2, 500)}
            figures = {
                "stopped": 7,
                "hand_offs": 1200,
                "asked_again": 1,
                "channel:whatsapp": 500,
                "group:0": 900,
            }
            steps = {"channel:whatsapp": {"160": 480}, "channel:telephone": {"180": 30}}
            keep(slug, today - timedelta(days=back), Measure(kept, 1000, channels, figures, steps))
    conversation = cast.writes(at=now() - timedelta(minutes=80))
    SlaClock.objects.all().delete()
    due = now() - timedelta(minutes=48)
    SlaClock.objects.create(
        conversation=conversation,
        kind="first_response",
        channel="webhook",
        started_at=due - timedelta(minutes=15),
        due_at=due,
        state="breached",
    )
    CharterPage.objects.update_or_create(
        pk=1, defaults={"is_public": True, "in_force_since": today, "version": 3}
    )
    keep_summary(charter_of(Span.MONTH))
    return cast


@pytest.fixture
def opened(page: Any, live_server: Any, cast: Cast) -> Any:
    """A page of Paola's, signed in."""
    client = Client()
    client.force_login(make_agent("Paola Riva", Role.ADMINISTRATOR))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
    )
    page.goto(live_server.url)
    return page


def _is_sound(page: Any) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_page_is_sound_at_every_width(opened: Any, live_server: Any, width: int, theme: str) -> None:
    Agent.objects.update(theme=theme, language="it" if width == 390 else "en")
    opened.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
    for path in SCREENS:
        opened.goto(live_server.url + path)
        _is_sound(opened)


def test_a_guarantee_is_chosen_with_the_keyboard_and_its_breach_leads_to_the_thread(
    opened: Any, live_server: Any
) -> None:
    opened.goto(f"{live_server.url}/charter/")
    opened.locator("#g7 a").focus()
    opened.keyboard.press("Enter")
    opened.wait_for_url("**g=promises-kept**")
    assert "Promises kept" in opened.locator("#dett").inner_text()
    opened.locator("#dett .brk a").first.click()
    opened.wait_for_url("**/c/**")


def test_g_c_goes_to_the_charter_and_its_marks_are_in_sight_everywhere(opened: Any, live_server: Any) -> None:
    assert opened.locator(".carta-mini svg").is_visible()
    opened.keyboard.press("g")
    opened.keyboard.press("c")
    opened.wait_for_url("**/charter/")
