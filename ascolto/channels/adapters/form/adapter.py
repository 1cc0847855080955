"""Web form: a page of ours, alone or inside a page of the company. Its deliveries are written by our own doors (ascolto/contact)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from ascolto.channels.adapters.form import answers
from ascolto.channels.capabilities import Attachments, Capabilities, Counting
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
    Sender,
    Sent,
    Unsupported,
    setting,
)
from ascolto.kit.text import clean

MAX_LENGTH = 20_000
_ID = re.compile(r"[A-Za-z0-9_-]{8,100}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_PHONE = re.compile(r"\+[0-9]{7,15}")
_ALSO = {"ssl": "tls", "ssl/tls": "tls", "smtps": "tls", "plain": "none", "off": "none", "no": "none"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True)
class Config:
    """What the page says and asks, where it may be embedded, and the mail server that carries the answers."""

    title: str = setting("Title", default="", example="Write to us")
    intro: str = setting("Introduction", default="", help="One or two sentences above the form.")
    thanks: str = setting("After sending", default="", help="One or two sentences on the confirmation page.")
    ask_phone: bool = setting("Ask for a telephone number", default=False)
    files: bool = setting("People may send files", default=True)
    origins: str = setting(
        "Allowed websites",
        default="",
        example="https://www.telvia.example https://shop.telvia.example",
        help="Websites that may embed the form, with a space between them. Empty: any website.",
    )
    address: str = setting(
        "Answers come from",
        default="",
        example="care@telvia.example",
        help="The e-mail address that people can reply to.",
    )
    smtp_host: str = setting(
        "Mail server", default="", help="Answers leave as e-mail. Without it this form can only listen."
    )
    smtp_port: int = setting("Port", default=587, advanced=True)
    smtp_security: str = setting(
        "Encryption", default="starttls", choices=("starttls", "tls", "none"), also=_ALSO, advanced=True
    )
    smtp_user: str = setting("User", default="")
    smtp_password: str = setting("Password", secret=True, default="")

    def check(self) -> None:
        """Raises ConfigError for what cannot be used."""
        split_origins(self.origins)
        if self.address and not _EMAIL.fullmatch(self.address):
            raise ConfigError("address", "is not an e-mail address: write for example care@example.com")
        if self.smtp_host and not self.address:
            raise ConfigError("address", "is needed with a mail server: answers must come from somebody.")
        if not 1 <= self.smtp_port <= 65535:
            raise ConfigError("smtp_port", "is not a port: write a number from 1 to 65535.")
        if self.smtp_security == "none" and self.smtp_password:
            raise ConfigError("smtp_security", "a password would travel unprotected: choose starttls or tls.")


class Form(Adapter):
    """See docs/channels/form.md."""

    kind = "form"
    label = "Web form"
    Config = Config
    capabilities = Capabilities(
        max_length=MAX_LENGTH,
        counting=Counting.CHARACTERS,
        attachments=Attachments(max_count=10, max_bytes={"*": 15 * 1024 * 1024}),
        receipts=frozenset({"sent"}),
        subject=True,
    )
    rate = (2.0, 10)
    icon = "i-file-text"
    sentences = ("%(server)s accepts mail from %(address)s.",)
    doors = (
        Doorway(
            key="page",
            label="Address of the form",
            hint="Link to it, or send it to customers.",
            address="contact:form",
        ),
        Doorway(
            key="script",
            label="Line for your website",
            hint="Paste it where the form should appear in your page.",
            address="contact:form-embed",
            is_script=True,
        ),
    )

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            said = msgspec.json.decode(raw.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = None
        if not isinstance(said, dict) or said.get("type") != "submission":
            return [Unsupported(what="not a submission of a form")]
        return [self._read(said, raw)]

    def _read(self, said: dict[str, Any], raw: RawDelivery) -> Inbound:
        submission, text = said.get("id"), _text(said.get("message"), MAX_LENGTH)
        handles = _handles(said)
        if not isinstance(submission, str) or not _ID.fullmatch(submission) or not handles or not text:
            return Unsupported(what="a form without an id, a sender or a message")
        phone = _text(said.get("phone"), 40)
        if phone and not any(handle.namespace == "phone" for handle in handles):
            text = f"{text}\n\n☎ {phone}"
        files = said.get("files")
        media = [_media(file) for file in (files[:10] if isinstance(files, list) else ())]
        language = _text(said.get("language"), 12)
        return Message(
            external_id=submission,
            sender=Sender(
                handles, _text(said.get("name"), 200), language if _LANGUAGE.fullmatch(language) else ""
            ),
            occurred_at=raw.received_at,
            text=text,
            subject=_text(said.get("subject"), 300),
            attachments=tuple(one for one in media if one is not None),
            extra={"page": _text(said.get("page"), 500), "subject": _text(said.get("subject"), 300)},
        )

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return answers.send(account, outgoing)

    def test(self, account: Account) -> str:
        return answers.test(account)


def _text(value: Any, limit: int) -> str:
    return clean(value, limit).strip() if isinstance(value, str) else ""


def _handles(said: dict[str, Any]) -> tuple[Handle, ...]:
    """What was typed into a form proves nothing: it never joins the history of whom it names."""
    found = []
    if _EMAIL.fullmatch(email := _text(said.get("email"), 254).lower()):
        found.append(Handle("email", email, proven=False))
    phone = re.sub(r"[\s().-]", "", _text(said.get("phone"), 40))
    if _PHONE.fullmatch(phone) and found:
        found.append(Handle("phone", phone, proven=False))
    return tuple(found)


def _media(file: Any) -> Media | None:
    stored = file.get("sha256") if isinstance(file, dict) else None
    if not isinstance(stored, str) or not _SHA256.fullmatch(stored):
        return None
    size = file.get("size")
    return Media(
        name=_text(file.get("name"), 200) or "file",
        content_type=_text(file.get("type"), 127) or "application/octet-stream",
        stored=stored,
        size=size if type(size) is int and 0 <= size < 2**40 else None,
    )


adapter = Form()
