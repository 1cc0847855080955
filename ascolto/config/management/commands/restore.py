"""`ascolto restore FILE`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ascolto.config.restore import CannotRestore, restore_backup


class Command(BaseCommand):
    help = "Bring a backup back into an empty installation. Stop Ascolto first."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that `ascolto backup` wrote")
        parser.add_argument(
            "--force", action="store_true", help="replace everything that is in the database now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore_backup(options["file"], force=options["force"])
        except CannotRestore as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"Restored the backup of {manifest['made_at']} (release {manifest['release']}).")
        self.stdout.write("`ascolto check` tells whether everything can be read; then start Ascolto.")
