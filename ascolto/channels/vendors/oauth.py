"""Signing in at a network (OAuth 2, RFC 6749; PKCE, RFC 7636): the addresses and the two requests, the same for every channel.

Nothing here knows who signs in or where values are kept. Values are the settings of an inbox as texts; secrets and codes are cut out of
every reason.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ascolto.channels.protocol import ErrorClass, Failure, OAuth, Renewed, SendRefused
from ascolto.channels.reading import text_of
from ascolto.channels.vendors.rest import Rest, failure_by_status
from ascolto.kit.clock import now
from ascolto.kit.http import Answer

_GAP = re.compile(r"\{(\w+)\}")
_LONGEST_TOKEN = 20_000
_ERRORS: Mapping[str, ErrorClass] = {  # RFC 6749 §5.2, and what networks say instead
    "invalid_grant": ErrorClass.REAUTH,
    "invalid_client": ErrorClass.REAUTH,
    "unauthorized_client": ErrorClass.CONFIG,
    "unsupported_grant_type": ErrorClass.CONFIG,
    "invalid_scope": ErrorClass.CONFIG,
    "invalid_request": ErrorClass.CONFIG,
    "access_denied": ErrorClass.REAUTH,
    "invalid_code": ErrorClass.REAUTH,
    "code_already_used": ErrorClass.REAUTH,
    "invalid_refresh_token": ErrorClass.REAUTH,
    "token_expired": ErrorClass.REAUTH,
    "bad_redirect_uri": ErrorClass.CONFIG,
    "bad_client_secret": ErrorClass.REAUTH,
    "invalid_client_id": ErrorClass.REAUTH,
    "temporarily_unavailable": ErrorClass.RETRY,
    "server_error": ErrorClass.RETRY,
}
_PLAIN: Mapping[str, str] = {
    "invalid_grant": "The network does not accept this sign-in any more: sign in again.",
    "invalid_client": "The network does not know this client ID, or its secret is another one.",
}


def new_verifier() -> str:
    """A PKCE verifier: 86 characters that nobody can guess."""
    return secrets.token_urlsafe(64)


def challenge_of(verifier: str) -> str:
    """What of the verifier is told when the sign-in begins (S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def filled(address: str, values: Mapping[str, str]) -> str:
    """An address with the settings it names in braces. Raises SendRefused when that makes no web address."""

    def gap(found: re.Match[str]) -> str:
        value = values.get(found[1], "").strip().rstrip("/")
        if found.start() == 0:  # the setting is the address itself, up to its path
            return value if "://" in value else f"https://{value}"
        return quote(value, safe="")

    made = _GAP.sub(gap, address)
    try:
        parts = urlsplit(made)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = urlsplit(""), False
    if parts.netloc.endswith(":") or parts.username or not port_is_fine:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise SendRefused(Failure(ErrorClass.CONFIG, "The address of the network is not a web address."))
    return made


def values_of(config: Any) -> dict[str, str]:
    """The settings of an inbox as texts, the defaults of its channel among them."""
    return {item.name: str(getattr(config, item.name) or "") for item in fields(config)}


def with_defaults(config: type[Any], values: Mapping[str, str]) -> dict[str, str]:
    """Settings as they were typed, and what the channel assumes for those left out."""
    known = {item.name: str(item.default) for item in fields(config) if isinstance(item.default, str)}
    return {**known, **{name: value for name, value in values.items() if value}}


def sign_in_address(
    oauth: OAuth, values: Mapping[str, str], *, redirect_uri: str, state: str, verifier: str
) -> str:
    """Where a person is sent to agree. Raises SendRefused when the settings make no address."""
    asked = {
        **oauth.extra,
        "response_type": "code",
        "client_id": values.get("client_id", ""),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    if oauth.scopes:
        asked["scope"] = oauth.scope_separator.join(oauth.scopes)
    if oauth.pkce:
        asked |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    address = filled(oauth.authorize_url, values)
    return address + ("&" if "?" in address else "?") + urlencode(asked)


def exchange(
    oauth: OAuth,
    values: Mapping[str, str],
    *,
    code: str,
    redirect_uri: str,
    verifier: str,
    trusted: bool = False,
) -> Renewed:
    """The tokens for the code that the person came back with. Raises SendRefused."""
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if oauth.pkce:
        asked["code_verifier"] = verifier
    return _ask(oauth, values, asked, (code, verifier), trusted)


def refresh(
    oauth: OAuth, values: Mapping[str, str], refresh_token: str, *, trusted: bool = False
) -> Renewed | None:
    """New tokens for a refresh token; None without one. For `Adapter.renew`. Raises SendRefused."""
    if not refresh_token:
        return None
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _ask(oauth, values, asked, (refresh_token,), trusted)


def _ask(
    oauth: OAuth,
    values: Mapping[str, str],
    asked: dict[str, str],
    spoken: tuple[str, ...],
    trusted: bool,
) -> Renewed:
    client, secret = values.get("client_id", ""), values.get("client_secret", "")
    headers = {"accept": "application/json"}
    if oauth.client_auth == "basic":
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
        headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    else:
        asked |= {"client_id": client, **({"client_secret": secret} if secret else {})}
    address = filled(oauth.token_url, values)
    network = Rest(address, {}, _judge, (*spoken, secret), trusted=trusted)
    document = network.json("POST", address, repeatable=False, headers=headers, data=asked)
    return _granted(oauth, document, network)


def _judge(answer: Answer) -> Failure | None:
    """The error of a token address: RFC 6749 has it in a 400, some networks in a 200."""
    document = answer.json_object() or {}
    error = document.get("error")
    if isinstance(error, dict):  # Meta's own shape
        document, error = error, text_of(error.get("type"), 80) or "error"
    code = text_of(error, 80)
    if not code:
        return None if answer.is_success else failure_by_status(answer)
    told = _PLAIN.get(code) or text_of(document.get("error_description"), 300)
    told = told or text_of(document.get("message"), 300) or f"The network refused it ({code})."
    fallback = failure_by_status(answer).error if not answer.is_success else ErrorClass.CONFIG
    return Failure(_ERRORS.get(code, fallback), told, code=code, retry_after=answer.retry_after)


def _granted(oauth: OAuth, document: Mapping[str, Any], network: Rest) -> Renewed:
    found = {
        setting: text
        for name, setting in oauth.stores.items()
        if (text := text_of(_inside(document, name), _LONGEST_TOKEN).strip())
    }
    if not found:
        raise SendRefused(network.nonsense(repeatable=False))
    return Renewed(values=found, expires_at=end_of(document.get("expires_in")))


def _inside(document: Mapping[str, Any], name: str) -> Any:
    """The value under a name with dots ("team.id")."""
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def end_of(expires_in: Any) -> datetime | None:
    """The moment after so many seconds (a number, or its text); None when it is none."""
    text = text_of(expires_in, 20).strip()
    if isinstance(expires_in, float) and 0 < expires_in < 10**9:
        text = str(int(expires_in))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        return None
    return now() + timedelta(seconds=int(text))
