"""Whether a delivery comes from Teams: a token of the Bot Framework (RS256), or the seal of an outgoing webhook (HMAC).

The keys of the Bot Framework are a setting (`signing_keys`), renewed twice a day: whoever listens at the door never asks the network. The
token does not cover the body; it names the address of the service that the body names, and that must be one that we know.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ascolto.channels.protocol import BadSignature, HookRequest
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.kit.clock import now
from ascolto.kit.jsontext import NotJson, read_json

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ISSUER = "https://api.botframework.com"
LEEWAY = 300  # seconds that Microsoft's clock and ours may differ
_LONGEST = 8_000
_MOST_KEYS = 40  # about 16 KB


# --- outgoing webhooks ------------------------------------------------------------------------------------------------


def check_seal(secret: str, request: HookRequest) -> None:
    """Raises BadSignature."""
    given = request.headers.get("authorization", "")
    seal = "HMAC " + base64.b64encode(hmac.digest(secret_bytes(secret), request.body, "sha256")).decode()
    if not hmac.compare_digest(seal.encode(), given.encode("utf-8", "replace")):
        raise BadSignature("The seal is missing or wrong.")


def secret_bytes(secret: str) -> bytes:
    """The secret of an outgoing webhook, which Teams shows as base64. Raises ValueError."""
    try:
        return base64.b64decode(secret, validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error


# --- bots --------------------------------------------------------------------------------------------------------------


def check_token(app_id: str, signing_keys: str, hosts: tuple[str, ...], request: HookRequest) -> None:
    """Raises BadSignature for a token that is not Microsoft's, not for us, not of now, or of another service address."""
    if not signing_keys:
        raise BadSignature("The keys of the Bot Framework are not known yet.")
    service_url = _connector_url(request.body)
    if service_url and not is_known_connector(service_url, hosts):
        raise BadSignature("The address of the service is not one of Teams.")
    claims = _claims(signing_keys, request.headers.get("authorization", ""))
    moment = now().timestamp()
    said = text_of(claims.get("serviceurl") or claims.get("serviceUrl"), 2000)
    holds = {
        "issuer": claims.get("iss") == ISSUER,
        "audience": claims.get("aud") == app_id,
        "end": _number(claims.get("exp"), 0.0) > moment - LEEWAY,
        "beginning": _number(claims.get("nbf"), moment) < moment + LEEWAY,
        "service address": _same(said, service_url),
    }
    wrong = [name for name, is_right in holds.items() if not is_right]
    if wrong:
        raise BadSignature(f"The token is not for us: {', '.join(wrong)}.")


def _claims(signing_keys: str, given: str) -> Mapping[str, Any]:
    kind, _, token = given.strip().partition(" ")
    if kind.lower() != "bearer" or not token or len(token) > _LONGEST or not token.isascii():
        raise BadSignature("The token is missing.")
    from joserfc import jwt  # loaded where Teams delivers
    from joserfc.errors import JoseError

    try:
        return object_of(jwt.decode(token.strip(), key_set(signing_keys), algorithms=["RS256"]).claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadSignature("The token is not one of the Bot Framework.") from error


@lru_cache(maxsize=64)
def key_set(signing_keys: str) -> KeySet:
    """The keys of a setting. Raises ValueError."""
    from joserfc.jwk import KeySet, RSAKey

    try:
        document = read_json(signing_keys.encode("utf-8", "replace"))
    except NotJson as error:
        raise ValueError("is not JSON") from error
    usable = [
        RSAKey.import_key({name: str(key[name]) for name in ("kty", "n", "e", "kid") if name in key})
        for key in objects_of(object_of(document).get("keys"))
        if key.get("kty") == "RSA"
    ]
    if not usable:
        raise ValueError("holds no key")
    return KeySet(list(usable))


def kept_keys(document: Mapping[str, Any]) -> str:
    """What is kept of the keys that Microsoft publishes: those that vouch for Teams. Empty when there are none."""
    keys = [
        {name: text_of(key.get(name), 2000) for name in ("kty", "n", "e", "kid")}
        for key in list(objects_of(document.get("keys")))[:200]
        if key.get("kty") == "RSA" and _vouches(key)
    ]
    return json.dumps({"keys": keys[:_MOST_KEYS]}) if keys else ""


def _vouches(key: Mapping[str, Any]) -> bool:
    """A key names the channels for which it vouches; one without names is for all."""
    named = key.get("endorsements")
    return not isinstance(named, list) or "msteams" in named


def _connector_url(body: bytes) -> str:
    try:
        return text_of(object_of(read_json(body)).get("serviceUrl"), 2000).strip()
    except NotJson:
        return ""  # refused for that a moment later


def is_known_connector(address: str, hosts: tuple[str, ...]) -> bool:
    """Whether an address is one of the services: by its host over https, or by a whole origin that an operator wrote."""
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.query or parts.fragment or "\\" in address:
        return False
    return origin in hosts or (parts.scheme == "https" and host in hosts and parts.port in {None, 443})


def _same(first: str, second: str) -> bool:
    return first.rstrip("/").lower() == second.rstrip("/").lower()


def _number(value: Any, fallback: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else fallback
