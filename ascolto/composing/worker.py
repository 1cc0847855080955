"""The part that lets planned answers leave: sleeps until the next one, and looks again when somebody wrote into the database."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection

from ascolto.composing.actions.leaving import leave_due, next_at
from ascolto.events.pulse import Pulse
from ascolto.kit.clock import now

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds between two looks at whether somebody wrote
LOOK = 2.0  # seconds between two looks at the index while others write
FAR = timedelta(days=365)


def run(stop: threading.Event) -> None:
    """Let answers leave until `stop`; a database that is away for a while is waited for."""
    turn = Turn()
    while not stop.is_set():
        try:
            stop.wait(turn.take())
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
            turn = Turn()
            stop.wait(1.0)
        except Exception:
            log.exception("planned answers could not leave; trying again")
            turn = Turn()
            stop.wait(5.0)
    connection.close()


class Turn:
    """One look after the other: at the index only when something is due, or may have changed."""

    def __init__(self) -> None:
        self._pulse, self._next, self._looked, self._is_stale = Pulse(), now() + FAR, 0.0, True

    def take(self) -> float:
        """Do what is due; returns how many seconds nothing is to be done."""
        self._is_stale = self._pulse.beats() or self._is_stale
        if self._is_stale and time.monotonic() >= self._looked + LOOK:
            self._look()
        if self._next <= now():
            leave_due()
            self._look()
        return max(0.05, min(PAUSE, (self._next - now()).total_seconds()))

    def _look(self) -> None:
        found: datetime | None = next_at()
        self._next, self._looked, self._is_stale = found or now() + FAR, time.monotonic(), False
