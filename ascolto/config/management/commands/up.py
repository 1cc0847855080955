"""`ascolto up`: everything on this machine, in one process group."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ascolto.accounts.actions import make_setup_link
from ascolto.accounts.selectors import has_administrator
from ascolto.config import parts, preloading
from ascolto.config.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start everything on this machine: the web, the intake worker and the background work. Ctrl-C ends it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        environment = settings.ENVIRONMENT
        with parts.in_use():
            door = parts.listen(environment.host, environment.port)
            self._in_child(self._begin)
            preloading.preload()
            preloading.rehearse()
            webs = ["web", *(f"web-{number}" for number in range(2, environment.web_processes + 1))]
            work = {name: parts.without_door(door, run) for name, run in parts.work_here().items()}
            Supervisor({**{name: partial(parts.serve_web, door) for name in webs}, **work}).run()
        self.stdout.write("Ascolto has ended; nothing is lost.")

    def _in_child(self, work: Any) -> None:
        """Work that opens database connections, in a process of its own: the supervisor forks without any. Raises CommandError."""
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work()
                code = 0
            except CommandError as error:
                self.stderr.write(self.style.ERROR(f"CommandError: {error}"))
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            raise CommandError("Ascolto did not start.")

    def _begin(self) -> None:
        parts.prepare()
        address = settings.BASE_URL or f"http://localhost:{settings.ENVIRONMENT.port}"
        self.stdout.write(f"Ascolto is at  {address}")
        if not has_administrator():
            try:
                link = make_setup_link(address)
            except ValidationError:  # made in this very moment, by the command line
                return
            self.stdout.write(f"Set it up at   {link}\n               (the link works once)")
        self.stdout.write("Ctrl-C ends it.")
