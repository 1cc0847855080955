"""The Standard Webhooks signature: who sent a body, when, and that nobody changed it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from ascolto.kit.clock import from_epoch

TOLERANCE = timedelta(minutes=5)


class UnusableSecret(ValueError):
    """A secret that begins with `whsec_` and goes on with something that is not base64."""


class NotSigned(Exception):
    """The signature is missing, too old or wrong. The text says which."""


def key_of(secret: str) -> bytes:
    """The key behind a secret: `whsec_` and base64, or any text. Raises UnusableSecret."""
    if not secret.startswith("whsec_"):
        return secret.encode("utf-8", "surrogateescape")
    text = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableSecret("what follows whsec_ is not base64") from error
    if not key:
        raise UnusableSecret("nothing follows whsec_")
    return key


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`."""
    signed = (
        message_id.encode("utf-8", "surrogateescape")
        + b"."
        + timestamp.encode("utf-8", "surrogateescape")
        + b"."
        + body
    )
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def sign(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a signed body."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(key_of(secret), message_id, timestamp, body),
    }


def check(secrets: tuple[str, ...], headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises NotSigned unless one of the signatures was made with one of the secrets in the last five minutes."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()[
        :20
    ]  # several during a rotation; a hostile header holds thousands
    if not message_id or not timestamp or not given:
        raise NotSigned("The headers webhook-id, webhook-timestamp and webhook-signature are all needed.")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise NotSigned("webhook-timestamp is not a number of seconds.")
    if abs(now - from_epoch(timestamp)) > TOLERANCE:
        raise NotSigned("webhook-timestamp is more than five minutes away: check the sender's clock.")
    expected = [signature(key_of(secret), message_id, timestamp, body).encode() for secret in secrets]
    fits = [
        hmac.compare_digest(one, other.encode("utf-8", "surrogateescape"))
        for one in expected
        for other in given
    ]
    if not any(fits):
        raise NotSigned(
            "webhook-signature does not fit: check the secret, and that the body is signed exactly as it is sent."
        )
