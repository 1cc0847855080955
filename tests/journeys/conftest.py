"""Installations of the real product, each with a database of its own on the server that the test run chose."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ascolto.testing.product import Product, database_for

Install = Callable[..., Product]


def new_database() -> str:
    """The address of a database on PostgreSQL, or an empty text: a file in the installation's own directory."""
    url = os.environ.get("ASCOLTO_DATABASE_URL", "")
    return database_for(url, f"journey_{uuid.uuid4().hex[:12]}") if url.startswith("postgres") else ""


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Start installations; they end with the test. `beside`: further processes of an installation that runs already."""
    running: list[Product] = []

    def start(
        *,
        beside: Product | None = None,
        command: tuple[str, ...] = ("up",),
        serves: bool = True,
        **environment: str,
    ) -> Product:
        if beside is not None:
            data, url = beside.data, beside.environment.get("ASCOLTO_DATABASE_URL", "")
        else:
            data, url = tmp_path / f"data{len(running)}", new_database()
        product = Product(data, database_url=url, command=command, **environment)
        running.append(product)
        return product.start(serves=serves)

    yield start
    for product in reversed(running):
        product.stop()
