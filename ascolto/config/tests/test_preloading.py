"""What the parts share: a page is rehearsed before the fork, and nothing of the rehearsal stays but memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError

from ascolto.config import preloading
from ascolto.testing.product import Product

PROGRAM = """
import threading
import django
django.setup()
from django.db import connections
from django.utils import translation
from ascolto.config import preloading

told = []
preloading._start = lambda status, headers: told.append(status) or bytes
preloading.preload()
translation.activate("it")
preloading.rehearse()
still_open = [one.alias for one in connections.all() if one.connection is not None]
print(told, translation.get_language(), threading.active_count(), still_open)
"""


@pytest.mark.processes
def test_a_page_is_answered_and_no_thread_connection_or_language_stays(
    new_product: Callable[..., Product],
) -> None:
    product = new_product()
    product.run("migrate", "-v0")
    assert product.python(PROGRAM) == "['200 OK'] it 1 []\n"


def test_a_rehearsal_that_fails_is_told_and_hinders_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(preloading, "_answer_nobody", refuse)
    monkeypatch.setattr(preloading.connections, "close_all", lambda: None)
    preloading.rehearse()
    assert "could not be rehearsed" in caplog.text
