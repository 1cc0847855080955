"""A newcomer in front of a product that was started a moment ago."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from ascolto.testing.product import Product

pytestmark = pytest.mark.browser


def test_the_link_that_the_start_prints_leads_to_the_set_up_and_asks_nobody_else(
    live_product: Product, page: Any
) -> None:
    asked: set[str] = set()
    problems: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    link = re.search(r"http://localhost:\S+key=\S+", live_product.log)
    assert link is not None, live_product.log
    page.goto(link[0])
    assert page.locator("h1").count() == 1
    assert page.get_by_label(re.compile("e-mail", re.IGNORECASE)).is_visible()
    assert asked == {f"localhost:{live_product.port}"}
    assert problems == []


def test_without_a_session_the_desk_asks_to_sign_in(live_product: Product, page: Any) -> None:
    page.goto(live_product.base_url + "/")
    assert page.get_by_role("heading", level=1).is_visible()
    assert "/sign-in/" in page.url
