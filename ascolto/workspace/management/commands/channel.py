"""`ascolto channel add | change | list | test | disable | enable`: inboxes, by the person with the shell."""

from __future__ import annotations

import json
import sys
import textwrap
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from ascolto.accounts.models import Team
from ascolto.channels import actions
from ascolto.channels.ailments import ailments_of
from ascolto.channels.models import ChannelAccount
from ascolto.channels.protocol import Adapter, ConfigError, SendRefused
from ascolto.channels.registry import UnknownChannel, all_adapters, get_adapter
from ascolto.channels.selectors import all_accounts, find_account, health_of, hook_url, settings_of
from ascolto.kit.vault import Unreadable

FILE_LIMIT = 100_000


class Command(BaseCommand):
    help = "Connect, list, test and switch inboxes. `add` prints the hook address, alone on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="connect an inbox and print its hook address")
        add.add_argument("kind", help="the channel: ascolto channel kinds shows them")
        add.add_argument("--name", help="what colleagues call it")
        add.add_argument(
            "--guide", action="store_true", help="only show how this channel is connected, step by step"
        )
        self._add_settings(add)
        change = verbs.add_parser("change", help="change settings; those left out stay")
        change.add_argument("account", help="number or name of the inbox")
        change.add_argument("--name", help="another name")
        self._add_settings(change)
        verbs.add_parser("kinds", help="show the channels and their settings")
        listing = verbs.add_parser("list", help="show the inboxes and how they do")
        listing.add_argument("--json", action="store_true", help="for machines")
        for verb, what in (
            ("test", "make a real round trip with the network"),
            ("disable", "switch an inbox off"),
            ("enable", "switch an inbox on again"),
        ):
            verbs.add_parser(verb, help=what).add_argument("account", help="number or name of the inbox")

    def _add_settings(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--set", action="extend", nargs="+", default=[], metavar="KEY=VALUE", help="a setting; repeat"
        )
        parser.add_argument(
            "--set-file",
            action="extend",
            nargs="+",
            default=[],
            metavar="KEY=PATH",
            help="a setting read from a file (- reads stdin)",
        )
        parser.add_argument(
            "--team", action="append", metavar="NAME", help="who sees it (default: everybody)"
        )
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except (ConfigError, UnknownChannel, Unreadable) as error:
            raise CommandError(str(error)) from None

    def _add(self, options: dict[str, Any]) -> None:
        if options["guide"]:
            return self._show_guide(get_adapter(options["kind"]))
        if not options["name"]:
            raise CommandError("--name is missing: write what colleagues call the inbox.")
        account = actions.connect(
            kind=options["kind"],
            name=options["name"],
            values=_values(options),
            teams=_teams(options) or (),
            language=options["language"] or "",
        )
        for number, step in enumerate(account.adapter.guide, 1):
            self.stderr.write(textwrap.fill(f"{number}. {step}", 100, subsequent_indent="   "))
        self.stderr.write(f"Inbox {account.pk} ({account.kind}) is connected. Its hook address:")
        self.stdout.write(hook_url(account, _base_url()))

    def _change(self, options: dict[str, Any]) -> None:
        account = actions.change_settings(
            account=_account(options),
            name=options["name"],
            values=_values(options),
            teams=_teams(options),
            language=options["language"],
        )
        self.stderr.write(f"Inbox {account.pk} ({account.kind}) is changed. Its hook address:")
        self.stdout.write(hook_url(account, _base_url()))

    def _kinds(self, options: dict[str, Any]) -> None:
        for adapter in all_adapters().values():
            self.stdout.write(f"{adapter.kind}  ({adapter.label})")
            self._show_settings(adapter)

    def _show_settings(self, adapter: Adapter) -> None:
        for setting in settings_of(adapter):
            needed = "required" if setting.is_required else "optional"
            self.stdout.write(f"    {setting.name:<24} {needed}  {setting.label}")

    def _show_guide(self, adapter: Adapter) -> None:
        """How a channel is connected, and which settings it wants."""
        self.stdout.write(f"How {adapter.label} is connected:")
        for number, step in enumerate(adapter.guide, 1):
            self.stdout.write(textwrap.fill(f"{number}. {step}", 100, subsequent_indent="   "))
        if adapter.oauth:
            address = _base_url() + reverse("workspace:oauth-callback")
            self.stdout.write(f"Redirect address, for signing in on the page Inboxes: {address}")
        self._show_settings(adapter)

    def _list(self, options: dict[str, Any]) -> None:
        rows = [_row(account) for account in all_accounts()]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        for row in rows:
            state = ", ".join(row["alerts"]) or row["state"] if row["enabled"] else "off"
            self.stdout.write(
                f"{row['id']:>5}  {row['kind']:<10}  {state:<8}  {row['name']}  {row['error']}".rstrip()
            )
            self.stdout.write(f"       {row['hook_url']}")
        if not rows:
            self.stdout.write("No inbox yet: ascolto channel add connects one.")

    def _test(self, options: dict[str, Any]) -> None:
        from ascolto.delivery.actions import test_account  # the other verbs need nothing of the worker

        account = _account(options)
        try:
            self.stdout.write(test_account(account))
        except SendRefused as error:
            raise CommandError(f"{account.name}: {error}") from None

    def _disable(self, options: dict[str, Any]) -> None:
        account = _account(options)
        actions.disable(account=account)
        self.stdout.write(f"Inbox {account.pk} ({account.name}) is off.")

    def _enable(self, options: dict[str, Any]) -> None:
        account = _account(options)
        actions.enable(account=account)
        self.stdout.write(f"Inbox {account.pk} ({account.name}) is on.")


def _row(account: ChannelAccount) -> dict[str, Any]:
    health = health_of(account)
    return {
        "id": account.pk,
        "kind": account.kind,
        "name": account.name,
        "enabled": account.is_enabled,
        "state": health.state,
        "alerts": [ailment.kind for ailment in ailments_of(account, health)],
        "error_class": health.error_class,
        "error": health.error,
        "last_in_at": _iso(health.last_in_at),
        "last_out_at": _iso(health.last_out_at),
        "silent_since": _iso(health.silent_since),
        "token_expires_at": _iso(health.token_expires_at),
        "hook_url": hook_url(account, _base_url()),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _base_url() -> str:
    """The public address; without one, where this machine listens."""
    return settings.BASE_URL or f"http://localhost:{settings.ENVIRONMENT.port}"


def _account(options: dict[str, Any]) -> ChannelAccount:
    found = find_account(options["account"])
    if found is None:
        raise CommandError(
            f"No inbox, or more than one, is called {options['account']!r}: ascolto channel list shows them."
        )
    return found


def _teams(options: dict[str, Any]) -> list[Team] | None:
    if options["team"] is None:
        return None
    teams = {team.name: team for team in Team.objects.filter(name__in=options["team"])}
    if missing := [name for name in options["team"] if name not in teams]:
        known = ", ".join(Team.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no team {missing[0]!r}. Known: {known}.")
    return list(teams.values())


def _values(options: dict[str, Any]) -> dict[str, str]:
    values = dict(_pair("--set", text) for text in options["set"])
    for text in options["set_file"]:
        key, path = _pair("--set-file", text)
        values[key] = _content(path)
    return values


def _pair(option: str, text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key.strip():
        raise CommandError(f"{option} {text.split('=')[0]!r} is not understood: write {option} key=value.")
    return key.strip(), value


def _content(path: str) -> str:
    if path == "-":
        return sys.stdin.read(FILE_LIMIT)
    try:
        with Path(path).expanduser().open(encoding="utf-8") as file:
            return file.read(FILE_LIMIT)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The file {path} cannot be read: {error}") from None
