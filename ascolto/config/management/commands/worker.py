"""`ascolto worker`: only the work behind the web, for production with several processes."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ascolto.config import parts, preloading
from ascolto.config.supervisor import Supervisor


class Command(BaseCommand):
    help = (
        "Do the work behind the web: deliveries into conversations (intake); answers, mailboxes, files (background);"
        " what messages mean (understanding)."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", nargs="?", choices=list(parts.WORK), help="only this part (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        with parts.in_use():
            parts.prepare()
            self.stdout.write(f"Ascolto's worker runs (process {os.getpid()})")
            self.stdout.flush()
            if options["part"]:
                parts.WORK[options["part"]]()
                return
            preloading.preload()
            Supervisor(parts.work_here()).run()
