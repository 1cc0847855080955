"""Access to Google's APIs: a service account that signs for itself (RFC 7523, RS256), or a person's consent (a refresh token).

Tokens last an hour and are kept in memory only. What Google's errors mean is the same for all of its APIs (google.rpc.Status).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ascolto.channels.protocol import ErrorClass, Failure, SendRefused
from ascolto.channels.reading import object_of, objects_of, text_of
from ascolto.channels.vendors.rest import Rest, failure_by_status
from ascolto.channels.vendors.tokens import Token, TokenCache
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.kit.jsontext import NotJson, read_json

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS = 3600  # seconds of an assertion: the most Google takes
_PEM = re.compile(r"-----BEGIN ([A-Z ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)
_tokens = TokenCache()
Found = TypeVar("Found")


SENTENCES = (  # what adapters that are let in here say, for their `sentences`
    "It must begin with -----BEGIN PRIVATE KEY----- and end with -----END PRIVATE KEY-----.",
    "The private key cannot be read: copy the whole file again.",
    "This is not the JSON file of a service account.",
    "Google has given this project no quota yet: ask for access to the API, then try again.",
    "Google does not let us in: %(reason)s",
)


class UnusableKey(ValueError):
    """A private key that cannot sign. The text holds nothing of it."""


def pem(text: str) -> str:
    """A key as files hold it, whatever a form or a shell made of its line breaks."""
    found = _PEM.search(text.replace("\\n", "\n"))
    if found is None:
        raise UnusableKey(
            "It must begin with -----BEGIN PRIVATE KEY----- and end with -----END PRIVATE KEY-----."
        )
    body = "".join(found[2].split())
    lines = "\n".join(body[place : place + 64] for place in range(0, len(body), 64))
    return f"-----BEGIN {found[1]}-----\n{lines}\n-----END {found[1]}-----\n"


def signed(algorithm: str, key: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A JSON Web Token, signed with ES256 or RS256. Raises UnusableKey."""
    from joserfc import jwt  # loaded where it is needed: few channels are
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    kind: type[ECKey] | type[RSAKey] = ECKey if algorithm == "ES256" else RSAKey
    try:
        return jwt.encode({"alg": algorithm, **header}, dict(claims), kind.import_key(pem(key)))
    except UnusableKey:
        raise
    except (JoseError, ValueError, TypeError) as error:
        raise UnusableKey("The private key cannot be read: copy the whole file again.") from error


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The key file of a service account; `subject`: the person in whose name it acts (domain-wide delegation)."""

    email: str
    key: str
    key_id: str = ""
    subject: str = ""

    @classmethod
    def read(cls, text: str, subject: str = "") -> KeyFile:
        """From the JSON that Google's console gives. Raises UnusableKey."""
        try:
            document = object_of(read_json(text.encode("utf-8", "replace")))
        except NotJson as error:
            raise UnusableKey("This is not the JSON file of a service account.") from error
        email, key = text_of(document.get("client_email"), 320), text_of(document.get("private_key"), 10_000)
        if not email or not key:
            raise UnusableKey("This is not the JSON file of a service account.")
        account = cls(email, key, text_of(document.get("private_key_id"), 100), subject)
        account.assertion("check", TOKEN_URL)
        return account

    def assertion(self, scope: str, audience: str) -> str:
        """What is exchanged for a token. Raises UnusableKey."""
        moment = int(now().timestamp())
        claims: dict[str, Any] = {"iss": self.email, "scope": scope, "aud": audience}
        claims |= {"iat": moment, "exp": moment + _LASTS}
        if self.subject:
            claims["sub"] = self.subject
        return signed("RS256", self.key, {"kid": self.key_id} if self.key_id else {}, claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How an inbox may use an API of Google. `service_account` is the JSON file and goes before the consent of a person."""

    scope: str
    service_account: str = ""
    subject: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    token_url: str = TOKEN_URL
    trusted: bool = True

    @property
    def _secrets(self) -> tuple[str, ...]:
        mine = (self.service_account, self.subject, self.client_id, self.client_secret, self.refresh_token)
        return (self.scope, self.token_url, *mine)

    def token(self) -> str:
        """A token that is good now. Raises SendRefused."""
        return _tokens.get(self._ask, *self._secrets)

    def forget(self) -> None:
        """Ask for another token the next time."""
        _tokens.forget(*self._secrets)

    def _ask(self) -> Token:
        api = Rest(self.token_url, {}, judge=_token_refused, trusted=self.trusted, secrets=self._secrets[2:])
        answer = api.json("POST", self.token_url, repeatable=True, data=self._form())
        token = text_of(answer.get("access_token"), 4096)
        if not token:
            raise SendRefused(api.nonsense(repeatable=True))
        lasts = text_of(answer.get("expires_in"), 12)
        return Token(token, float(lasts) if lasts.isdigit() else float(_LASTS))

    def _form(self) -> dict[str, str]:
        if self.service_account:
            try:
                account = KeyFile.read(self.service_account, self.subject)
                return {"grant_type": _GRANT, "assertion": account.assertion(self.scope, self.token_url)}
            except UnusableKey as error:
                raise SendRefused(Failure(ErrorClass.CONFIG, str(error))) from error
        if not self.refresh_token:
            raise SendRefused(
                Failure(ErrorClass.REAUTH, "Nobody has signed in to Google for this inbox yet.")
            )
        own = {"client_id": self.client_id, "client_secret": self.client_secret}
        return {"grant_type": "refresh_token", "refresh_token": self.refresh_token, **own}


def with_token(access: Access, base: str, do: Callable[[Rest], Found]) -> Found:
    """Do something with the API; once more with a new token when the one we had is refused. Raises SendRefused."""
    try:
        return do(_api(access, base))
    except SendRefused as refusal:
        if refusal.failure.error is not ErrorClass.REAUTH:
            raise
    access.forget()
    return do(_api(access, base))


def _api(access: Access, base: str) -> Rest:
    token = access.token()
    return Rest(
        base, {"authorization": f"Bearer {token}"}, judge=refused, secrets=(token,), trusted=access.trusted
    )


def refused(answer: http.Answer) -> Failure | None:
    """What an error of a Google API means: `{"error": {"code", "message", "status", "details"}}`."""
    if answer.is_success:
        return None
    error = object_of((answer.json_object() or {}).get("error"))
    reason, status = text_of(error.get("message"), 300), text_of(error.get("status"), 60)
    failure = failure_by_status(answer, reason)
    if status == "RESOURCE_EXHAUSTED" and _quota_is_zero(error):
        told = "Google has given this project no quota yet: ask for access to the API, then try again."
        return Failure(ErrorClass.CONFIG, told, code="QUOTA_ZERO")
    return Failure(failure.error, failure.reason, status or failure.code, failure.retry_after)


def _quota_is_zero(error: Mapping[str, Any]) -> bool:
    """A project that Google has not let in has a quota of 0 requests: waiting changes nothing."""
    told = [object_of(detail.get("metadata")) for detail in objects_of(error.get("details"))]
    if any(text_of(metadata.get("quota_limit_value")) == "0" for metadata in told):
        return True
    return bool(re.search(r"limit:? '?0'?(?!\.?[0-9])", text_of(error.get("message"), 2000)))


def _token_refused(answer: http.Answer) -> Failure | None:
    """RFC 6749 section 5.2: `{"error": "invalid_grant", "error_description": "…"}`."""
    if answer.is_success:
        return None
    document = answer.json_object() or {}
    code = text_of(document.get("error"), 60)
    if code in {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "access_denied"}:
        told = text_of(document.get("error_description"), 200) or code
        kind = ErrorClass.REAUTH if code in {"invalid_grant", "access_denied"} else ErrorClass.CONFIG
        return Failure(kind, f"Google does not let us in: {told}", code=code)
    return failure_by_status(answer, text_of(document.get("error_description"), 200))
