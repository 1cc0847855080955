"""Live chat: the widget on the company's own pages. Its deliveries are written by our own doors (ascolto/contact)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import msgspec

from ascolto.channels.capabilities import Attachments, Capabilities, Choices, Counting
from ascolto.channels.choosing import MAX_CHOICES, MAX_ID, MAX_TITLE, is_id
from ascolto.channels.configuration import split_origins
from ascolto.channels.protocol import (
    Account,
    Adapter,
    ConfigError,
    Doorway,
    Handle,
    Inbound,
    Media,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    Sender,
    Sent,
    Unsupported,
    setting,
)
from ascolto.kit.text import clean

MIB = 1024 * 1024
MAX_LENGTH = 10_000
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Config:
    """How the chat looks, on which pages it may stand, and how the company vouches for who writes."""

    title: str = setting(
        "Title", default="", example="Telvia", help="Shown above the chat; the inbox's name when empty."
    )
    greeting: str = setting("Greeting", default="", help="The first line a visitor reads.")
    origins: str = setting(
        "Allowed websites",
        default="",
        example="https://www.telvia.example https://shop.telvia.example",
        help="Addresses with a space between them. Empty: any website may show this chat.",
    )
    identity_secret: str = setting(
        "Identity secret",
        secret=True,
        default="",
        help="Your site signs the id of a signed-in customer with it (HMAC-SHA256). Without it every visitor is anonymous.",
    )
    require_identity: bool = setting(
        "Only signed-in customers", default=False, help="Refuse visitors for whom your site does not vouch."
    )
    files: bool = setting("Visitors may send files", default=True)
    accent: str = setting(
        "Colour", default="", example="#2d6696", advanced=True, help="Of the button; # and six hex digits."
    )

    def check(self) -> None:
        """Raises ConfigError for what cannot be used."""
        split_origins(self.origins)
        if self.require_identity and not self.identity_secret:
            raise ConfigError("identity_secret", "is needed when only signed-in customers may write.")
        if self.accent and not _COLOUR.fullmatch(self.accent):
            raise ConfigError("accent", "is not a colour: write for example #2d6696")


def external_id(visitor: str, client_id: str) -> str:
    """The id of a visitor's message: the browser chooses its end, so the visitor is part of it."""
    return f"{hashlib.sha256(visitor.encode('utf-8', 'replace')).hexdigest()[:20]}:{client_id}"


def client_id_of(external: str | None) -> str:
    """What the browser called the message."""
    return (external or "").partition(":")[2]


class Chat(Adapter):
    """See docs/channels/chat.md."""

    kind = "chat"
    label = "Live chat"
    Config = Config
    capabilities = Capabilities(
        max_length=MAX_LENGTH,
        counting=Counting.CHARACTERS,
        choices=Choices(max_count=MAX_CHOICES, max_title=MAX_TITLE, max_id=4 * MAX_ID),
        attachments=Attachments(max_count=10, max_bytes={"*": 25 * MIB}),
        receipts=frozenset({"sent", "delivered", "read"}),
        live=True,
        idempotent=True,
    )
    rate = (500.0, 500)
    icon = "i-ch-chat"
    doors = (
        Doorway(
            key="script",
            label="Line for your website",
            hint="Paste it before </body> on every page that should have the chat.",
            address="contact:chat-widget",
            is_script=True,
        ),
    )

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            said = msgspec.json.decode(raw.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = None
        if not isinstance(said, dict):
            return [Unsupported(what="not a JSON object")]
        if said.get("type") == "message":
            return [self._read_message(said, raw)]
        if said.get("type") == "read":
            return self._read_receipts(said, raw)
        return [Unsupported(what=f"chat {_text(said.get('type'), 40) or 'without a type'}")]

    def _read_message(self, said: dict[str, Any], raw: RawDelivery) -> Inbound:
        sender, client_id = _sender(said.get("visitor")), said.get("id")
        if sender is None or not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
            return Unsupported(what="a chat message without a visitor or an id")
        files = said.get("files")
        media = tuple(m for m in map(_media, files[:10] if isinstance(files, list) else ()) if m is not None)
        text = _text(said.get("text"), MAX_LENGTH)
        if not text and not media:
            return Unsupported(what="an empty chat message")
        payload = said.get("payload")
        pressed = {"payload": payload} if isinstance(payload, str) and is_id(payload) else {}
        return Message(
            external_id=external_id(sender.handles[0].value, client_id),
            sender=sender,
            occurred_at=raw.received_at,
            text=text,
            attachments=media,
            kind="button" if pressed else _kind(text, media),
            extra={"page": _text(said.get("page"), 500), **pressed},
        )

    def _read_receipts(self, said: dict[str, Any], raw: RawDelivery) -> list[Inbound]:
        ids = said.get("messages")
        known = [one for one in (ids if isinstance(ids, list) else [])[:200] if isinstance(one, str)]
        known = [one for one in (_text(one, 255) for one in known) if one]
        if not known:
            return [Unsupported(what="a chat receipt without messages")]
        return [
            Receipt(external_id=one, status=ReceiptStatus.READ, occurred_at=raw.received_at) for one in known
        ]

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        """The visitor's browser reads the thread from us: what is stored is handed over."""
        return Sent((f"out:{outgoing.tracker}",), delivered=True)

    def test(self, account: Account) -> str:
        return "Ready. Nothing outside this server is needed: put the script of the widget on your page."


def _text(value: Any, limit: int) -> str:
    return clean(value, limit).strip() if isinstance(value, str) else ""


def _sender(visitor: Any) -> Sender | None:
    """Who wrote: the visitor's own handle first; an e-mail address only when the company's site signed it."""
    if not isinstance(visitor, dict):
        return None
    handle = _text(visitor.get("handle"), 255)
    if not handle:
        return None
    handles = [Handle("chat", handle)]
    if _EMAIL.fullmatch(email := _text(visitor.get("email"), 254).lower()):
        handles.append(Handle("email", email))
    language = _text(visitor.get("language"), 12)
    return Sender(
        handles=tuple(handles),
        name=_text(visitor.get("name"), 200),
        language=language if _LANGUAGE.fullmatch(language) else "",
    )


def _kind(text: str, media: tuple[Media, ...]) -> str:
    return "text" if text or not media[0].content_type.startswith("image/") else "image"


def _media(file: Any) -> Media | None:
    if not isinstance(file, dict):
        return None
    stored = file.get("sha256")
    if not isinstance(stored, str) or not _SHA256.fullmatch(stored):
        return None
    size = file.get("size")
    return Media(
        name=_text(file.get("name"), 200) or "file",
        content_type=_text(file.get("type"), 127) or "application/octet-stream",
        stored=stored,
        size=size if type(size) is int and 0 <= size < 2**40 else None,
    )


adapter = Chat()
