"""What the parts share: a page is rehearsed before the fork, and nothing of the rehearsal stays but memory."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import translation

from ascolto.config import preloading

PROGRAM = """
import threading
import django
django.setup()
from django.db import connections
from ascolto.config import preloading
preloading.preload()
asked = []
from django.core.signals import request_finished
request_finished.connect(lambda **told: asked.append(1), weak=False)
preloading.rehearse()
print(len(asked), threading.active_count(), [one.alias for one in connections.all() if one.connection is not None])
"""


def test_a_rehearsal_leaves_no_thread_and_no_connection() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "1 1 []\n"


@pytest.mark.django_db
def test_a_rehearsal_leaves_the_language_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preloading.connections, "close_all", lambda: None)  # the test's own
    with translation.override("it"):
        preloading.rehearse()
        assert translation.get_language() == "it"


@pytest.mark.django_db
def test_a_rehearsal_that_fails_is_told_and_hinders_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(preloading, "_answer_nobody", refuse)
    monkeypatch.setattr(preloading.connections, "close_all", lambda: None)
    preloading.rehearse()
    assert "could not be rehearsed" in caplog.text
    assert connection.vendor
