"""Addresses that people type into a settings form: they must not lead into the company's own network.

What a person with the shell writes down is trusted; what comes through a browser or the API is not, since it would let
whoever holds an administrator's session look around behind the firewall.
"""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from ascolto.channels.protocol import ConfigError
from ascolto.kit.http import is_public

Resolve = Callable[[str], list[str]]


def system_resolve(host: str) -> list[str]:
    """Every IP address behind a name; empty when nobody knows it."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def address_names(config: type[Any], values: Mapping[str, str]) -> list[str]:
    """The settings whose value is an address that we talk to: web addresses by their shape, servers by the setting's name.

    Origins are the other way round: websites that talk to us.
    """
    return [
        item.name
        for item in dataclasses.fields(config)
        if not item.name.endswith(("origin", "origins"))
        and ("://" in values.get(item.name, "") or item.name.endswith(("host", "_url", "_base", "_server")))
    ]


def refuse_private(
    config: type[Any], values: Mapping[str, str], *, resolve: Resolve = system_resolve
) -> None:
    """Check every address among `values` but those that are the channel's own defaults. Raises ConfigError."""
    defaults = {item.name: item.default for item in dataclasses.fields(config)}
    for name in address_names(config, values):
        value = values.get(name, "").strip()
        if value and value != defaults[name]:
            _refuse_private_host(name, _host(name, value), resolve)


def _host(name: str, value: str) -> str:
    if "://" not in value and "/" not in value:
        value = f"//{value}"
    try:
        host = urlsplit(value).hostname
    except ValueError:
        host = None
    if not host:
        raise ConfigError(name, _("is not an address."))
    return host


def _refuse_private_host(name: str, host: str, resolve: Resolve) -> None:
    found = resolve(host)
    if not found:
        raise ConfigError(name, _("%(host)s is not known: check the spelling.") % {"host": host})
    if not all(is_public(address) for address in found):
        message = _(
            "%(host)s is inside a private network. Set ASCOLTO_ALLOW_PRIVATE_NETWORKS=1, "
            "or connect it with the command line."
        )
        raise ConfigError(name, message % {"host": host})
