"""When the company's models learn: at night, when people corrected enough; and soon after somebody changed the topics.

The training runs in a process of its own (`ascolto understanding train --due`), so that what it takes of memory comes back, and so that a
training that is killed leaves everything as it was. Nothing here loads numbers.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime

from ascolto.channels.watching import company_zone
from ascolto.understanding.actions.versions import HEADS
from ascolto.understanding.training.company import learnt_digest, topics_digest
from ascolto.understanding.training.taught import due_heads

log = logging.getLogger(__name__)
NIGHT = range(1, 5)  # hours of the company's own time
LOOK_EVERY = 30.0  # seconds
AT_LEAST = 20  # new corrections of a head until it is trained
COMMAND = (sys.executable, "-m", "ascolto.config.cli", "understanding", "train", "--due", "--quiet")

Child = subprocess.Popen[bytes]


def spawn() -> Child:
    """Begin a training; what it complains of goes where this process complains."""
    return subprocess.Popen(COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


class Nightly:
    """Looks twice a minute whether something is to be learnt, and lets it be learnt."""

    def __init__(self, spawn: Callable[[], Child] = spawn) -> None:
        self._spawn = spawn
        self._child: Child | None = None
        self._looked_at = float("-inf")
        self._night: date | None = None  # for which corrections were looked at
        self._topics = ""  # as they were at the last look
        self._tried = ""  # the topics that a training was begun for

    def look(self, now: datetime) -> bool:
        """Begin a training if one is due and none runs; whether one was begun. Cheap: asks the database twice a minute at most."""
        if time.monotonic() - self._looked_at < LOOK_EVERY:
            return False
        self._looked_at = time.monotonic()
        return self.consider(now)

    def consider(self, now: datetime) -> bool:
        """The same without waiting between two looks."""
        if self._is_running() or not (self._corrections_are_due(now) or self._topics_are_due()):
            return False
        log.info("what people taught is being learnt")
        self._child = self._spawn()
        return True

    def stop(self) -> None:
        """End a training that runs; what it had not finished is begun again another time."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def _is_running(self) -> bool:
        if self._child is None:
            return False
        code = self._child.poll()
        if code is None:
            return True
        if code != 0:
            log.warning(
                "a training ended with an error; it is tried again another time", extra={"code": code}
            )
        self._child = None
        return False

    def _corrections_are_due(self, now: datetime) -> bool:
        here = now.astimezone(company_zone())
        if here.hour not in NIGHT or self._night == here.date():
            return False
        self._night = here.date()
        return bool(due_heads(HEADS, at_least=AT_LEAST))

    def _topics_are_due(self) -> bool:
        """Topics that nobody changed since the last look, and that no version knows: whoever is still typing is not hurried."""
        current = topics_digest()
        rests, self._topics = current == self._topics, current
        if not current or not rests or current == self._tried or current == learnt_digest():
            return False
        self._tried = current
        return True
