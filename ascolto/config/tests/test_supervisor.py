"""The supervisor as a process of its own: its parts say their names and numbers on standard output."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Any

import pytest

PROGRAM = """
import os, sys, signal
from ascolto.config.supervisor import Supervisor, run_threads

def say(name):
    os.write(1, f"{name} {os.getpid()}\\n".encode())

def quiet():
    def loop(stop):
        say("quiet")
        stop.wait()
    run_threads({"loop": loop})
    say("quiet-ended")

def stubborn():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    say("stubborn")
    while True:
        signal.sigwait({signal.SIGTERM})
        say("asked")

def breaking():
    say("breaking")
    def loop(stop):
        raise ValueError("broke")
    run_threads({"loop": loop})

known = {"quiet": quiet, "stubborn": stubborn, "breaking": breaking}
Supervisor({name: known[name] for name in sys.argv[1:]}).run()
say("over")
"""


class Product:
    """A running supervisor and what its parts said."""

    def __init__(self, *parts: str) -> None:
        command = [sys.executable, "-c", PROGRAM, *parts]
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    @property
    def said(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def hear(self) -> tuple[str, int]:
        """The next line that a part says; nothing for half a minute fails."""
        ready, _, _ = select.select([self.said], [], [], 30)
        assert ready, "nobody says anything"
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(self.said.fileno(), 1)
            assert byte, "everybody has left"
            line += byte
        name, pid = line.decode().split()
        return name, int(pid)

    def await_end_of_all(self) -> str:
        """What is said until the last process has closed its end."""
        rest = b""
        while True:
            ready, _, _ = select.select([self.said], [], [], 30)
            assert ready, "somebody is still alive"
            chunk = os.read(self.said.fileno(), 65536)
            if not chunk:
                return rest.decode()
            rest += chunk


@pytest.fixture
def start() -> Iterator[Any]:
    started: list[Product] = []

    def make(*parts: str) -> Product:
        started.append(Product(*parts))
        return started[-1]

    yield make
    for product in started:
        product.process.kill()
        product.process.wait()
        product.said.close()


def test_a_part_that_is_killed_comes_back(start: Any) -> None:
    product = start("quiet")
    _, first = product.hear()
    os.kill(first, signal.SIGKILL)
    name, second = product.hear()
    assert name == "quiet"
    assert second != first
    os.kill(second, signal.SIGKILL)
    assert product.hear()[0] == "quiet"


def test_a_part_whose_loop_breaks_comes_back(start: Any) -> None:
    product = start("breaking")
    assert product.hear()[0] == "breaking"
    assert product.hear()[0] == "breaking"


def test_asked_to_end_it_ends_every_part_and_leaves_with_zero(start: Any) -> None:
    product = start("quiet")
    product.hear()
    product.process.send_signal(signal.SIGTERM)
    said = product.await_end_of_all()
    assert "quiet-ended" in said
    assert "over" in said
    assert product.process.wait() == 0


def test_when_the_supervisor_is_killed_its_parts_end(start: Any) -> None:
    product = start("quiet")
    product.hear()
    product.process.kill()
    assert "quiet-ended" in product.await_end_of_all()


def test_a_part_that_does_not_listen_is_ended_by_a_second_ctrl_c(start: Any) -> None:
    product = start("stubborn")
    product.hear()
    product.process.send_signal(signal.SIGTERM)
    assert product.hear()[0] == "asked"
    product.process.send_signal(signal.SIGINT)
    product.await_end_of_all()
    assert product.process.wait() == 0


def test_no_zombie_is_left_after_a_death(start: Any) -> None:
    product = start("quiet")
    _, first = product.hear()
    os.kill(first, signal.SIGKILL)
    product.hear()
    assert not os.path.exists(f"/proc/{first}")
