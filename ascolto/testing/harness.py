"""The pytest plugin of this project: a private data directory, the choice of database, and skips that say why.

Loaded by `-p ascolto.testing.harness` (pyproject.toml), since the environment must stand before Django reads it.
"""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ascolto.testing.postgres import Cluster, NoPostgres

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
_OURS = "ASCOLTO_TEST_OWN_SERVER"  # set where the address of the database was chosen here
_MARKED_BY_FIXTURE = {
    "new_product": "processes",
    "install": "processes",
    "page": "browser",
    "browser": "browser",
}


def missing(what: str, reason: str) -> None:
    """Skip the running test because `what` is not on this machine; fail where ASCOLTO_TEST_REQUIRE says that it must be."""
    if what in os.environ.get("ASCOLTO_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here (ASCOLTO_TEST_REQUIRE), but {reason}", pytrace=False)
    pytest.skip(reason)


def oracle(module: str) -> Any:
    """Somebody else's library against which ours is held (`make oracles`). Skips where it is not installed, even a whole module."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        reason = f"{module} is not installed: make oracles"
        if "oracles" in os.environ.get("ASCOLTO_TEST_REQUIRE", "").split(","):
            raise RuntimeError(f"required here (ASCOLTO_TEST_REQUIRE), but {reason}") from error
        pytest.skip(reason, allow_module_level=True)


@cache
def cluster() -> Cluster:
    """The PostgreSQL server of this test process; started at first use. Raises NoPostgres."""
    server = Cluster()
    atexit.register(server.stop)
    return server


def find_chromium() -> str | None:
    """The browser that the tests drive, or None."""
    return next((path for name in _CHROMIUM if (path := shutil.which(name))), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ascolto")
    group.addoption(
        "--database",
        choices=["sqlite", "postgres"],
        help="run on this database (default: ASCOLTO_DATABASE_URL, else SQLite)",
    )
    group.addoption("--only-database", action="store_true", help="run only the tests that use the database")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Before pytest-django reads the settings: private data directory, chosen database, nothing of the developer's own settings."""
    _private_data()
    _choose_database(early_config.known_args_namespace.database)
    return (yield)


def _private_data() -> None:
    for name in [
        name for name in os.environ if name.startswith("ASCOLTO_") and not name.startswith("ASCOLTO_TEST_")
    ]:
        if name != "ASCOLTO_DATABASE_URL":
            del os.environ[name]
    data = tempfile.mkdtemp(prefix="ascolto-test-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["ASCOLTO_DATA"] = data
    for name in (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
    ):  # tests run side by side: no library may take all cores
        os.environ.setdefault(name, "1")


def _choose_database(choice: str | None) -> None:
    """With xdist every worker has a server of its own: readers of the log wait for writers of the whole server."""
    if choice == "sqlite":
        os.environ.pop("ASCOLTO_DATABASE_URL", None)
    elif choice == "postgres" and (_OURS in os.environ or not os.environ.get("ASCOLTO_DATABASE_URL", "")):
        try:
            os.environ["ASCOLTO_DATABASE_URL"] = cluster().url()
        except NoPostgres as reason:
            pytest.exit(f"Cannot test on PostgreSQL: {reason}", returncode=4)
        os.environ[_OURS] = "1"


def pytest_report_header() -> str:
    url = os.environ.get("ASCOLTO_DATABASE_URL", "")
    return f"database: {'PostgreSQL' if url.startswith('postgres') else 'SQLite'}; browser: {find_chromium() or 'none'}"


_DATABASE_MARKS = ("django_db", "postgres", "processes", "fault")


def _uses_database(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("any_database"):
        return False
    return bool(names & _DATABASE_FIXTURES) or any(item.get_closest_marker(mark) for mark in _DATABASE_MARKS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts the product or a browser; with --only-database leave out what would run the same on every database."""
    for item in items:
        for fixture in _MARKED_BY_FIXTURE.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(_MARKED_BY_FIXTURE[fixture])
    if config.getoption("--only-database"):
        left_out = [item for item in items if not _uses_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _uses_database(item)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs what this machine lacks is skipped, with the reason."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        missing("browser", "no Chromium on this machine; on Debian: apt install chromium")


@pytest.fixture(scope="session")
def reader() -> Any:
    """The reader with the shipped heads, as the understanding part has it; loaded once."""
    from ascolto.understanding.engine.encoder import open_encoder
    from ascolto.understanding.engine.reader import Reader, shipped_heads

    return Reader(open_encoder(), shipped_heads())


@pytest.fixture(scope="session")
def postgres_server() -> Cluster:
    """A PostgreSQL server of our own."""
    try:
        return cluster()
    except NoPostgres as reason:
        missing("postgres", str(reason))
        raise


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = find_chromium()
    if path is None:
        missing("browser", "no Chromium on this machine; on Debian: apt install chromium")
    return path or ""


_failed: dict[str, None] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what failed, each once."""
    if report.failed:
        _failed[report.nodeid] = None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what failed where somebody wants to try it once more (tests/suite.py)."""
    place = os.environ.get("ASCOLTO_TEST_FAILED")
    if place and not hasattr(session.config, "workerinput"):
        Path(place).write_text("\n".join(_failed))
