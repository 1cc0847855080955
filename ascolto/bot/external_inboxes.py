"""At which inboxes an external bot answers first: at hand for every process, read again when the stamp says so."""

from __future__ import annotations

from collections.abc import Mapping

from ascolto.bot import live
from ascolto.bot.models import BotPost, ExternalBot

_read: list[tuple[str, Mapping[int, int], Mapping[int, int]]] = []


def inboxes(stamp: str | None = None) -> Mapping[int, int]:
    """The inboxes, each with its bot's id. `stamp`: of `live.at_hand()`, where it was asked already; else it is one small query."""
    return _lately(stamp)[1]


def resting(stamp: str | None = None) -> Mapping[int, int]:
    """Inboxes whose bot is switched off: what another process still gave it, in the moment of switching, goes to people."""
    return _lately(stamp)[2]


def _lately(stamp: str | None) -> tuple[str, Mapping[int, int], Mapping[int, int]]:
    stamp = live.at_hand().stamp if stamp is None else stamp
    if not _read or _read[0][0] != stamp:
        rows = list(ExternalBot.objects.values_list("account_id", "pk", "is_enabled", "account__is_enabled"))
        answering = {account: pk for account, pk, *is_on in rows if all(is_on)}
        posted = BotPost.objects.filter(is_enabled=True).values_list("account_id", flat=True)
        taken = {*answering, *posted}
        _read[:] = [(stamp, answering, {account: pk for account, pk, *_ in rows if account not in taken})]
    return _read[0]
