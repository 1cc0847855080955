"""The cast of every story of promises."""

from __future__ import annotations

import pytest

from ascolto.testing.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
