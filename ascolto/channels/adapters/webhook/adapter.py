"""Generic webhook in: any system of the company posts JSON, signed after Standard Webhooks or with a bearer secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ascolto.channels.adapters.webhook import replies
from ascolto.channels.capabilities import Capabilities, Counting
from ascolto.channels.protocol import (
    Account,
    Adapter,
    BadSignature,
    ConfigError,
    Handle,
    HookRequest,
    Inbound,
    Malformed,
    Message,
    Outgoing,
    RawDelivery,
    Sender,
    Sent,
    Unsupported,
    setting,
)
from ascolto.channels.vendors import jsonpaths
from ascolto.kit import signature
from ascolto.kit.clock import now
from ascolto.kit.jsontext import NotJson, read_json

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_PHONE = re.compile(r"\+[0-9]{7,15}")
MOST_ITEMS = 10_000  # messages in one body
_PATHS = "Names with dots between them, such as data.text; alternatives with | between them."


@dataclass(frozen=True, slots=True)
class Config:
    """The secret, and where in the sender's JSON the values stand."""

    secret: str = setting(
        "Secret",
        secret=True,
        help="Any text, or whsec_ and base64. The sender signs with it (Standard Webhooks) or sends it as a bearer token.",
    )
    old_secret: str = setting(
        "Old secret", secret=True, default="", advanced=True, help="Also valid while you change the secret."
    )
    items_path: str = setting(
        "List of messages", default="", advanced=True, help="Where the list is, when one body brings several."
    )
    id_path: str = setting(
        "Message id",
        default="id | message_id | external_id | message.id | data.id | data.message.id",
        help=_PATHS,
    )
    text_path: str = setting(
        "Text",
        default="text | message.text | message | body | content | data.text | data.message.text | data.message | data.body | data.content",
        help=_PATHS,
    )
    subject_path: str = setting("Subject", default="subject | title | data.subject | data.title", help=_PATHS)
    sender_id_path: str = setting(
        "Sender's id",
        default="sender.id | sender_id | from.id | customer.id | customer_id | user.id | user_id | contact.id | author.id"
        " | data.sender.id | data.customer.id | data.user.id | data.from.id",
        help=_PATHS + " The customer's id in the sending system.",
    )
    sender_email_path: str = setting(
        "Sender's e-mail",
        default="sender.email | sender_email | from.email | customer.email | user.email | contact.email | author.email | email"
        " | data.sender.email | data.customer.email | data.user.email | data.from.email | data.email | sender | from",
        help=_PATHS,
    )
    sender_phone_path: str = setting(
        "Sender's telephone",
        default="sender.phone | sender_phone | from.phone | customer.phone | user.phone | contact.phone | phone"
        " | data.sender.phone | data.customer.phone | data.phone | sender | from",
        help=_PATHS + " Only numbers in the form +39… are used.",
    )
    sender_name_path: str = setting(
        "Sender's name",
        default="sender.name | sender_name | from.name | customer.name | user.name | contact.name | author.name | name"
        " | data.sender.name | data.customer.name | data.user.name | data.from.name | data.name",
        help=_PATHS,
    )
    occurred_at_path: str = setting(
        "Time",
        default="occurred_at | created_at | timestamp | sent_at | data.occurred_at | data.created_at",
        help=_PATHS + " ISO 8601 or seconds since 1970.",
    )
    language_path: str = setting(
        "Language", default="language | sender.language | data.language", advanced=True, help=_PATHS
    )
    reply_url: str = setting(
        "Address for replies",
        default="",
        example="https://shop.example/ascolto/replies",
        help="Answers are posted there as signed JSON. Without it this inbox can listen but not answer.",
    )

    def check(self) -> None:
        """Raises ConfigError for a path, a secret or an address that cannot be used."""
        for name in ("secret", "old_secret"):
            try:
                signature.key_of(getattr(self, name))
            except signature.UnusableSecret as error:
                raise ConfigError(
                    name, f"{error}: copy it again, or write a secret without whsec_."
                ) from error
        for item in fields(self):
            if item.name.endswith("_path") and getattr(self, item.name):
                try:
                    jsonpaths.split_paths(getattr(self, item.name))
                except ValueError as error:
                    raise ConfigError(item.name, str(error)) from error
        if self.reply_url and not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", self.reply_url):
            raise ConfigError(
                "reply_url", "is not a web address: write for example https://shop.example/ascolto/replies"
            )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is valid now."""
        return tuple(secret for secret in (self.secret, self.old_secret) if secret)


def _read_json(body: bytes) -> Any:
    """What a body says, of whatever shape. Raises Malformed."""
    try:
        return read_json(body)
    except NotJson as error:
        raise Malformed("The body is not valid JSON.") from error


class Webhook(Adapter):
    """See docs/channels/webhook.md."""

    kind = "webhook"
    label = "Webhook"
    Config = Config
    capabilities = Capabilities(
        max_length=20_000,
        counting=Counting.CHARACTERS,
        receipts=frozenset({"sent"}),
        threads=True,
        subject=True,
        idempotent=True,
    )
    kept_headers = ("webhook-id",)
    icon = "i-globe"

    def verify(self, account: Account, request: HookRequest) -> None:
        if "webhook-signature" in request.headers:
            try:
                signature.check(account.config.secrets, request.headers, request.body, now())
            except signature.NotSigned as error:
                raise BadSignature(str(error)) from error
        else:
            self._check_bearer(account.config.secrets, request.headers.get("authorization", ""))
        _read_json(request.body)

    def _check_bearer(self, secrets: tuple[str, ...], authorization: str) -> None:
        scheme, _, token = authorization.partition(" ")
        given = token.strip().encode("utf-8", "surrogateescape")
        fits = [hmac.compare_digest(secret.encode("utf-8", "surrogateescape"), given) for secret in secrets]
        if scheme.lower() != "bearer" or not any(fits):
            raise BadSignature(
                "Sign the body after Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature),"
                " or send the secret as Authorization: Bearer <secret>."
            )

    def parse(self, account: Account, raw: RawDelivery) -> list[Inbound]:
        try:
            document = _read_json(raw.body)
        except Malformed as error:
            return [Unsupported(what=str(error))]
        given_id = raw.headers.get("webhook-id", "")[:200]
        path = account.config.items_path
        items = jsonpaths.find(document, path) if path else document
        if not isinstance(items, list):
            return [self._read_item(account, raw, document, given_id)]
        found = []
        for place, item in enumerate(items[:MOST_ITEMS]):
            found.append(self._read_item(account, raw, item, f"{given_id}:{place}" if given_id else ""))
        if len(items) > MOST_ITEMS:
            found.append(Unsupported(what=f"only {MOST_ITEMS} of {len(items)} messages are read"))
        return found or [Unsupported(what="an empty list of messages")]

    def _read_item(self, account: Account, raw: RawDelivery, item: Any, given_id: str) -> Inbound:
        config: Config = account.config
        text = jsonpaths.text_at(item, config.text_path, 100_000)
        if not text:
            kind = jsonpaths.text_at(item, "type", 80) or "JSON"
            return Unsupported(what=f"{kind} without a text at {config.text_path}")
        external_id = given_id or jsonpaths.text_at(item, config.id_path, 200) or _digest(raw.body, item)
        return Message(
            external_id=external_id,
            sender=self._read_sender(account, item, external_id),
            occurred_at=jsonpaths.moment_at(item, config.occurred_at_path) or raw.received_at,
            text=text,
            subject=jsonpaths.text_at(item, config.subject_path, 300),
            extra={"source": jsonpaths.text_at(item, "source | type", 80)},
        )

    def _read_sender(self, account: Account, item: Any, external_id: str) -> Sender:
        config: Config = account.config
        handles = []
        if own := jsonpaths.text_at(item, config.sender_id_path, 200):
            handles.append(Handle(f"external:{account.id}", own))
        if _EMAIL.fullmatch(email := jsonpaths.text_at(item, config.sender_email_path, 254).lower()):
            handles.append(Handle("email", email))
        phone = re.sub(r"[\s().-]", "", jsonpaths.text_at(item, config.sender_phone_path, 40))
        if _PHONE.fullmatch(phone):
            handles.append(Handle("phone", phone))
        if not handles:  # nobody is named: a person of its own, so that strangers never share a history
            handles.append(Handle(f"external:{account.id}", f"message {external_id}"[:255], proven=False))
        language = jsonpaths.text_at(item, config.language_path, 10)
        return Sender(
            handles=tuple(handles),
            name=jsonpaths.text_at(item, config.sender_name_path, 200),
            language=language if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?", language) else "",
        )

    def send(self, account: Account, outgoing: Outgoing) -> Sent:
        return replies.post(account, outgoing)

    def test(self, account: Account) -> str:
        if not account.config.reply_url:
            return "Ready to listen. Without an address for replies this inbox cannot answer."
        return replies.ping(account)


def _digest(body: bytes, item: Mapping[str, Any]) -> str:
    """An id for a message whose sender gives none: the same bytes are the same message."""
    return hashlib.sha256(body + json.dumps(item, sort_keys=True).encode()).hexdigest()


adapter = Webhook()
