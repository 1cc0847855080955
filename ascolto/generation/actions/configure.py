"""Describe the server, switch it on and off, choose what may leave from which inbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ascolto.accounts.models import Agent
from ascolto.channels.addresses import Resolve, system_resolve
from ascolto.channels.models import ChannelAccount
from ascolto.events.changes import SECRET, Changes, changes_between
from ascolto.events.log import actor_of, emit
from ascolto.generation.models import SWITCHED, InboxSwitch, ModelServer, ServerHealth
from ascolto.generation.wire import WrongAddress, WrongHeader, endpoint, read_headers
from ascolto.kit.clock import now
from ascolto.kit.http import is_public
from ascolto.kit.vault import Unreadable

KEPT = None  # a secret that is left as it is
_PLAIN = (
    "base_url",
    "model",
    "is_own_network",
    "time_limit",
    "answer_seconds",
    "places",
    "masks_numbers",
    "keep_days",
)
_SECRET = {"api_key", "headers"}
_ADDRESS = ("base_url", "is_own_network")


@transaction.atomic
def describe(
    *,
    by: Agent,
    values: Mapping[str, Any],
    api_key: str | None = KEPT,
    headers: str | None = KEPT,
    resolve: Resolve = system_resolve,
) -> ModelServer:
    """Write down where the server is and how it is asked. A new address forgets the key of the old one. Raises ValidationError."""
    server = _locked()
    changed = [name for name in _PLAIN if name in values and values[name] != getattr(server, name)]
    for name in changed:
        setattr(server, name, values[name])
    server.base_url, server.model = server.base_url.strip(), server.model.strip()
    server.clean_fields(exclude=["sealed", "purposes"])
    if set(changed) & set(_ADDRESS):
        _check_address(server, resolve)
    changed += _keep_secrets(server, api_key, headers, is_moved="base_url" in changed)
    if server.is_enabled and not server.is_described:
        raise ValidationError({"base_url": _("Switch the language model off first.")})
    if changed:
        _save(server, by, changed)
        _forget_health(server)
    return server


def _locked() -> ModelServer:
    ModelServer.objects.get_or_create(pk=1)
    return ModelServer.objects.select_for_update().get(pk=1)


def _save(server: ModelServer, by: Agent, changed: Collection[str], more: Changes | None = None) -> None:
    before = _told(ModelServer.objects.get(pk=server.pk))
    server.changed_at = now()
    server.save()
    secret = {name for name in changed if name in _SECRET}
    changes = changes_between(before, _told(server)) | dict.fromkeys(secret, SECRET) | (more or {})
    emit("language_model.changed", actor=actor_of(by), fields=sorted(changed), changes=changes)


def _told(server: ModelServer) -> dict[str, Any]:
    """What the log says about it; what is sealed is not told."""
    return {name: getattr(server, name) for name in (*_PLAIN, "is_enabled", "purposes")}


def _forget_health(server: ModelServer) -> None:
    """What was changed may have been what was wrong."""
    ServerHealth.objects.update_or_create(
        server=server,
        defaults={"failures": 0, "pauses": 0, "paused_until": None, "error": "", "detail": "", "dialect": {}},
    )


def _check_address(server: ModelServer, resolve: Resolve) -> None:
    if not server.base_url:
        return
    try:
        endpoint(server.base_url)
    except WrongAddress as error:
        words = {
            "no_address": _("This is not a web address: it begins with https:// or http://."),
            "extras": _("Write the address without a name, a password, and anything after a question mark."),
        }
        raise ValidationError({"base_url": words[str(error)]}) from error
    if server.is_own_network:
        return
    if not server.base_url.lower().startswith("https://"):
        raise ValidationError(
            {
                "base_url": _(
                    "Outside your own network it must be https://, or everybody on the way reads along."
                )
            }
        )
    _refuse_private(server.base_url, resolve)


def _refuse_private(base_url: str, resolve: Resolve) -> None:
    from urllib.parse import urlsplit

    host = urlsplit(base_url).hostname or ""
    found = resolve(host)
    if not found:
        raise ValidationError({"base_url": _("%(host)s is not known: check the spelling.") % {"host": host}})
    if not all(is_public(address) for address in found):
        words = _("%(host)s is inside a private network: tick “This server is in our own network”.")
        raise ValidationError({"base_url": words % {"host": host}})


def _keep_secrets(
    server: ModelServer, api_key: str | None, headers: str | None, *, is_moved: bool
) -> list[str]:
    """Seal what was typed. The key of one server is never shown to another one."""
    if api_key is KEPT and headers is KEPT and not (is_moved and server.sealed):
        return []
    before = _opened(server) if not is_moved else {}
    try:
        further = before.get("headers", {}) if headers is KEPT else read_headers(headers)
    except WrongHeader as error:
        words = _("Write one header a line, as “Name: value”. This one cannot be sent: %(name)s")
        raise ValidationError({"headers": words % {"name": error}}) from error
    key = str(before.get("api_key", "")) if api_key is KEPT else api_key.strip()
    if not key.isascii() or not (key.isprintable() and " " not in key):
        raise ValidationError({"api_key": _("A key has no spaces and no accents: copy it again.")})
    server.store_secrets(key, further)
    return ["api_key"] if api_key is not KEPT or is_moved else ["headers"]


def _opened(server: ModelServer) -> dict[str, Any]:
    try:
        return server.secrets()
    except Unreadable:
        return {}


@transaction.atomic
def switch(*, by: Agent, on: bool) -> ModelServer:
    """Switch everything on or off. Raises ValidationError when there is nothing to switch on."""
    server = _locked()
    if on and not server.is_described:
        raise ValidationError(_("First write where the server is and which model it shall use, and save."))
    if server.is_enabled != on:
        server.is_enabled = on
        _save(server, by, ["is_enabled"])
    return server


@transaction.atomic
def choose(*, by: Agent, purposes: Collection[str], switches: Collection[tuple[int, str]]) -> ModelServer:
    """What the model may be asked for, and from which inboxes texts may leave for it."""
    server = _locked()
    wanted = sorted(set(purposes) & set(SWITCHED))
    known = set(ChannelAccount.objects.values_list("pk", flat=True))
    pairs = {(account, purpose) for account, purpose in switches if account in known and purpose in SWITCHED}
    before = set(InboxSwitch.objects.values_list("account_id", "purpose"))
    if pairs == before and wanted == server.purposes:
        return server
    for account, purpose in before - pairs:
        InboxSwitch.objects.filter(account_id=account, purpose=purpose).delete()
    InboxSwitch.objects.bulk_create(
        InboxSwitch(server=server, account_id=account, purpose=purpose)
        for account, purpose in sorted(pairs - before)
    )
    server.purposes = wanted
    names = dict(ChannelAccount.objects.values_list("pk", "name"))
    switched = [sorted(f"{names.get(pk, pk)}: {purpose}" for pk, purpose in told) for told in (before, pairs)]
    _save(server, by, ["purposes"], changes_between({"inboxes": switched[0]}, {"inboxes": switched[1]}))
    return server
