"""Starts the parts of the product as processes, restarts what dies, ends them together.

The supervisor loads the code once and forks, so that the parts share their memory. It opens no database connection and
starts no thread: a fork would carry half of them over. A part whose supervisor is gone ends by itself.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from ascolto.config.pages import release_clean_pages

log = logging.getLogger(__name__)

Run = Callable[[threading.Event], None]

GRACE = 20.0  # seconds a part has to finish what it holds: an answer on the wire needs its network's time-out
LONGEST_DELAY = 10.0
SETTLED = 30.0  # a part that lived this long is restarted at once
# Seconds after which a thread that computes lets another one go on. Python's own 5 ms are long for a thread that holds the write lock of
# SQLite and stands still after each of its statements, until the one beside it has had its turn: everybody waits for both.
SWITCH = 0.0005
_ENDING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


class PartDied(Exception):
    """A loop ended although nobody asked it to."""


@dataclass(slots=True)
class _Part:
    """One process of the product."""

    name: str
    work: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)


class Supervisor:
    """Runs every part in a process of its own until a signal ends them all."""

    def __init__(self, parts: Mapping[str, Callable[[], None]]) -> None:
        self._parts = [_Part(name, work) for name, work in parts.items()]

    def run(self) -> None:
        """Return after SIGTERM or SIGINT, when every part has ended."""
        gc.collect()
        gc.freeze()  # what is loaded stays loaded: the collector must not touch, and thereby copy, shared pages
        ending = {
            number for number in _ENDING if signal.getsignal(number) != signal.SIG_IGN
        }  # nohup stays nohup
        previous: set[int] = set(signal.pthread_sigmask(signal.SIG_BLOCK, ending | {signal.SIGCHLD}))
        try:
            while True:
                if self._start_due(previous):
                    release_clean_pages()  # from here on it waits
                arrived = signal.sigtimedwait(ending | {signal.SIGCHLD}, self._until_next())
                self._reap()
                if arrived is not None and arrived.si_signo in ending:
                    break
            self._end()
            while signal.sigtimedwait(ending, 0) is not None:
                pass  # repeated in the meantime: it is done
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, previous)

    def _start_due(self, mask: set[int]) -> bool:
        """Whether there was one."""
        moment = time.monotonic()
        due = [part for part in self._parts if not part.pid and part.due <= moment]
        for part in due:
            self._fork(part, mask)
        return bool(due)

    def _fork(self, part: _Part, mask: set[int]) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _live_as_child(part, parent, mask)
        part.pid, part.started = pid, time.monotonic()
        log.info("started", extra={"part": part.name, "pid": pid})

    def _until_next(self) -> float:
        """Seconds until a part is due again; a long time when all are running."""
        waiting = [part.due for part in self._parts if not part.pid]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else 3600.0

    def _reap(self) -> None:
        """Take note of every process that ended, and say when its part starts again."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for part in self._parts:
                if part.pid == pid:
                    self._plan_restart(part, os.waitstatus_to_exitcode(status))

    def _plan_restart(self, part: _Part, code: int) -> None:
        moment = time.monotonic()
        part.failures = 0 if moment - part.started > SETTLED else part.failures + 1
        delay = min(0.1 * 2 ** (part.failures - 1), LONGEST_DELAY) if part.failures > 1 else 0.0
        part.pid, part.due = 0, moment + delay
        log.warning("ended, starts again", extra={"part": part.name, "code": code, "delay": round(delay, 1)})

    def _end(self) -> None:
        """Ask every part to end, wait for it, and make an end of those that do not."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while any(part.pid for part in self._parts) and (left := deadline - time.monotonic()) > 0:
            arrived = signal.sigtimedwait({signal.SIGCHLD, signal.SIGINT}, left)
            self._reap_last()
            if arrived is not None and arrived.si_signo == signal.SIGINT:
                break  # Ctrl-C again: now
        if any(part.pid for part in self._parts):
            self._signal(signal.SIGKILL)
            for part in self._parts:
                if part.pid:
                    os.waitpid(part.pid, 0)

    def _reap_last(self) -> None:
        for part in self._parts:
            if part.pid and os.waitpid(part.pid, os.WNOHANG)[0]:
                part.pid = 0

    def _signal(self, number: signal.Signals) -> None:
        for part in self._parts:
            if part.pid:
                os.kill(part.pid, number)


def _live_as_child(part: _Part, parent: int, mask: set[int]) -> NoReturn:
    """Do a part's work and leave; never return into the supervisor's code."""
    code = 1
    try:
        kernel = ctypes.CDLL(None)
        kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        kernel.prctl(_PR_SET_NAME, f"ascolto-{part.name}".encode()[:15])
        if os.getppid() != parent:  # it died before we could ask for the signal
            os._exit(1)
        for number in (signal.SIGINT, signal.SIGHUP):  # these reach the whole group: the supervisor tells us
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        part.work()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_threads(loops: Mapping[str, Run]) -> None:
    """Run each loop in a thread of this process until SIGTERM or SIGINT. Raises PartDied when one of them ends by itself."""
    sys.setswitchinterval(SWITCH)
    stop = threading.Event()
    wanted = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, wanted)  # before the threads start: they inherit it
    failed: list[str] = []

    def live(name: str, run: Run) -> None:
        try:
            run(stop)
        except BaseException:
            log.exception("broke", extra={"loop": name})
        if not stop.is_set():
            failed.append(name)
            signal.pthread_kill(main, signal.SIGUSR1)

    main = threading.main_thread().ident or 0
    threads = [threading.Thread(target=live, args=item, name=item[0], daemon=True) for item in loops.items()]
    for thread in threads:
        thread.start()
    signal.sigwait(wanted)
    stop.set()
    deadline = time.monotonic() + GRACE - 2
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    signal.pthread_sigmask(signal.SIG_SETMASK, previous)
    if failed:
        raise PartDied(", ".join(failed))
