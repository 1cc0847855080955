"""`ascolto rotate-secrets`: seal the secrets of every inbox with the present key, so that a retired one can be forgotten."""  # noqa: N999

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ascolto.channels.keeping import reseal_all
from ascolto.generation.keeping import reseal_server


class Command(BaseCommand):
    help = (
        "Seal the secrets of every inbox and of the language model with the present secret key. The earlier key must stand in "
        "ASCOLTO_RETIRED_SECRET_KEYS. May be stopped and run again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="say only how many")

    def handle(self, *args: Any, **options: Any) -> None:
        counted: Counter[str] = Counter()
        for done in reseal_all():
            counted[done.outcome] += 1
            if done.outcome == "unreadable":
                self.stderr.write(
                    f"Inbox {done.account} ({done.name}) was sealed with a key that is not known here."
                )
            elif not options["quiet"] and done.outcome == "sealed":
                self.stdout.write(f"Inbox {done.account} ({done.name}) is sealed anew.")
        if outcome := reseal_server():
            counted[outcome] += 1
            if outcome == "unreadable":
                self.stderr.write("The language model was sealed with a key that is not known here.")
            elif not options["quiet"] and outcome == "sealed":
                self.stdout.write("The language model is sealed anew.")
        self.stdout.write(f"{counted['sealed']} sealed anew, {counted['kept']} sealed with this key already.")
        if counted["unreadable"]:
            raise CommandError(
                f"{counted['unreadable']} could not be opened: add their key to ASCOLTO_RETIRED_SECRET_KEYS and run it again, "
                "or write their secrets again on the page Inboxes."
            )
