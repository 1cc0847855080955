"""Values that nobody typed: tokens that a network gave or renewed, and secrets sealed anew when the key of the installation changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ascolto.accounts.models import Agent
from ascolto.channels.models import ChannelAccount, ChannelHealth, vault
from ascolto.channels.protocol import read_config
from ascolto.events.changes import changes_between
from ascolto.events.log import actor_of, emit
from ascolto.kit.clock import now
from ascolto.kit.text import clean
from ascolto.kit.vault import Unreadable

VALUE_LIMIT = 20_000


@transaction.atomic
def keep_values(
    *,
    account: int,
    values: Mapping[str, str],
    instead_of: Mapping[str, str] | None = None,
    expires_at: datetime | None = None,
    agent: Agent | None = None,
) -> bool:
    """Store values that a network gave to an inbox, all or none; whether they were stored.

    `instead_of` are the settings that they were asked for with: when somebody changed one of them meanwhile, theirs stays.
    With `agent` it was a person who signed in: that is written down, and lifts the error that stopped the inbox. Raises
    ConfigError for values that the channel cannot use, Unreadable.
    """
    row = ChannelAccount.objects.select_for_update(of=("self",)).get(pk=account)
    before = row.values()
    if instead_of is not None and any(before.get(name) != instead_of.get(name) for name in values):
        return False
    wanted = {**before, **{name: clean(value, VALUE_LIMIT).strip() for name, value in values.items()}}
    read_config(row.adapter.Config, wanted)
    row.store_values(wanted)
    row.changed_at = now()
    row.save(update_fields=["settings", "sealed", "changed_at"])
    ChannelHealth.objects.get_or_create(account=row)
    health = ChannelHealth.objects.filter(account=row)
    if expires_at is not None or agent is not None:
        health.update(token_expires_at=expires_at)
    if agent is not None:
        health.update(error_class="", error="", error_at=None, error_from="", paused_until=None)
        changes = changes_between(before, wanted, secret=wanted.keys())  # what a network gives is a key
        emit(
            "channel.changed",
            actor=actor_of(agent),
            account=row.pk,
            name=row.name,
            fields=sorted(values),
            changes=changes,
        )
    return True


def note_end(account: ChannelAccount, expires_at: datetime | None) -> None:
    """Note until when the permission of an inbox is good."""
    ChannelHealth.objects.update_or_create(account=account, defaults={"token_expires_at": expires_at})


# --- a new key ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of the secrets of one inbox: `sealed` with the present key, `kept` since they were already, `unreadable`."""

    account: int
    name: str
    outcome: str


def reseal_all() -> Iterator[Resealed]:
    """Seal the secrets of every inbox with the present key, one inbox a transaction: whoever is stopped begins again."""
    for pk in list(ChannelAccount.objects.exclude(sealed="").order_by("pk").values_list("pk", flat=True)):
        if (done := _reseal(pk)) is not None:
            yield done


@transaction.atomic
def _reseal(pk: int) -> Resealed | None:
    row = ChannelAccount.objects.select_for_update(of=("self",)).filter(pk=pk).exclude(sealed="").first()
    if row is None:
        return None
    current = vault()
    try:
        if current.is_current(row.sealed):
            return Resealed(row.pk, row.name, "kept")
        row.sealed = current.seal(current.open(row.sealed))
    except Unreadable:
        return Resealed(row.pk, row.name, "unreadable")
    row.save(update_fields=["sealed"])
    return Resealed(row.pk, row.name, "sealed")
