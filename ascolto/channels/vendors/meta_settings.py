"""Settings that inboxes of Meta's networks have in common, and what they may be."""

from __future__ import annotations

import re
from typing import Any

from ascolto.channels.configuration import ConfigError, setting
from ascolto.channels.vendors.meta import GRAPH, VERSION

_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_YES = {"1", "true", "yes", "on"}


def app_secret() -> Any:
    """What signs deliveries."""
    return setting(
        "App secret",
        secret=True,
        help="In Meta's app dashboard under App settings, Basic. It proves that a delivery comes from Meta.",
    )


def verify_token() -> Any:
    """The word of the handshake."""
    return setting(
        "Verify token",
        secret=True,
        help="Any word of yours. Write the same one in Meta's dashboard beside the hook address.",
    )


def page_id() -> Any:
    """Whose entries are ours."""
    return setting(
        "Page ID", example="101275806400438", help="The number of your page: About, Page transparency."
    )


def human_agent() -> Any:
    """The permission to answer for seven days."""
    return setting(
        "The app has the permission Human Agent",
        default=False,
        help="Meta grants it on request. Then people, not machines, may answer for seven days instead of one.",
    )


def api_base(default: str = GRAPH) -> Any:
    """Where the Graph API is."""
    return setting(
        "API address",
        default=default,
        advanced=True,
        help="Another address than Meta's: a gateway or a stand-in.",
    )


def api_version() -> Any:
    """Which Graph API."""
    return setting("API version", default=VERSION, advanced=True)


def is_yes(text: str) -> bool:
    """Whether a setting, still a text, says yes."""
    return text.strip().lower() in _YES


def check_id(name: str, value: str) -> None:
    """A number of Meta's; a gateway may name its own otherwise. It becomes part of addresses. Raises ConfigError."""
    if not _ID.fullmatch(value) or not value.strip("."):
        raise ConfigError(name, "is a number without spaces or +, as Meta's dashboard shows it.")


def check_access(access_token: str, api_base: str, api_version: str) -> None:
    """Raises ConfigError for a token, an address or a version that cannot be used."""
    if not _VISIBLE.fullmatch(access_token):
        raise ConfigError("access_token", "holds a space or a letter that no token has: copy it again.")
    if api_base and not _ADDRESS.fullmatch(api_base):
        raise ConfigError("api_base", f"is not a web address; write for example {GRAPH}")
    if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", api_version):
        raise ConfigError("api_version", f"is not a version; write for example {VERSION}")
