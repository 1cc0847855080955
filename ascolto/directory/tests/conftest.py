"""What the tests of the customers' pages share."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client


@pytest.fixture
def sit_down(live_server: Any, browser: Any) -> Any:
    """Open a page as somebody; scripts that fail, fail the test."""
    contexts, failures = [], []

    def open_page(agent: Any, path: str, *, width: int = 1440, dark: bool = False) -> Any:
        client = Client()
        client.force_login(agent)
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on(
            "console", lambda said: failures.append(said.text) if "Security Policy" in said.text else None
        )
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []
