"""Anna connects Slack in a real browser, by signing in there, with the keyboard alone; the screens hold on every size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.channels.models import ChannelAccount
from ascolto.kit import http
from ascolto.testing.factories import make_agent, make_inbox
from ascolto.testing.networks.city import City
from ascolto.testing.networks.slack import SlackNetwork
from ascolto.workspace.tests.test_first_run_browser import problems_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = (
    "/settings/inboxes/connect/",
    "/settings/inboxes/connect/?q=nothing-like-it",
    "/settings/inboxes/connect/slack/",
    "/settings/inboxes/connect/slack/manual/",
    "/settings/inboxes/{inbox}/",
    "/settings/inboxes/{inbox}/change/",
    "/welcome/inbox/",
    "/welcome/inbox/slack/",
)


@pytest.fixture
def anna(page: Any, live_server: Any, settings: Any, client: Any) -> Any:
    """Anna's browser."""
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["*"], str(live_server.url)
    settings.ALLOW_PRIVATE_NETWORKS = True
    client.force_login(make_agent("Anna Conti", "administrator", language="en"))
    cookie = {"name": "ascolto_session", "value": client.cookies["ascolto_session"].value}
    page.context.add_cookies([{**cookie, "url": str(live_server.url)}])
    page.base = str(live_server.url)
    return page


@pytest.fixture
def slack() -> Iterator[SlackNetwork]:
    with City() as city, http.settings(allow_private=True):
        yield city.add(SlackNetwork())


def tab_to(page: Any, selector: str) -> None:
    """Walk with Tab, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_anna_finds_slack_and_connects_it_by_signing_in_with_the_keyboard(
    anna: Any, slack: SlackNetwork
) -> None:
    anna.goto(f"{anna.base}/settings/inboxes/connect/")
    tab_to(anna, "#channel-search")
    anna.keyboard.type("slack")
    assert anna.locator("[data-found]").inner_text() == "One channel found."
    assert anna.locator("[data-words]:visible").count() == 1
    tab_to(anna, ".ch-pick a")
    anna.keyboard.press("Enter")
    anna.locator("#id_name").wait_for()
    typed = {"#id_name": "Reparti", "#id_set_signing_secret": slack.signing_secret}
    typed |= {"#id_set_client_id": slack.client_id, "#id_set_client_secret": slack.client_secret}
    for field, text in typed.items():
        tab_to(anna, field) if field != "#id_name" else anna.locator(field).focus()
        anna.keyboard.type(text)
    anna.locator("summary", has_text="More settings").focus()
    anna.keyboard.press("Enter")
    for field, text in {"#id_set_api_base": f"{slack.url}/api", "#id_set_site": slack.url}.items():
        anna.locator(field).fill(text)
    tab_to(anna, "button[name=sign_in]")
    anna.keyboard.press("Enter")
    anna.get_by_text("Reparti is connected.").wait_for()
    assert "code=" not in anna.url
    inbox = ChannelAccount.objects.get(kind="slack")
    assert inbox.values()["bot_token"] == slack.bot_token
    anna.get_by_role("button", name="Test the connection").click()
    anna.get_by_text("Connected to Telvia as ascolto.").wait_for()


def test_what_is_to_be_pasted_is_copied_at_its_step(anna: Any) -> None:
    inbox = make_inbox("slack", "Slack", signing_secret="abcdef12", bot_token="xoxb-12345")
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])
    anna.goto(f"{anna.base}/settings/inboxes/{inbox.pk}/")
    anna.locator(".guide-steps li", has_text="Under Event Subscriptions").get_by_role(
        "button", name="Copy"
    ).click()
    copied = anna.evaluate("navigator.clipboard.readText()")
    assert copied == f"{anna.base}/hooks/slack/{inbox.token}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_screens_keep_nobody_out(anna: Any, theme: str) -> None:
    inbox = make_inbox("slack", "Slack", signing_secret="abcdef12", bot_token="xoxb-12345", client_id="12.34")
    anna.emulate_media(color_scheme=theme)
    found = {}
    for width in (1440, 390):
        anna.set_viewport_size({"width": width, "height": 844})
        for screen in SCREENS:
            anna.goto(anna.base + screen.format(inbox=inbox.pk))
            if problems := problems_of(anna):
                found[f"{screen} {width}"] = problems
    assert found == {}
