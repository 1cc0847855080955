"""`ascolto search`: how far the index is, and index everything again."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ascolto.search.reindexing import begin_anew, make_room, progress, renew_old, renew_stale

WIDTH = 30


class Command(BaseCommand):
    help = "Tell how far the search index is, or index every message again. Search works meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["status", "reindex"], default="status")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "reindex":
            make_room()
            begin_anew()
            self._work()
        state = progress()
        told = f"{state.share:.0%} of the messages are indexed" if state.below else "Every message is indexed"
        self.stdout.write(f"{told}.")

    def _work(self) -> None:
        done, begun, shown = 0, time.monotonic(), 0.0
        while progress().below:
            changed = renew_stale() + renew_old()
            done += changed
            if not changed:  # the background holds the next portion
                time.sleep(0.05)
            if time.monotonic() - shown > 0.2:
                shown = time.monotonic()
                self._show(done, shown - begun)
        self._show(done, time.monotonic() - begun)
        if self.stderr.isatty():
            self.stderr.write("")

    def _show(self, done: int, seconds: float) -> None:
        share = progress().share
        if self.stderr.isatty():
            bar = "█" * round(share * WIDTH)
            line = f"\r{bar:░<{WIDTH}} {share:4.0%}  {done:,} messages, {done / max(seconds, 0.001):,.0f} a second"
            self.stderr.write(line, ending="")
