"""Reads of inboxes for screens and for the command line."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ascolto.channels.ailments import why_dead as why_dead
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import Adapter
from ascolto.channels.registry import all_adapters


def hook_url(account: ChannelAccount, base_url: str) -> str:
    """The address that the network calls; whoever knows it can knock, so it is shown to administrators only."""
    return f"{base_url.rstrip('/')}/hooks/{account.kind}/{account.token}"


def all_accounts() -> QuerySet[ChannelAccount]:
    """Every inbox with its health and its teams."""
    return ChannelAccount.objects.select_related("health").prefetch_related("teams")


def health_of(account: ChannelAccount) -> ChannelHealth:
    """How the inbox does; an empty sheet when nothing was ever noted."""
    try:
        return account.health
    except ChannelHealth.DoesNotExist:
        return ChannelHealth(account=account)


def find_account(text: str) -> ChannelAccount | None:
    """The inbox with this number, or with this name when only one has it."""
    if text.isascii() and text.isdigit() and len(text) < 15:
        return all_accounts().filter(pk=int(text)).first()
    named = list(all_accounts().filter(name=text)[:2])
    return named[0] if len(named) == 1 else None


def connectable_adapters() -> list[Adapter]:
    """Every kind of channel, in the order of its label."""
    return sorted(all_adapters().values(), key=lambda adapter: adapter.label.casefold())


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a channel, as the form and the command line show it."""

    name: str
    label: str
    help: str
    kind: str  # text, number, switch, choice
    choices: tuple[str, ...]
    default: str
    example: str
    is_required: bool
    is_secret: bool
    is_advanced: bool


def settings_of(adapter: Adapter) -> list[Setting]:
    """What a channel wants to know, in the order of its Config."""
    return [_setting(item) for item in dataclasses.fields(adapter.Config)]


def _setting(item: dataclasses.Field[Any]) -> Setting:
    about, required = item.metadata, item.default is dataclasses.MISSING
    kinds = {"int": "number", "bool": "switch"}
    default = "" if required or item.default is None else item.default
    return Setting(
        name=item.name,
        label=about.get("label", item.name),
        help=about.get("help", ""),
        kind="choice" if about.get("choices") else kinds.get(str(item.type), "text"),
        choices=about.get("choices", ()),
        default=("yes" if default else "no") if isinstance(default, bool) else str(default),
        example=about.get("example", ""),
        is_required=required,
        is_secret=bool(about.get("secret")),
        is_advanced=bool(about.get("advanced")),
    )
