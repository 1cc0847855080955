"""What Facebook, Messenger, Instagram and WhatsApp share: the signature, the handshake, and whose delivery it is.

`meta_graph` speaks the Graph API, `meta_messaging` reads private messages and `meta_sending` sends them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ascolto.channels.protocol import BadSignature, ConfigError, HookAnswer, HookRequest
from ascolto.channels.reading import objects_of, text_of

GRAPH = "https://graph.facebook.com"
INSTAGRAM = "https://graph.instagram.com"
VERSION = "v25.0"
ANYBODY = "0"  # whose page Meta's dashboard names when somebody presses its test button
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

# --- deliveries -------------------------------------------------------------------------------------------------------


def check_signature(secret: str, request: HookRequest) -> None:
    """X-Hub-Signature-256: HMAC-SHA256 over the raw bytes with the app's secret. Raises BadSignature."""
    given = request.headers.get("x-hub-signature-256", "").strip()
    expected = "sha256=" + hmac.digest(secret.encode(), request.body, "sha256").hex()
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise BadSignature("The signature X-Hub-Signature-256 is missing or does not fit the app secret.")


def answer_handshake(verify_token: str, request: HookRequest) -> HookAnswer:
    """The challenge back to whoever knows the verify token. Raises BadSignature."""
    query = request.query
    given = query.get("hub.verify_token", "")
    knows = hmac.compare_digest(verify_token.encode(), given.encode("utf-8", "replace"))
    if query.get("hub.mode") != "subscribe" or not knows:
        raise BadSignature("The verify token is not the one of this inbox.")
    return HookAnswer(body=query.get("hub.challenge", "")[:1000].encode("utf-8", "replace"))


def hook_group(app_secret: str) -> str:
    """One Meta app has one callback address for all its pages: the accounts that share it share this text."""
    return f"meta:{hashlib.sha256(app_secret.encode()).hexdigest()[:16]}"


def entries_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The entries of a delivery. A gateway may hand on the elements of one without its envelope."""
    entries = document.get("entry")
    if isinstance(entries, list | dict):
        yield from objects_of(entries if isinstance(entries, list) else [entries])
    elif "messaging" in document or "standby" in document:
        yield document


def is_for(entry: Mapping[str, Any], own_id: str) -> bool:
    """Whether an entry is of the page or account `own_id`; Meta's own test button names nobody."""
    return text_of(entry.get("id"), 100) in {own_id, ANYBODY, ""}


# --- settings ---------------------------------------------------------------------------------------------------------


def check_id(name: str, value: str, *, needed: bool = True) -> None:
    """A number of Meta's; a gateway may name its own otherwise. It becomes part of addresses. Raises ConfigError."""
    if (value or needed) and not _ID.fullmatch(value):
        raise ConfigError(name, "is a number without spaces or +, as Meta's dashboard shows it.")


def check_access(access_token: str, api_base: str, api_version: str) -> None:
    """Raises ConfigError for a token, an address or a version that cannot be used."""
    if not _VISIBLE.fullmatch(access_token):
        raise ConfigError("access_token", "holds a space or a letter that no token has: copy it again.")
    if api_base and not _ADDRESS.fullmatch(api_base):
        raise ConfigError("api_base", f"is not a web address; write for example {GRAPH}")
    if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", api_version):
        raise ConfigError("api_version", f"is not a version; write for example {VERSION}")
