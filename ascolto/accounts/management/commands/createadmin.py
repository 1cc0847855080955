"""`ascolto createadmin`: an administrator, made or restored by the person with the shell."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ascolto.accounts.actions import make_administrator
from ascolto.accounts.actions.checks import PASSWORD_LIMIT, checked_password
from ascolto.accounts.models import Agent

SHORTEST = 8


class Command(BaseCommand):
    help = "Make an administrator; when the e-mail exists already, restore it with a new password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="the address to sign in with")
        parser.add_argument("--name", required=True, help="the name customers and colleagues read")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input (else ask)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email, name = options["email"], options["name"]
        password = self._password(options["password_stdin"])
        try:
            checked_password(password, Agent(email=email, name=name))
        except ValidationError as error:  # the person with the shell decides, but knows
            self.stderr.write(f"Warning: a weak password. {' '.join(error.messages)}")
        try:
            agent, is_new = make_administrator(email=email, name=name, password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        done = "made" if is_new else "restored: role administrator, new password, every older session ended"
        self.stdout.write(f"Administrator {agent.name} <{agent.email}> {done}.")

    def _password(self, from_stdin: bool) -> str:
        if from_stdin:
            password = sys.stdin.readline(PASSWORD_LIMIT + 2).rstrip("\r\n")
        elif sys.stdin.isatty():
            password = getpass.getpass("Password: ")
        else:
            raise CommandError("No password: write it to standard input and add --password-stdin.")
        if len(password) < SHORTEST:
            raise CommandError(f"The password is too short: write at least {SHORTEST} characters.")
        if len(password) > PASSWORD_LIMIT:
            raise CommandError(f"The password is too long: write at most {PASSWORD_LIMIT} characters.")
        return password
