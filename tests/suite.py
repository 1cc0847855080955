"""All tests: on SQLite, then what uses the database again on PostgreSQL. `make test` runs this; arguments go on to pytest.

Where this machine has no PostgreSQL or no Chromium, those tests are left out and the reason is said at the end. Whoever must
not leave them out (`.ci/run`) sets ASCOLTO_TEST_REQUIRE=postgres,browser: then it is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ascolto.testing.postgres import NoPostgres, find_binaries

ROOT = Path(__file__).resolve().parent.parent
WORKERS = str(min(os.cpu_count() or 1, 4))
PRODUCTS = str(min(os.cpu_count() or 1, 2))  # products side by side: each is several processes
FAILED, NOTHING_COLLECTED = 1, 5  # exit codes of pytest


def _pytest(title: str, *arguments: str, **variables: str) -> int:
    print(f"\n=== {title}", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "ASCOLTO_DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.call(command, cwd=ROOT, env={**environment, **variables})


def _pytest_twice(title: str, *arguments: str) -> int:
    """As `_pytest`; what failed is tried once more, one test after the other. On a busy machine something may come too late for a test
    that waits for it: what fails alone, too, is broken. The first failure stays in the output for whoever reads it."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "failed"
        code = _pytest(title, *arguments, ASCOLTO_TEST_FAILED=str(told))
        failed = told.read_text().splitlines() if told.exists() else []
    if code != FAILED or not failed:
        return code
    return _pytest(f"{title}: {len(failed)} once more, alone", *arguments, "-n", "0", *failed)


def _run_on(database: str, chosen: list[str], *options: str) -> int:
    """First what is small, then what starts the whole product or a browser, then, alone, what kills."""
    products = "(processes or browser) and not fault"
    if database != "sqlite":
        products += " and not browser"  # a browser sees no difference between databases
    steps = (
        (database, WORKERS, "not (processes or fault or browser)"),
        (f"{database}: the whole product", PRODUCTS, products),
        (f"{database}: killed in the middle", "0", "fault"),
    )
    for title, workers, marks in steps:
        arguments = (f"--database={database}", "-n", workers, "-m", marks)
        code = _pytest_twice(title, *arguments, *options, *chosen)
        if code not in (0, NOTHING_COLLECTED):
            return code
    return 0


def main() -> int:
    """The first code that is not zero, and a last line that says what was left out."""
    chosen = sys.argv[1:]
    if failed := _run_on("sqlite", chosen):
        return failed
    try:
        find_binaries()
    except NoPostgres as reason:
        print(f"\nLEFT OUT: every test on PostgreSQL, because {reason}", flush=True)
        return 1 if "postgres" in os.environ.get("ASCOLTO_TEST_REQUIRE", "").split(",") else 0
    return _run_on("postgres", chosen, "--only-database")


if __name__ == "__main__":
    sys.exit(main())
