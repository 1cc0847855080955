"""Fixtures of every test. The choice of database and the private data directory: ascolto/testing/harness.py."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as properties

from ascolto.kit.remembering import forget_all
from ascolto.testing.postgres import drop_database
from ascolto.testing.product import Product, database_for

# Where a run decides about a release it is the same each time; at a desk every run tries something new.
properties.register_profile("decides", derandomize=True)
if os.environ.get("ASCOLTO_TEST_REQUIRE"):
    properties.load_profile("decides")


@pytest.fixture(autouse=True)
def private_files(tmp_path: Path, settings: Any) -> None:
    """What a test uploads ends with it."""
    settings.FILES = tmp_path / "files"
    settings.SPOOL = tmp_path / "spool.sqlite3"


@pytest.fixture(autouse=True)
def remembered_nothing() -> None:
    """What a process remembers for a moment is of another test's database."""
    forget_all()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file: in memory it would neither have a journal nor several connections as the product has.

    Here and not in the harness, since pytest-django's own fixture of this name would come after it.
    """
    from django.db import connections

    if connections["default"].vendor == "sqlite":
        settings = connections["default"].settings_dict
        settings["TEST"]["NAME"] = str(Path(os.environ["ASCOLTO_DATA"]) / "test.sqlite3")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A headless Chromium that talks to nobody but us."""
    from playwright.sync_api import sync_playwright

    quiet = [
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
    ]
    # Playwright keeps an event loop in this thread from here on; Django must not take that for a view that blocks one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *quiet])
        yield running
        running.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page in a context of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def new_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Product]]:
    """Makes installations on the chosen database, none of them started; `new_product(ASCOLTO_…=…)`."""
    server = os.environ.get("ASCOLTO_DATABASE_URL", "")
    made: list[Product] = []
    databases: list[str] = []

    def make(*, from_nothing: bool = False, **variables: str) -> Product:
        url = ""
        if server.startswith("postgres"):
            databases.append(f"product_{secrets.token_hex(6)}")
            url = database_for(server, databases[-1], from_nothing=from_nothing)
        folder = tmp_path_factory.mktemp("product")
        made.append(Product(folder, database_url=url, from_nothing=from_nothing, **variables))
        return made[-1]

    yield make
    for product in made:
        product.stop()
    for name in databases:
        drop_database(server, name)


@pytest.fixture
def live_product(new_product: Callable[..., Product]) -> Product:
    """The real product, started by `ascolto up` and serving: base_url, run(), part(), kill()."""
    return new_product().start()


@pytest.fixture
def run_ascolto(new_product: Callable[..., Product]) -> Callable[..., Any]:
    """Runs commands of the product on an installation of their own: `run_ascolto("check")`."""
    return new_product().run
