"""A PostgreSQL server of one's own: made from the system's binaries in a temporary directory, gone afterwards."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
_USER = "ascolto"
_LIBC = ctypes.CDLL(None)
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class NoPostgres(Exception):
    """This machine cannot run a server; the text says why."""


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`, the newest version first. Raises NoPostgres."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [
        folder for place in _PLACES for folder in Path("/").glob(place[1:]) if (folder / "initdb").exists()
    ]
    if not folders:
        raise NoPostgres(
            "no PostgreSQL server binaries (initdb) on this machine; on Debian: apt install postgresql"
        )
    return max(
        folders,
        key=lambda folder: [
            int(part) for part in folder.parent.name.replace("pgsql-", "").split(".") if part.isdigit()
        ],
    )


def _unprivileged() -> dict[str, object]:
    """How to start the server's processes: PostgreSQL refuses to run as root, so root becomes somebody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody"
    )


def die_with_parent() -> None:
    """In a new process: end when the tests end, however they do. Loads nothing: another thread may have held the loader's lock."""
    _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGINT)


class Cluster:
    """A server on a Unix socket. Without fsync, since it lives as long as this process; `durable` for measurements."""

    def __init__(self, *, durable: bool = False) -> None:
        """Make and start it. Raises NoPostgres."""
        self._durable = "on" if durable else "off"
        self._binaries, self._as = find_binaries(), _unprivileged()
        self.folder = Path(
            tempfile.mkdtemp(prefix="ascolto-pg-", dir="/tmp")
        )  # short: a socket's path has at most 107 bytes
        if self._as:
            os.chown(self.folder, self._as["user"], self._as["group"])  # type: ignore[arg-type]
        try:
            self._initialise()
            self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _initialise(self) -> None:
        options = ["--no-sync", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--locale=C"]
        made = subprocess.run(
            [self._binaries / "initdb", *options, "-D", self.folder / "data"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self._as,  # type: ignore[call-overload]
        )
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr.strip()[-400:]}")

    def _start(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "fsync": self._durable,
            "full_page_writes": self._durable,
            "max_connections": "200",
            "shared_buffers": "64MB",
        }
        self._log = (self.folder / "log").open("w")
        self._server = subprocess.Popen(
            [
                self._binaries / "postgres",
                "-D",
                self.folder / "data",
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            cwd=self.folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
            process_group=0,  # a Ctrl-C reaches the tests first; they then stop the server
            **self._as,  # type: ignore[call-overload]
        )
        self._await_ready()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError as error:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text()[-400:]
                    raise NoPostgres(f"the server did not start: {error} {log}") from error
                time.sleep(0.05)

    def url(self, database: str = "ascolto") -> str:
        """The address of a database on this server, as ASCOLTO_DATABASE_URL takes it."""
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    def stop(self) -> None:
        """End the server and remove its files."""
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _beside(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def create_database(url: str, name: str) -> str:
    """An empty database on the server of `url`, replacing one of the same name; its address."""
    drop_database(url, name)
    with psycopg.connect(_beside(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return _beside(url, name)


def drop_database(url: str, name: str) -> None:
    """Remove a database and whoever is still connected to it."""
    with psycopg.connect(_beside(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def copy_database(url: str, model: str, name: str) -> str:
    """A database made like `model`, which nobody may be connected to; its address."""
    with psycopg.connect(_beside(url, "postgres"), autocommit=True) as connection:
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(command.format(sql.Identifier(name), sql.Identifier(model)))
    return _beside(url, name)


def is_there(url: str, name: str) -> bool:
    """Whether the server of `url` has a database of this name."""
    with psycopg.connect(_beside(url, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None
