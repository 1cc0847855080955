"""The only writers of inboxes: connect, change, switch off and on.

With `agent` a person does it through a browser or the API: addresses must be public. Without, it is the person with
the shell, who may also name a server of the house (a stand-in, a mail server in the cellar).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.actions import delete_team
from ascolto.accounts.models import Agent, Company, Team
from ascolto.channels.addresses import address_names, refuse_private
from ascolto.channels.models import ChannelAccount, ChannelHealth
from ascolto.channels.protocol import ConfigError, in_own_words, read_config
from ascolto.channels.registry import get_adapter
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean

NAME_LIMIT, VALUE_LIMIT = 120, 20_000


def connect(
    *,
    agent: Agent | None = None,
    kind: str,
    name: str,
    values: Mapping[str, str],
    teams: Iterable[Team] = (),
    language: str = "",
) -> ChannelAccount:
    """A new inbox; `teams` empty means that every agent sees it. Raises UnknownChannel, ConfigError."""
    adapter = get_adapter(kind)
    wanted = in_own_words(adapter.Config, _checked_values(values))
    read_config(adapter.Config, wanted)
    if _is_guarded(agent):
        refuse_private(adapter.Config, wanted)  # asks the network for names: never inside the transaction
    account = ChannelAccount(
        kind=kind, name=_checked_name(name), language=_checked_language(language), is_trusted=agent is None
    )
    account.store_values(wanted)
    with transaction.atomic():
        account.save(force_insert=True)
        ChannelHealth.objects.create(account=account)
        account.teams.set(teams)
        emit("channel.connected", actor=actor_of(agent), account=account.pk, name=account.name, kind=kind)
    return account


def change_settings(
    *,
    agent: Agent | None = None,
    account: ChannelAccount,
    name: str | None = None,
    values: Mapping[str, str] | None = None,
    clear: Iterable[str] = (),
    teams: Iterable[Team] | None = None,
    language: str | None = None,
) -> ChannelAccount:
    """Change an inbox; what is left out stays. An empty secret keeps the stored one; `clear` names secrets to forget.

    A changed setting also lifts the error that stopped the account, so that it is tried again. Raises ConfigError.
    """
    before = {key: value for key, value in account.values().items() if value}
    given = in_own_words(account.adapter.Config, _checked_values(values or {}, keep_empty=True))
    wanted = _merged(account, before, given, set(clear))
    read_config(account.adapter.Config, wanted)
    changed = {key for key in before.keys() | wanted.keys() if before.get(key) != wanted.get(key)}
    moved = _new_addresses(account, wanted, changed)
    if moved and _is_guarded(agent):
        _check_new_addresses(account, before, wanted, changed, moved)
    fields = sorted(changed)
    general = _general(account)
    if name is not None and (checked := _checked_name(name)) != account.name:
        account.name, fields = checked, [*fields, "name"]
    if language is not None and (checked := _checked_language(language)) != account.language:
        account.language, fields = checked, [*fields, "language"]
    with transaction.atomic():
        account.is_trusted = agent is None if moved else account.is_trusted
        _store(account, wanted, changed)
        if teams is not None and _set_teams(account, list(teams)):
            fields.append("teams")
        if fields:
            became = {**wanted, **_general(account)}
            changes = changes_between({**before, **general}, became, secret=_secrets(account))
            told = {"name": account.name, "fields": fields, "changes": changes}
            emit("channel.changed", actor=actor_of(agent), account=account.pk, **told)
    return account


def _general(account: ChannelAccount) -> dict[str, Any]:
    """What every inbox has, as the log says it."""
    teams = sorted(account.teams.values_list("name", flat=True))
    return {"name": account.name, "language": account.language, "teams": teams}


def _store(account: ChannelAccount, wanted: dict[str, str], changed: set[str]) -> None:
    if changed:
        account.store_values(wanted)
        _forget_error(account)
        if changed & _secrets(account):  # nobody has told when the new one ends
            ChannelHealth.objects.filter(account=account).update(token_expires_at=None, expiry_told=None)
    account.changed_at = now()
    account.save(update_fields=["name", "language", "settings", "sealed", "is_trusted", "changed_at"])


@transaction.atomic
def disable(*, agent: Agent | None = None, account: ChannelAccount) -> None:
    """Switch an inbox off: nothing is fetched or sent; what is queued waits. Deliveries by hook are refused."""
    if ChannelAccount.objects.filter(pk=account.pk, is_enabled=True).update(
        is_enabled=False, changed_at=now()
    ):
        emit("channel.disabled", actor=actor_of(agent), account=account.pk, name=account.name)
    account.is_enabled = False


@transaction.atomic
def enable(*, agent: Agent | None = None, account: ChannelAccount) -> None:
    """Switch an inbox on again, and try again what stopped it."""
    if ChannelAccount.objects.filter(pk=account.pk, is_enabled=False).update(
        is_enabled=True, changed_at=now()
    ):
        emit("channel.enabled", actor=actor_of(agent), account=account.pk, name=account.name)
    _forget_error(account)
    account.is_enabled = True


@transaction.atomic
def dissolve_team(*, by: Agent | None = None, team: Team) -> None:
    """Dissolve a team that has neither people nor an inbox of its own. Raises ValidationError.

    An inbox without teams is open to everybody: the last one must be taken away on purpose, not by the way.
    """
    for account in ChannelAccount.objects.filter(teams=team):
        if account.teams.count() == 1:
            message = _("Only this team sees the inbox %(name)s: choose who sees it first.")
            raise ValidationError({"name": message % {"name": account.name}})
    delete_team(by=by, team=team)


# --- checks --------------------------------------------------------------------------------------------------------


def _is_guarded(agent: Agent | None) -> bool:
    return agent is not None and not settings.ALLOW_PRIVATE_NETWORKS


def _checked_name(name: str) -> str:
    name = " ".join(clean(name, 1000).split())
    if not name:
        raise ConfigError("name", _("Write a name."))
    if len(name) > NAME_LIMIT:
        raise ConfigError("name", _("Write at most %(limit)s characters.") % {"limit": NAME_LIMIT})
    return name


def _checked_language(language: str) -> str:
    language = language or Company.current().language
    if language not in dict(settings.LANGUAGES):
        raise ConfigError("language", _("Choose one of the languages in the list."))
    return language


def _checked_values(values: Mapping[str, str], *, keep_empty: bool = False) -> dict[str, str]:
    checked = {}
    for name, value in values.items():
        if len(value) > VALUE_LIMIT:
            raise ConfigError(name, _("Write at most %(limit)s characters.") % {"limit": VALUE_LIMIT})
        text = clean(value, VALUE_LIMIT).strip()
        if text or keep_empty:
            checked[name] = text
    return checked


def _secrets(account: ChannelAccount) -> set[str]:
    return {item.name for item in dataclasses.fields(account.adapter.Config) if item.metadata.get("secret")}


def _merged(
    account: ChannelAccount, before: dict[str, str], given: dict[str, str], clear: set[str]
) -> dict[str, str]:
    secrets = _secrets(account)
    wanted = {name: value for name, value in before.items() if not (name in clear and name in secrets)}
    for name, value in given.items():
        if value:
            wanted[name] = value
        elif name not in secrets:
            wanted.pop(name, None)
    return wanted


def _new_addresses(account: ChannelAccount, wanted: dict[str, str], changed: set[str]) -> set[str]:
    names = address_names(account.adapter.Config, wanted)
    return {name for name in changed.intersection(names) if wanted.get(name)}


def _check_new_addresses(
    account: ChannelAccount,
    before: dict[str, str],
    wanted: dict[str, str],
    changed: set[str],
    moved: set[str],
) -> None:
    """New addresses must be public, and a stored secret does not follow to an address its writer never saw."""
    refuse_private(account.adapter.Config, {name: wanted[name] for name in moved})
    kept = sorted(name for name in _secrets(account) if before.get(name) and name not in changed)
    if kept:
        raise ConfigError(
            kept[0], _("The address changes: write this again, so that it goes only where you mean.")
        )


def _set_teams(account: ChannelAccount, teams: list[Team]) -> bool:
    if set(account.teams.values_list("pk", flat=True)) == {team.pk for team in teams}:
        return False
    account.teams.set(teams)
    return True


def _forget_error(account: ChannelAccount) -> None:
    """A person has looked at it: what stopped it is tried again, and silence is judged anew from here."""
    ChannelHealth.objects.filter(account=account).update(
        error_class="",
        error="",
        error_at=None,
        error_from="",
        paused_until=None,
        silent_since=None,
        watched_from=now(),
    )
