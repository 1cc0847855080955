"""Databases with every table made, to be copied: making the tables costs ten seconds, copying them costs none.

Made once for each state of the source and kept among the machine's temporary files; on PostgreSQL, once for each server.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import ascolto
from ascolto.testing.postgres import copy_database, create_database, is_there

FILE = "ascolto.sqlite3"


@cache
def _state() -> str:
    """A digest of the product's source: another one makes other tables, or might."""
    digest = hashlib.sha256(sys.version.encode())
    package = Path(ascolto.__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def prepare_sqlite(data: Path, environment: Mapping[str, str]) -> None:
    """Put a database with all tables into a data directory that has none."""
    if not (data / FILE).exists():
        data.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_sqlite(environment), data / FILE)


def prepare_postgres(server: str, name: str, environment: Mapping[str, str]) -> str:
    """A database with all tables on the server of the address `server`; its own address."""
    ready = f"prepared_{_state()}"
    with _alone(hashlib.sha256(server.encode()).hexdigest()[:12]):
        if not is_there(server, ready):
            half = create_database(server, f"{ready}_half")
            _migrate({**environment, "ASCOLTO_DATABASE_URL": half})
            copy_database(server, f"{ready}_half", ready)
        return copy_database(server, ready, name)


def _sqlite(environment: Mapping[str, str]) -> Path:
    folder = Path(tempfile.gettempdir()) / f"ascolto-prepared-{os.getuid()}-{_state()}"
    with _alone(folder.name):
        if not (folder / FILE).exists():
            half = folder.with_name(f"{folder.name}.half")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            _migrate({**environment, "ASCOLTO_DATABASE_URL": ""}, half)
            folder.mkdir(mode=0o700, exist_ok=True)
            (half / FILE).replace(folder / FILE)
            shutil.rmtree(half)
    return folder / FILE


def _migrate(environment: Mapping[str, str], data: Path | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "ascolto", "migrate", "-v0"],
            env={**environment, "ASCOLTO_DATA": str(data or folder)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the tables could not be made:\n{done.stdout}\n{done.stderr}")


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process of this machine at a time."""
    with (Path(tempfile.gettempdir()) / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go when it is closed, or when this process dies
        yield
