"""`ascolto check`: whether this installation can do its work; with options or labels it is Django's own check."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.commands.check import Command as DjangoCheck

from ascolto.config.inspection import inspect_all

_OWN = ("tags", "list_tags", "deploy", "databases")
_MARKS = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


class Command(DjangoCheck):
    help = "Look at configuration, secret key, disk, database, channels and clock. Ends with 1 when something must be mended."

    def handle(self, *app_labels: Any, **options: Any) -> None:
        if app_labels or any(options[name] for name in _OWN):
            super().handle(*app_labels, **options)
            return
        styles = {"ok": self.style.SUCCESS, "warning": self.style.WARNING, "error": self.style.ERROR}
        errors = warnings = 0
        for finding in inspect_all():
            errors += finding.level == "error"
            warnings += finding.level == "warning"
            self.stdout.write(
                f"{styles[finding.level](_MARKS[finding.level])} {finding.area}: {finding.text}"
            )
        if errors:
            self.stdout.write(f"{errors} to mend.")
            sys.exit(1)
        self.stdout.write("Ready." if not warnings else f"Ready, with {warnings} to think about.")
