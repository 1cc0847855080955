"""Wake a browser: Web Push (RFC 8030) with an encrypted message (RFC 8291) and our own key as the sender (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction

from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.kit.vault import Vault
from ascolto.notifications.models import PushKey, PushSubscription

LIVES = timedelta(hours=4)  # how long a push service keeps a message for a browser that is off
TRUSTED_FOR = timedelta(hours=12)  # of our signature; at most 24 hours are allowed
MOST_BYTES = 3_000  # of one message: push services take 4,096 with what encryption adds


class Outcome(Enum):
    """What became of a push."""

    TAKEN = "taken"
    GONE = "gone"  # the browser does not want it any more
    LATER = "later"


def encode(raw: bytes) -> str:
    """Base64url without padding, as browsers write keys."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes behind base64url. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _vault() -> Vault:
    return Vault(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def house_key() -> PushKey:
    """The key under which push services know this house; made at first use."""
    found = PushKey.objects.order_by("pk").first()
    if found is not None:
        return found
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    number = private.private_numbers().private_value.to_bytes(32, "big")
    made = {"public": encode(public), "sealed": _vault().seal(encode(number))}
    with transaction.atomic():
        return PushKey.objects.get_or_create(pk=1, defaults=made)[0]


def sender_header(key: PushKey, endpoint: str) -> str:
    """The Authorization header that says who pushes, for the push service behind `endpoint`."""
    from joserfc import jwt  # loaded where somebody is pushed to
    from joserfc.jwk import ECKey

    parts, public = urlsplit(endpoint), decode(key.public)
    jwk: dict[str, str | list[str]] = {
        "kty": "EC", "crv": "P-256",
        "x": encode(public[1:33]), "y": encode(public[33:]), "d": _vault().open(key.sealed),
    }  # fmt: skip
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now() + TRUSTED_FOR).timestamp()),
        "sub": settings.BASE_URL or "mailto:nobody@localhost",
    }
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, ECKey.import_key(jwk))
    return f"vapid t={token}, k={key.public}"


def sealed_for(subscription: PushSubscription, message: Mapping[str, Any]) -> bytes:
    """The message as only that browser can read it. Raises ValueError for keys that are none."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()[:MOST_BYTES]
    try:
        return bytes(
            http_ece.encrypt(
                body,
                private_key=ec.generate_private_key(ec.SECP256R1()),
                dh=decode(subscription.public_key),
                auth_secret=decode(subscription.secret),
                version="aes128gcm",
            )
        )
    except (InvalidKey, http_ece.ECEException) as error:
        raise ValueError(str(error)) from error


def push(subscription: PushSubscription, message: Mapping[str, Any]) -> Outcome:
    """Hand a message to the browser's push service."""
    try:
        body = sealed_for(subscription, message)
    except ValueError:
        return Outcome.GONE
    headers = {
        "authorization": sender_header(house_key(), subscription.endpoint),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(int(LIVES.total_seconds())),
        "urgency": "high",
    }
    try:
        answer = http.request("POST", subscription.endpoint, headers=headers, content=body)
    except http.RequestFailed:
        return Outcome.LATER
    if answer.status in {404, 410, 403}:
        return Outcome.GONE
    return Outcome.TAKEN if answer.is_success else Outcome.LATER
