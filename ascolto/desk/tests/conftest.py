"""What the desk's tests share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ascolto.testing.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def as_() -> Callable[[Any], Client]:
    """A browser in which this person is signed in."""

    def signed_in(agent: Any) -> Client:
        client = Client()
        client.force_login(agent)
        return client

    return signed_in
