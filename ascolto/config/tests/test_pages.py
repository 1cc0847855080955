"""Pages that are given back come again when they are needed."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import hashlib, ssl, sqlite3
from ascolto.config.pages import release_clean_pages

def clean():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Shared_Clean")))

ssl.create_default_context()
before = clean()
released = release_clean_pages()
assert released > 1_000_000, released
assert clean() < before / 2, (before, clean())
assert hashlib.sha256(b"it works").hexdigest().startswith("f06058665bb4627a")
assert sqlite3.connect(":memory:").execute("SELECT upper('as before')").fetchone() == ("AS BEFORE",)
ssl.create_default_context()
print("as before")
"""


def test_what_was_given_back_comes_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "as before\n", done.stderr
