"""A promise is broken at its time by the real product, also when that was killed in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ascolto.kit.clock import now
from ascolto.testing.api import ApiClient
from ascolto.testing.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.fault]
SCENE = """
import django; django.setup()
from ascolto.testing.factories import make_conversation, make_inbox
print(make_conversation(make_inbox()).pk)
"""


def _promise(api: ApiClient, conversation: int, seconds: int) -> int:
    due_at = (now() + timedelta(seconds=seconds)).isoformat()
    made: dict[str, Any] = api.post(
        f"/conversations/{conversation}/commitments", {"due_at": due_at, "words": "I call back"}
    )
    return int(made["id"])


def _states(api: ApiClient) -> dict[int, str]:
    return {row["id"]: row["state"] for row in api.get("/commitments")["data"]}


def test_the_product_breaks_promises_at_their_time_and_after_a_kill(
    new_product: Callable[..., Product],
) -> None:
    product = new_product().start()
    api = ApiClient(product.base_url, product.add_token("conversations:write", "messages:write"))
    conversation = int(product.python(SCENE).strip().splitlines()[-1])
    first = _promise(api, conversation, 2)
    second = _promise(api, conversation, 12)
    wait_for(lambda: _states(api)[first] == "broken", why="the first promise is broken")
    assert _states(api)[second] == "open"
    product.kill_everything()
    product.start()
    wait_for(lambda: _states(api)[second] == "broken", why="the second promise is broken after a kill")
