"""`ascolto demo`: the product with a made-up company whose customers write."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from functools import partial
from typing import Any

from django.core.management.base import CommandError

from ascolto.accounts.actions import finish_set_up
from ascolto.config import parts
from ascolto.config.management.commands.up import Command as Up
from ascolto.testing import apps
from ascolto.testing.demo import company, past


def pace(text: str) -> float:
    """Messages a minute from the command line. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0.1 <= value <= 600:
        raise ArgumentTypeError("write a number of messages a minute from 0.1 to 600")
    return value


class Command(Up):
    help = (
        "Fill a made-up company (Telvia) and start everything; its customers write through stand-in networks on this"
        " machine. Refuses a database that holds real data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pace", type=pace, default=6.0, help="customers' messages a minute (default: %(default)s)"
        )
        parser.add_argument("--fill-only", action="store_true", help="fill the company and end")

    def handle(self, *args: Any, **options: Any) -> None:
        parts.register_loop("demo", partial(apps.simulate, per_minute=options["pace"]))
        if options["fill_only"]:
            self._in_child(self._fill)
            return
        super().handle(*args, **options)

    def _fill(self) -> None:
        parts.prepare()
        try:
            visitor = company.found()
        except company.NotEmpty as reason:
            raise CommandError(str(reason)) from reason
        past.fill()
        finish_set_up(by=visitor)

    def _begin(self) -> None:
        self._fill()
        super()._begin()
        self.stdout.write(
            f"Demo company: sign in as  {company.VISITOR}  (or marco@, sofia@, viktor@telvia.example)"
        )
        self.stdout.write(f"              password    {company.password()}")
