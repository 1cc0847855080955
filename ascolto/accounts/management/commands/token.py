"""`ascolto token create | list | revoke`: keys for machines."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ascolto.accounts.actions import create_token, revoke_token
from ascolto.accounts.models import Agent, ApiToken
from ascolto.accounts.scopes import SCOPES
from ascolto.accounts.selectors import live_tokens


class Command(BaseCommand):
    help = "Make, list and revoke API tokens. A token is printed once, alone on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make a token and print it")
        create.add_argument("--email", required=True, help="the colleague as whom it acts")
        create.add_argument(
            "--scope",
            action="append",
            nargs="+",
            required=True,
            metavar="SCOPE",
            help=f"what it may do; repeat or separate by spaces or commas: {', '.join(SCOPES)}",
        )
        create.add_argument("--name", default="", help="what it is for")
        listing = verbs.add_parser("list", help="show the tokens that work")
        listing.add_argument("--json", action="store_true", help="for machines")
        revoke = verbs.add_parser("revoke", help="end a token")
        revoke.add_argument("id", type=int, help="its number in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        email = options["email"].strip().lower()
        agent = Agent.objects.filter(email=email).first()
        if agent is None:
            raise CommandError(
                f"Nobody here has the e-mail {email}: make the account first (ascolto createadmin)."
            )
        scopes = [
            scope for group in options["scope"] for text in group for scope in text.replace(",", " ").split()
        ]
        try:
            token, clear_text = create_token(agent=agent, scopes=scopes, name=options["name"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stderr.write(
            f"Token {token.pk} acts as {agent.email} with {', '.join(token.scopes)}. It is shown only now:"
        )
        self.stdout.write(clear_text)

    def _list(self, options: dict[str, Any]) -> None:
        rows = [
            {
                "id": token.pk,
                "name": token.name,
                "email": token.agent.email,
                "scopes": token.scopes,
                "created_at": token.created_at.isoformat(timespec="seconds"),
                "last_used_at": token.last_used_at.isoformat(timespec="seconds")
                if token.last_used_at
                else None,
            }
            for token in live_tokens()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        for row in rows:
            used = row["last_used_at"] or "never"
            name = row["name"] or "-"
            self.stdout.write(
                f"{row['id']:>5}  {row['email']}  {name}  {','.join(row['scopes'])}  last used: {used}"
            )
        if not rows:
            self.stdout.write("No token yet.")

    def _revoke(self, options: dict[str, Any]) -> None:
        token = ApiToken.objects.filter(pk=options["id"]).first()
        if token is None:
            raise CommandError(f"There is no token {options['id']}: ascolto token list shows them.")
        revoke_token(token=token)
        self.stdout.write(f"Token {token.pk} does not work any more.")
