"""What Facebook, Messenger, Instagram and WhatsApp share: the signature, the handshake, and whose delivery it is.

`meta_graph` speaks the Graph API, `meta_messaging` reads private messages and `meta_sending` sends them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from ascolto.channels.protocol import BadSignature, HookAnswer, HookRequest
from ascolto.channels.reading import object_of, objects_of, text_of

GRAPH = "https://graph.facebook.com"
INSTAGRAM = "https://graph.instagram.com"
VERSION = "v25.0"
ANYBODY = "0"  # whose page Meta's dashboard names when somebody presses its test button

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
    """Whether an entry is of the page or account `own_id`. Meta's own test button names nobody, and a gateway something of its
    own that is no number: then whoever is written to decides."""
    named = text_of(entry.get("id"), 100).strip()
    if named in {own_id, ANYBODY, ""}:
        return True
    return not named.isdigit() and own_id in set(_ends(entry))


def _ends(entry: Mapping[str, Any]) -> Iterator[str]:
    """Who writes to whom in an entry: some deliveries name something else than the account as theirs."""
    for name in ("messaging", "standby"):
        given = entry.get(name)
        for element in objects_of([given] if isinstance(given, dict) else given):
            for end in ("sender", "recipient"):
                yield text_of(object_of(element.get(end)).get("id"), 100)
