"""`ascolto backup FILE`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ascolto.config.backup import key_is_ours, write_backup


class Command(BaseCommand):
    help = "Write database, files and secret key into one file, while the product works. Packed when FILE ends with .gz."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            metavar="FILE",
            help="for example /backups/ascolto.tar.gz; replaced when it exists",
        )
        parser.add_argument(
            "--without-key", action="store_true", help="leave the secret key out: keep it somewhere else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["file"].absolute()
        try:
            written = write_backup(target, with_key=not options["without_key"])
        except OSError as error:
            raise CommandError(f"No backup was written: {error}") from error
        self.stdout.write(f"{target}  {written.size / 1024 / 1024:.1f} MB, {written.files} files")
        if written.has_key:
            self.stdout.write(
                "It holds the secret key: whoever has this file can read everything, so keep it safe."
            )
        elif key_is_ours():
            self.stdout.write(
                "The secret key is NOT in it: without it, passwords and tokens of inboxes cannot be read again."
            )
        else:
            self.stdout.write(
                "The secret key is not in it: it comes from ASCOLTO_SECRET_KEY[_FILE], keep that as well."
            )
