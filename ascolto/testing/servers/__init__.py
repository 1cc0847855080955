"""Real servers as processes of a test: private folders, ports of the loopback, ready when they answer, gone with the tests.

    try:
        with Synapse() as synapse: …
    except ServerMissing as reason: …       # not on this machine; `harness.missing("servers", str(reason))` skips or fails

What needs them says so with the extra `oracles` (pyproject.toml, `make oracles`); without it those tests are skipped, with the reason.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from ascolto.kit import http
from ascolto.testing.postgres import die_with_parent

_PATIENCE = 60.0  # seconds until a server answers; a busy machine needs many
_BETWEEN_LOOKS = 0.1


class ServerMissing(Exception):
    """This machine cannot run a server; the text says why."""


def free_port() -> int:
    """A port of the loopback on which nobody listens at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def need_module(module: str, package: str) -> None:
    """Raises ServerMissing where a Python package is not installed."""
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # of the package in which it would be
        found = None
    if found is None:
        raise ServerMissing(f"{package} is not installed: make oracles")


class RunningServer:
    """A server in a process of its own; a context manager. A subclass gives the command and when it is ready."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"ascolto-{self.name}-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> Sequence[str | Path]:
        """Write what it needs into `folder`, and return the command that starts it. Raises ServerMissing."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether it answers."""
        raise NotImplementedError

    def start(self) -> Self:
        """Start it and wait until it answers. Raises ServerMissing."""
        try:
            command = [str(part) for part in self.prepare()]
            log = (self.folder / "output").open("wb")
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
                process_group=0,  # a Ctrl-C reaches the tests first; they then stop the server
            )
            log.close()
            self._await(self.is_ready)
        except BaseException:
            self.stop()
            raise
        return self

    def _await(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                why = "ended at once" if ended else f"did not answer within {_PATIENCE:.0f} seconds"
                raise ServerMissing(f"{self.name} {why}: {self.output()[-600:]}")
            time.sleep(_BETWEEN_LOOKS)

    def output(self) -> str:
        """What it wrote so far."""
        path = self.folder / "output"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def answers(self, path: str) -> bool:
        """Whether a GET of a path succeeds."""
        try:
            answer = http.request("GET", f"{self.url}{path}", trusted_origins=[self.url], read_timeout=5.0)
        except http.RequestFailed:
            return False
        return answer.is_success

    def stop(self) -> None:
        """End it and remove its files."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


PYTHON = sys.executable
