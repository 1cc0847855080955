"""All tests: on SQLite, then what uses the database again on PostgreSQL. `make test` runs this; arguments go on to pytest.

Where this machine has no PostgreSQL or no Chromium, those tests are left out and the reason is said at the end. Whoever must
not leave them out (`.ci/run`) sets ASCOLTO_TEST_REQUIRE=postgres,browser: then it is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ascolto.testing.postgres import Cluster, NoPostgres

ROOT = Path(__file__).resolve().parent.parent
WORKERS = str(min(os.cpu_count() or 1, 4))
NOTHING_COLLECTED = 5


def _pytest(title: str, *arguments: str, url: str = "") -> int:
    print(f"\n=== {title}", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "ASCOLTO_DATABASE_URL"}
    if url:
        environment["ASCOLTO_DATABASE_URL"] = url
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    code = subprocess.call(command, cwd=ROOT, env=environment)
    return 0 if code == NOTHING_COLLECTED else code


def _run_on(title: str, chosen: list[str], *options: str, url: str = "") -> int:
    """First what can run side by side, then, alone, what starts the whole product and looks at its speed or its deaths."""
    alone = "processes or fault or browser"
    side_by_side = _pytest(title, "-n", WORKERS, "-m", f"not ({alone})", *options, *chosen, url=url)
    marks = alone if not url else "processes or fault"  # a browser sees no difference between databases
    return side_by_side or _pytest(f"{title}: the whole product", "-m", marks, *options, *chosen, url=url)


def main() -> int:
    """The first code that is not zero, and a last line that says what was left out."""
    chosen = sys.argv[1:]
    failed = _run_on("SQLite", chosen)
    if failed:
        return failed
    try:
        server = Cluster()
    except NoPostgres as reason:
        print(f"\nLEFT OUT: every test on PostgreSQL, because {reason}", flush=True)
        return 1 if "postgres" in os.environ.get("ASCOLTO_TEST_REQUIRE", "").split(",") else 0
    try:
        return _run_on("PostgreSQL", chosen, "--only-database", url=server.url())
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
