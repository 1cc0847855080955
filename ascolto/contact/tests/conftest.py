from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ascolto.contact import doors
from ascolto.testing.product import Product


@pytest.fixture(autouse=True)
def open_brakes() -> None:
    """Every test is somebody new."""
    for brake in (
        doors.SESSIONS,
        doors.READS,
        doors.MESSAGES,
        doors.UPLOADS,
        doors.ATTEMPTS,
        doors.SUBMISSIONS,
    ):
        brake.release()


@pytest.fixture(scope="module")
def telvia(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The real product, one for the browser tests of a module."""
    with Product(tmp_path_factory.mktemp("telvia")) as product:
        yield product
