"""Marco's day at the desk, whole: by keyboard alone at 1440 px, with one thumb at 390 px, in both languages and both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from ascolto.conversations.models import Message
from tests.browser.desk_day import make_day
from tests.browser.desk_tasks import TASKS
from tests.browser.hands import Hands, Keyboard, Touch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What lies under a finger in the middle of each control that can be seen; a control under another one cannot be pressed.
COVERED = """() => [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main textarea')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches('.sr') && !one.closest('[aria-hidden=true]'))
  .filter((one) => {
    one.scrollIntoView({ block: 'center', inline: 'center' });
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return false;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 12));
    return !top || !(one.contains(top) || top.contains(one) || top.closest('label')?.contains(one));
  }).map((one) => one.outerHTML.slice(0, 140))"""
SCREENS: dict[type[Hands], dict[str, Any]] = {
    Keyboard: {"viewport": {"width": 1440, "height": 900}},
    Touch: {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


@pytest.fixture
def sit_down(live_server: Any, browser: Any) -> Iterator[Callable[..., Any]]:
    """A page at the address as this person: `sit_down(agent, path, **context)`."""
    contexts = []

    def enter(agent: Any, path: str = "/", **wanted: Any) -> Any:
        client = Client()
        client.force_login(agent)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(reduced_motion="reduce", **wanted)
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield enter
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("way", "language", "theme"),
    [(Keyboard, "en", "light"), (Keyboard, "it", "dark"), (Touch, "it", "light"), (Touch, "en", "dark")],
    ids=["keys-en-light", "keys-it-dark", "touch-it-light", "touch-en-dark"],
)
def test_a_day_at_the_desk(
    transactional_db: None,
    sit_down: Callable[..., Any],
    live_server: Any,
    way: type[Hands],
    language: str,
    theme: str,
) -> None:
    day = make_day(language, theme)
    page = sit_down(day.cast.marco, color_scheme=theme, locale=language, **SCREENS[way])
    hands = way(page, live_server.url, f"{way.__name__.lower()}-{language}-{theme}")
    assert page.locator("html").get_attribute("lang") == language
    for task in TASKS:
        hands.take(task, day)
    assert not hands.wrong, "\n".join(hands.wrong)


@pytest.mark.parametrize("width", [1440, 390])
def test_text_twice_as_large_covers_nothing_and_needs_no_scrolling_sideways(
    transactional_db: None, sit_down: Callable[..., Any], live_server: Any, width: int
) -> None:
    """The default size of the browser's text is doubled, as people do who see badly; motion is reduced."""
    day = make_day("it", "light")
    page = sit_down(day.cast.anna, viewport={"width": width, "height": 844}, locale="it")
    large = {"fontSizes": {"standard": 32, "fixed": 26}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", large)
    talk, wrong = day.talk("Carla Riva"), []
    customer = f"/customers/{talk.customer_id}/"
    for path in ("/", f"/c/{talk.number}/", customer, "/settings/", "/settings/labels/"):
        page.goto(live_server.url + path)
        page.wait_for_function(
            "() => !document.querySelector('[hx-trigger=load]:not(.htmx-settling)[aria-busy]')"
        )
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 26
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path}: scrolls sideways")
        wrong += [f"{path}: covered: {one}" for one in page.evaluate(COVERED)]
        Hands(page, "", f"large-{width}").keep(path.strip("/").replace("/", "-") or "list")
        moving = "document.getAnimations().filter((one) => one.effect.getTiming().duration > 100).length"
        assert page.evaluate(moving) == 0, path
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", [1440, 390])
def test_reading_answering_and_searching_need_no_scripts(
    transactional_db: None, sit_down: Callable[..., Any], live_server: Any, width: int
) -> None:
    day = make_day("en", "light")
    talk = day.talk("Bice Conti")
    page = sit_down(
        day.cast.marco, viewport={"width": width, "height": 844}, java_script_enabled=False, locale="en"
    )
    page.locator(f"#row-{talk.pk} a").click()
    page.wait_for_url(f"**/c/{talk.number}/**")
    assert page.get_by_text("And a second line.").is_visible()
    page.locator("#draft").fill("We are on it, Bice.")
    page.locator("[data-send]").click()
    page.locator(".msg-out", has_text="We are on it, Bice.").wait_for()
    assert Message.objects.get(conversation=talk, direction="out").text == "We are on it, Bice."
    page.goto(f"{live_server.url}/?search=1")
    page.locator("#list-search [name=q]").fill("Martini")
    page.locator("#list-search [name=q]").press("Enter")
    page.wait_for_url("**q=Martini**")
    assert page.locator("#rows > [data-id]").count() == 1
    page.locator("#rows a.cv").click()
    assert page.get_by_text("Pia Martini asks about the bill").is_visible()
