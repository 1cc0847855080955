"""A loop of the background process beside the answers: flows are tried on what customers wrote before, rivals are watched.

It must not hold up the bot that answers (`worker.py`). Of all machines one does it; where it is, stands in the rows.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from django.db import DatabaseError, InterfaceError, connection

from ascolto.bot import trying
from ascolto.bot.arms import guard_rails
from ascolto.events.exclusive import exclusively
from ascolto.events.pulse import Pulse

log = logging.getLogger(__name__)
NAME = "beside the bot"
NICE = 10
PAUSE = 0.5  # seconds between two looks when nothing is to be tried
BREATH = 0.2  # seconds between two portions of a trial
IN_ANY_CASE = 5.0  # seconds between two looks when nobody seems to write
RETRY = 1.0  # seconds between two tries to become the one
WATCH = 60.0  # seconds between two looks at rivals


def run(stop: threading.Event) -> None:
    """Work until `stop`, while nobody else does; a database that is away for a while is waited for."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # Linux: of this thread alone
    while not stop.is_set():
        try:
            with exclusively(NAME) as mine:
                if mine:
                    Aside().work(stop)
        except (DatabaseError, InterfaceError):
            log.exception("the database refuses; trying again")
            connection.close()
        except Exception:
            log.exception("the work beside the bot stopped; it begins anew")
        stop.wait(RETRY)
    connection.close()


class Aside:
    """One turn of being the one."""

    def __init__(self) -> None:
        self._watch_at = 0.0

    def work(self, stop: threading.Event) -> None:
        """Until `stop`."""
        pulse, looked, tried = Pulse(), 0.0, 1
        while not stop.is_set():
            begun = time.monotonic()
            if pulse.beats() or tried or begun > looked + IN_ANY_CASE:
                looked, tried = begun, self.turn()
            stop.wait(BREATH if tried else PAUSE)

    def turn(self) -> int:
        """A portion of the trial that is next; returns how many conversations it held. Now and then a look at rivals."""
        if time.monotonic() > self._watch_at:
            self._watch_at = time.monotonic() + WATCH
            guard_rails()
        return trying.go_on()
