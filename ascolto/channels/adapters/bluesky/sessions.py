"""Sessions of accounts: made once with the app password, renewed with the refresh token, kept in memory only.

A network that allows 30 sign-ins in five minutes and 300 a day must not be signed in to for every request.
"""

from __future__ import annotations

import hashlib
import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ascolto.channels.adapters.bluesky.errors import EXPIRED, judge
from ascolto.channels.protocol import Account, ErrorClass, SendRefused
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest
from ascolto.kit.clock import now

_EARLY = 120.0  # seconds before its end after which an access token is not used any more
_LASTS = 3600.0  # seconds, of a token that does not say
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Session:
    """What speaks for an account: `base` is the server that holds its posts."""

    did: str
    handle: str
    base: str
    access: str
    refresh: str
    until: float


class Sessions:
    """The sessions of this process. One thread signs in, others who need the same session wait for it."""

    def __init__(self) -> None:
        self._known: dict[str, Session] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, account: Account) -> Session:
        """A session that is good for a while. Raises SendRefused."""
        key = _key(account)
        with self._lock:
            asking = self._asking.setdefault(key, threading.Lock())
        with asking:
            known = self._known.get(key)
            if known is not None and now().timestamp() < known.until:
                return known
            made = (_renewed(account, known) if known else None) or _signed_in(account)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = made
            return made

    def expire(self, account: Account, used: Session) -> None:
        """The network refused this session's token: the next one who asks gets it renewed."""
        key = _key(account)
        known = self._known.get(key)
        if known is not None and known.access == used.access:
            self._known[key] = Session(known.did, known.handle, known.base, "", known.refresh, 0.0)


def _key(account: Account) -> str:
    config = account.config
    text = "\0".join((config.service, config.identifier, config.app_password))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _signed_in(account: Account) -> Session:
    config = account.config
    rest = Rest(config.service, {}, judge, secrets=(config.app_password,), trusted=account.trusted)
    credentials = {"identifier": config.identifier.removeprefix("@"), "password": config.app_password}
    path = "xrpc/com.atproto.server.createSession"
    return _session(account, rest, rest.json("POST", path, repeatable=True, json=credentials))


def _renewed(account: Account, known: Session) -> Session | None:
    """The same session with new tokens; None when it is over and must be begun anew. Raises SendRefused."""
    headers = {"authorization": f"Bearer {known.refresh}"}
    rest = Rest(account.config.service, headers, judge, secrets=(known.refresh,), trusted=account.trusted)
    try:
        answer = rest.json("POST", "xrpc/com.atproto.server.refreshSession", repeatable=True)
    except SendRefused as refusal:
        if refusal.failure.error is ErrorClass.REAUTH or refusal.failure.code in EXPIRED:
            return None
        raise
    return _session(account, rest, answer)


def _session(account: Account, rest: Rest, answer: Mapping[str, Any]) -> Session:
    did, access = text_of(answer.get("did"), 300), text_of(answer.get("accessJwt"), 8000)
    refresh = text_of(answer.get("refreshJwt"), 8000)
    if not did.startswith("did:") or not access or not refresh:
        raise SendRefused(rest.nonsense(repeatable=True))
    return Session(
        did=did,
        handle=text_of(answer.get("handle"), 300),
        base=_home(answer) or account.config.service,
        access=access,
        refresh=refresh,
        until=_end_of(access) - _EARLY,
    )


def _home(answer: Mapping[str, Any]) -> str:
    """The server that holds the account, as its own document says; empty when it does not."""
    for service in objects_of(object_of(answer.get("didDoc")).get("service")):
        address = text_of(service.get("serviceEndpoint"), 500)
        if service.get("type") == "AtprotoPersonalDataServer" and urlsplit(address).scheme in {
            "http",
            "https",
        }:
            return address
    return ""


def _end_of(token: str) -> float:
    """When an access token ends, in seconds since 1970: the middle of a JSON Web Token says it to whoever looks."""
    moment = now().timestamp()
    try:
        body = token.split(".")[1]
        end = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))).get("exp")
    except (ValueError, IndexError, AttributeError):
        end = None
    usable = isinstance(end, int | float) and not isinstance(end, bool) and end > moment
    return float(end) if usable and end is not None else moment + _LASTS
