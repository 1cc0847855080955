"""Of a process one thread at a time asks SQLite for the right to write; the others have it next, whatever became of the first."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from ascolto.events.models import Cursor

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite"),
]


class Second(threading.Thread):
    """A thread that writes as soon as it may."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.failure: DatabaseError | None = None
        self.start()

    def run(self) -> None:
        try:
            with transaction.atomic():
                Cursor.objects.update_or_create(name="second")
        except DatabaseError as error:
            self.failure = error
        finally:
            connection.close()


def committed() -> None:
    with transaction.atomic():
        write()


def rolled_back() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def closed() -> None:
    with transaction.atomic():
        write()
        connection.close()


def write() -> None:
    Cursor.objects.update_or_create(name="first")
    waiting.append(Second())


waiting: list[Second] = []


@pytest.mark.parametrize("first", [committed, rolled_back, closed])
def test_the_next_one_has_it(first: Callable[[], None]) -> None:
    waiting.clear()
    first()
    waiting[0].join(10)
    assert waiting[0].failure is None
    assert Cursor.objects.filter(name="second").exists()


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascolto.config.sqlite.base.PATIENCE", 0.05)
    with transaction.atomic():
        Cursor.objects.update_or_create(name="first")
        late = Second()
        late.join(10)
    assert "locked" in str(late.failure)
    committed()
    waiting[-1].join(10)
