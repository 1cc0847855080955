"""`ascolto web`: only the web, for production with several processes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ascolto.config import parts


class Command(BaseCommand):
    help = "Answer requests; run `ascolto worker` beside it. Several of each can work on one PostgreSQL database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        environment = settings.ENVIRONMENT
        parser.add_argument("--host", default=environment.host, help="default: ASCOLTO_HOST")
        parser.add_argument("--port", type=int, default=environment.port, help="default: ASCOLTO_PORT")

    def handle(self, *args: Any, **options: Any) -> None:
        with parts.in_use():
            door = parts.listen(options["host"], options["port"])
            parts.prepare()
            self.stdout.write(f"Ascolto's web listens on {options['host']}:{options['port']}")
            self.stdout.flush()
            parts.serve_web(door)
