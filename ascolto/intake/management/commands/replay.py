"""`ascolto replay`: try deliveries again that were set aside."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ascolto.intake.actions import replay
from ascolto.intake.selectors import dead_letters


class Command(BaseCommand):
    help = "List deliveries that were set aside (dead letters), or let the worker try them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, help="numbers of dead letters; none: list them")
        parser.add_argument("--all", action="store_true", help="replay every dead letter")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"] or options["ids"]:
            wanted = list(dead_letters().values_list("pk", flat=True)) if options["all"] else options["ids"]
            count = replay(raw_events=wanted)
            if options["ids"] and count < len(set(options["ids"])):
                raise CommandError(f"{count} replayed; the others are not dead letters.")
            self.stdout.write(f"{count} deliveries wait for the worker again.")
            return
        rows = dead_letters()[:100]
        if not rows:
            self.stdout.write("No dead letters.")
        for row in rows:
            error = row.error.partition("\n")[0][:120]
            self.stdout.write(
                f"{row.pk}  {row.received_at:%Y-%m-%d %H:%M}  {row.account.kind} {row.account.name}: {error}"
            )
