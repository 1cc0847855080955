"""Posta elettronica certificata, Italy's registered mail (DPR 68/2005, technical rules of 2 November 2005).

A provider wraps each mail: the envelope is signed by the provider and holds the original (`postacert.eml`) and what the provider
certifies (`daticert.xml`). What providers tell about a mail of ours comes as receipts (`X-Ricevuta`), which name it by
`X-Riferimento-Message-ID`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message as Part
from html import unescape
from typing import Final

from ascolto.channels.adapters.email import headers, parts
from ascolto.channels.protocol import ErrorClass, Failure
from ascolto.kit.text import clean, excerpt

Values = Callable[[str], list[str]]

_DELIVERED: Final = {"accettazione": "sent", "avvenuta-consegna": "delivered"}
_FAILED: Final = {
    "non-accettazione": ErrorClass.CONTENT,
    "mancata-consegna": ErrorClass.RECIPIENT_GONE,
    "errore-consegna": ErrorClass.RECIPIENT_GONE,
    "rilevazione-virus": ErrorClass.CONTENT,
}
_CAUSES: Final = {
    "no-dest": ErrorClass.RECIPIENT_GONE,
    "no-dominio": ErrorClass.RECIPIENT_GONE,
    "virus": ErrorClass.CONTENT,
}
_KINDS: Final = re.compile(r"[a-z-]{4,40}")
_MAX_XML: Final = 200_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider tells about a mail. `action`: sent, delivered, failed, delayed, other."""

    action: str
    kind: str
    original_ids: tuple[str, ...]
    failure: Failure | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A certified envelope: the mail inside, and what the provider certifies. `sender` is whom the provider vouches for."""

    original: Part
    content: bytes
    is_anomaly: bool
    sender: str
    told: dict[str, str] = field(default_factory=dict)


def read_notice(message: Part, values: Values) -> Notice | None:
    """The provider's receipt in a mail; None when it is none."""
    kind = _kind(values("x-ricevuta"))
    if not kind or not _is_of_a_provider(message, values):
        return None
    certified = _certified(message)
    ids = tuple(headers.read_message_ids([*values("x-riferimento-message-id"), certified.get("msgid", "")]))
    if kind in _DELIVERED:
        return Notice(_DELIVERED[kind], kind, ids)
    reason = excerpt(certified.get("errore-esteso", "") or f"The certified mail was returned: {kind}.", 400)
    if kind in _FAILED:
        cause = _CAUSES.get(certified.get("errore", ""), _FAILED[kind])
        return Notice("failed", kind, ids, Failure(cause, reason, kind), reason)
    return Notice("delayed" if kind == "preavviso-errore-consegna" else "other", kind, ids, None, reason)


def open_envelope(message: Part, values: Values) -> Envelope | None:
    """The envelope that a mail is; None when it is an ordinary mail or holds no original."""
    kind = _kind(values("x-trasporto"))
    if kind not in {"posta-certificata", "errore"} or not _is_of_a_provider(message, values):
        return None
    found = _original(message)
    if found is None:
        return None
    certified = _certified(message)
    names = {"provider": "gestore-emittente", "id": "identificativo", "sender": "mittente"}
    told = {name: certified[tag] for name, tag in names.items() if certified.get(tag)}
    vouched = headers.read_mailboxes([certified.get("mittente", "")]) or headers.read_mailboxes(
        values("reply-to")
    )
    return Envelope(
        original=found[0],
        content=found[1],
        is_anomaly=kind == "errore",
        sender=vouched[0].address if vouched else "",
        told={"type": kind, **told},
    )


def _kind(stated: list[str]) -> str:
    kind = stated[0].strip().lower() if stated else ""
    return kind if _KINDS.fullmatch(kind) else ""


def _is_of_a_provider(message: Part, values: Values) -> bool:
    """Providers write from an address of that name, and certify; a header alone makes nothing certified."""
    writers = headers.read_mailboxes(values("from"))
    named = any(box.address.startswith(("posta-certificata@", "pec@", "postacert@")) for box in writers)
    return named or any(parts.claimed_name(part) == "daticert.xml" for part in _leaves(message))


def _leaves(message: Part, limit: int = 60) -> list[Part]:
    found: list[Part] = []
    waiting = [message]
    while waiting and len(found) < limit:
        part = waiting.pop(0)
        inner = part.get_payload()
        if isinstance(inner, list) and parts.content_type(part) != "message/rfc822":
            waiting[:0] = [child for child in inner if isinstance(child, Part)]
        else:
            found.append(part)
    return found


def _original(message: Part) -> tuple[Part, bytes] | None:
    for part in _leaves(message):
        inner = part.get_payload()
        if parts.content_type(part) == "message/rfc822" and isinstance(inner, list) and inner:
            original = inner[0]
            if isinstance(original, Part):
                return original, headers.guarded(original.as_bytes, b"")
    return None


def _certified(message: Part) -> dict[str, str]:
    """What `daticert.xml` says. Read by its few tags: no parser, no entities, nothing to blow up."""
    for part in _leaves(message):
        if parts.claimed_name(part) != "daticert.xml":
            continue
        text = parts.content_of(part)[:_MAX_XML].decode("utf-8", "replace")
        found = {
            tag: clean(unescape(match.group(1)), 500).strip()
            for tag in ("mittente", "gestore-emittente", "identificativo", "msgid", "errore-esteso")
            if (match := re.search(rf"<{tag}\b[^<>]{{0,200}}>([^<]{{0,2000}})</{tag}>", text))
        }
        if match := re.search(r"<postacert\b[^<>]{0,300}\berrore=[\"']([a-z-]{2,30})[\"']", text):
            found["errore"] = match.group(1)
        return found
    return {}
