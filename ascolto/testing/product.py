"""The real product as real processes, in a private data directory: for journeys, faults, browsers and measurements."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from ascolto.testing.postgres import create_database, die_with_parent
from ascolto.testing.prepared import prepare_postgres, prepare_sqlite

Found = TypeVar("Found")


def wait_for(what: Callable[[], Found], *, within: float = 30.0, every: float = 0.02, why: str = "") -> Found:
    """The first true value that `what` gives. Raises TimeoutError, saying `why` it was waited for."""
    deadline = time.monotonic() + within
    while not (found := what()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within:.0f} s: {why or what}")
        time.sleep(every)
    return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """An installation of its own. A context manager: `with Product(folder) as product: …` starts and ends it.

    It begins with a database whose tables are made already, unless `from_nothing`.
    """

    def __init__(
        self,
        data: Path,
        *,
        database_url: str = "",
        command: tuple[str, ...] = ("up",),
        from_nothing: bool = False,
        **environment: str,
    ) -> None:
        self.data, self.port = data, free_port()
        self._from_nothing = from_nothing
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.environment = {
            **_inherited(),
            "ASCOLTO_DATA": str(data),
            "ASCOLTO_PORT": str(self.port),
            "ASCOLTO_HOST": "127.0.0.1",
            "ASCOLTO_LOG_FORMAT": "text",
            "ASCOLTO_UNDERSTANDING": "0",  # takes a second to load: who asks about it switches it on
            **({"ASCOLTO_DATABASE_URL": database_url} if database_url else {}),
            **environment,
        }

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that was started: the supervisor, or the part itself."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What the product has written so far."""
        path = self.data / "product.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, *, serves: bool = True) -> Self:
        """Start the processes; with `serves`, return when `/healthz` answers."""
        self._prepare()
        self.data.mkdir(parents=True, exist_ok=True)
        self._log = (self.data / "product.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ascolto", *self._command],
            env=self.environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        if serves:
            try:
                wait_for(self.is_healthy, within=60, why="the product answers /healthz")
            except TimeoutError as error:
                self.stop()
                raise TimeoutError(f"{error}\n{self.log[-4000:]}") from error
        return self

    def _prepare(self) -> None:
        if not self._from_nothing and not self.environment.get("ASCOLTO_DATABASE_URL"):
            prepare_sqlite(self.data, self.environment)

    def is_healthy(self) -> bool:
        """Whether `/healthz` answers 200."""
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"the product ended with {self._process.returncode}:\n{self.log[-4000:]}")
        try:
            with urllib.request.urlopen(f"{self.base_url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def stop(self) -> None:
        """End the processes as an operator would; what does not end is killed."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
                try:
                    self._process.wait(30)
                except subprocess.TimeoutExpired:
                    self.kill_everything()
            self._process.wait()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def run(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        """A command of the product on this installation; what it printed. Raises RuntimeError when it fails."""
        done = self.ask(*arguments, stdin=stdin)
        if check and done.returncode:
            raise RuntimeError(f"ascolto {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def ask(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command of the product on this installation, whatever becomes of it."""
        if arguments[:1] == ("migrate",):
            self._prepare()
        command = [sys.executable, "-m", "ascolto", *arguments]
        return subprocess.run(
            command,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def python(self, script: str) -> str:
        """Run a script on this installation; what it printed. Raises RuntimeError when it fails."""
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, timeout=3600)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def add_channel(self, kind: str, name: str, **settings: str) -> str:
        """Connect an inbox by the command line; its hook address at this installation."""
        pairs = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        address = self.run("channel", "add", kind, "--name", name, *pairs).strip().splitlines()[-1]
        return self.base_url + "/hooks/" + address.split("/hooks/", 1)[1] if "/hooks/" in address else address

    def add_token(self, *scopes: str, email: str = "marco@telvia.example") -> str:
        """A new administrator's API token."""
        self.run(
            "createadmin",
            "--email",
            email,
            "--name",
            "Marco",
            "--password-stdin",
            stdin="correct horse battery\n",
            check=False,
        )
        pairs = [part for scope in scopes for part in ("--scope", scope)]
        return self.run("token", "create", "--email", email, *pairs).strip().splitlines()[-1]

    def send_at_once(self) -> None:
        """What people send leaves without the seconds in which it can be taken back."""
        self.python(
            "import django; django.setup()\n"
            "from ascolto.accounts.models import Agent\n"
            "Agent.objects.update(undo_seconds=0)"
        )

    def session_cookie(self, email: str) -> str:
        """The cookie of a person who is signed in, made inside the installation."""
        script = (
            "import django; django.setup()\n"
            "from django.conf import settings\n"
            "from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY\n"
            "from django.contrib.sessions.backends.db import SessionStore\n"
            "from ascolto.accounts.models import Agent\n"
            f"agent, session = Agent.objects.get(email={email!r}), SessionStore()\n"
            "session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(agent.pk), settings.AUTHENTICATION_BACKENDS[0]\n"
            "session[HASH_SESSION_KEY] = agent.get_session_auth_hash(); session.save()\n"
            "print(settings.SESSION_COOKIE_NAME + '=' + session.session_key)"
        )
        return self.python(script).splitlines()[-1]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a question to the installation's database, past the product."""
        url = self.environment.get("ASCOLTO_DATABASE_URL", "")
        if url.startswith("postgres"):
            import psycopg

            with psycopg.connect(url) as connection:
                return connection.execute(sql.encode()).fetchall()
        with closing(sqlite3.connect(self.data / "ascolto.sqlite3", timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def waiting(self) -> int:
        """Deliveries that nobody has processed yet."""
        waiting = int(self.query("SELECT count(*) FROM intake_rawevent WHERE state = 0")[0][0])
        spool = self.data / "spool.sqlite3"
        if spool.exists():
            with closing(sqlite3.connect(spool, timeout=20)) as connection:
                waiting += int(
                    connection.execute("SELECT coalesce(sum(deliveries), 0) FROM spool").fetchone()[0]
                )
        return waiting

    # --- processes ---------------------------------------------------------------------------------------------------

    def parts(self) -> list[int]:
        """The processes below the supervisor, the oldest first."""
        running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return sorted(pid for pid in running if _parent_of(pid) == self.pid)

    def part(self, name: str, *, other_than: int = 0) -> int:
        """The process of `web`, `intake`, `bot` or `background`, as soon as it runs. Raises TimeoutError."""

        def find() -> int:
            named = [pid for pid in self.parts() if f"ascolto-{name}".startswith(_name_of(pid) or "-")]
            return next((pid for pid in named if pid != other_than), 0)

        return wait_for(find, within=60, why=f"{name} runs")

    def kill(self, pid: int) -> None:
        """kill -9."""
        os.kill(pid, signal.SIGKILL)

    def kill_everything(self) -> None:
        """kill -9 for the supervisor and every part, at once: as a power cut for the processes."""
        assert self._process is not None
        for pid in [self.pid, *self.parts()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()

    def memory(self) -> int:
        """Bytes of memory of all processes, shared pages counted once (sum of PSS)."""
        return sum(_pss(pid) for pid in [self.pid, *self.parts()])


def database_for(server: str, name: str, *, from_nothing: bool = False) -> str:
    """A database for a product on the PostgreSQL server of an address: with all tables, or empty; its address."""
    return create_database(server, name) if from_nothing else prepare_postgres(server, name, _inherited())


def _inherited() -> dict[str, str]:
    """What a product takes over from its tests: nothing that is meant for them."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("ASCOLTO_") and k != "PYTEST_VERSION"}
    return {**own, "DJANGO_SETTINGS_MODULE": "ascolto.config.settings"}


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return -1


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _pss(pid: int) -> int:
    try:
        lines: Iterable[str] = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
