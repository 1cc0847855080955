"""A person in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client


@pytest.fixture
def signed_in(live_server: Any) -> Callable[[Any, Any], None]:
    """Let this page's browser be somebody's: `signed_in(page, agent)`."""

    def enter(page: Any, agent: Any) -> None:
        client = Client()
        client.force_login(agent)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
        )

    return enter
