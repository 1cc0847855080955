"""How Google lets a program in: service accounts that sign for themselves, refresh tokens, tokens that end. For stand-ins."""

from __future__ import annotations

import json
import secrets
import time
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from ascolto.testing.networks.city import Reply, Request

EMAIL = "ascolto@stand-in.iam.gserviceaccount.example"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048)


def error(code: int, status: str, message: str, details: list[Any] | None = None) -> Reply:
    """An error as Google's APIs write it."""
    body: dict[str, Any] = {"code": code, "message": message, "status": status}
    return Reply({"error": {**body, **({"details": details} if details else {})}}, code)


class GoogleDoor:
    """Gives and checks tokens. `token_url`: its own address, which an assertion must name."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.tokens: dict[str, float] = {}
        self.refresh_tokens = {"1//stand-in-refresh"}
        self.client_id, self.client_secret = "stand-in.apps.example", "GOCSPX-stand-in"
        self.lasts = 3600
        self.given = 0
        self.token_url = ""

    @property
    def key_file(self) -> str:
        """The JSON file of a service account, as the console gives it."""
        private = _key().as_pem(private=True).decode()
        document = {"type": "service_account", "project_id": "stand-in", "private_key_id": "key-1"}
        return json.dumps({**document, "private_key": private, "client_email": EMAIL})

    def revoke(self) -> None:
        """Every token ends now."""
        self.tokens.clear()

    def lets_in(self, request: Request) -> bool:
        """Whether the request carries a token that is good."""
        return self.tokens.get(request.bearer, 0.0) > time.monotonic()

    def give(self, request: Request) -> Reply:
        """Answer a request for a token."""
        form = {name: values[0] for name, values in request.form().items()}
        refused = self._check(form)
        if refused:
            return Reply({"error": "invalid_grant", "error_description": refused}, 400)
        token = "ya29." + secrets.token_urlsafe(24)
        self.tokens[token] = time.monotonic() + self.lasts
        self.given += 1
        return Reply({"access_token": token, "expires_in": self.lasts, "token_type": "Bearer"})

    def _check(self, form: dict[str, str]) -> str:
        if form.get("grant_type") == "refresh_token":
            known = form.get("refresh_token") in self.refresh_tokens
            own = (form.get("client_id"), form.get("client_secret")) == (self.client_id, self.client_secret)
            return "" if known and own else "Token has been expired or revoked."
        if form.get("grant_type") != _GRANT:
            return "Unsupported grant type."
        try:
            claims = jwt.decode(form.get("assertion", ""), _key(), algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return "Invalid JWT Signature."
        moment = time.time()
        if claims.get("iss") != EMAIL or claims.get("aud") != self.token_url:
            return "Invalid JWT: issuer or audience."
        if not claims["iat"] - 300 <= moment <= claims["exp"] <= claims["iat"] + 3600:
            return "Invalid JWT: the time."
        return "" if claims.get("scope") == self.scope else "Invalid scope."
