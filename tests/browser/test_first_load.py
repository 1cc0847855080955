"""What a desk weighs when it is opened for the first time: all scripts and styles that the browser asks for, packed as they travel."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIMIT = 150 * 1024  # bytes, gzip, fonts aside


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def test_scripts_and_styles_of_the_first_load_stay_light(
    cast: Cast, page: Any, live_server: Any, signed_in: Callable[[Any, Any], None]
) -> None:
    conversation = cast.writes("My line is dead.", at=now() - timedelta(hours=1))
    signed_in(page, cast.marco)
    answers: dict[str, Any] = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    page.goto(f"{live_server.url}/c/{conversation.number}/", wait_until="load")
    page.wait_for_selector("#rows [data-row]")  # the list comes second, the card third
    page.wait_for_selector("#card-body, .who")
    loaded = [
        answer for answer in answers.values() if answer.request.resource_type in {"script", "stylesheet"}
    ]
    weights = {
        answer.url.removeprefix(live_server.url): len(gzip.compress(answer.body(), 6)) for answer in loaded
    }
    total = sum(weights.values())
    print(f"first load: {total / 1024:.1f} KB in {len(weights)} files")
    assert len(weights) > 10
    assert total < LIMIT, sorted(weights.items(), key=lambda pair: -pair[1])[:12]
