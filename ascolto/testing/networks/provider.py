"""A strict place to sign in at (OAuth 2 with PKCE): everything that may be checked is checked, and nothing is good twice.

with Provider() as provider:
    back = provider.agree(address)          # what a browser would be sent back to
    …
    assert provider.granted == 1
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ascolto.testing.networks import LocalServer

CLIENT, SECRET = "ascolto-client", "the-clients-own-secret"


@dataclass(slots=True)
class _Consent:
    client: str
    redirect_uri: str
    challenge: str


class Provider(LocalServer):
    """See the module's text. `says` is answered instead of tokens: a status and a document."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(_Desk, port)
        self.codes: dict[str, _Consent] = {}
        self.access_tokens: list[str] = []
        self.refresh_token = ""
        self.expires_in: Any = 3600
        self.granted = self.renewed = 0
        self.asked: list[dict[str, str]] = []
        self.says: tuple[int, Any] | None = None
        self.scopes = ""
        self.lock = threading.Lock()

    def agree(self, address: str, **changed: str) -> str:
        """Agree at an authorize address; where the browser is sent back to. Raises AssertionError for what is not asked properly."""
        asked = self._asked(address)
        consent = _Consent(asked["client_id"], asked["redirect_uri"], asked["code_challenge"])
        code = secrets.token_hex(8)
        self.codes[code] = consent
        return f"{consent.redirect_uri}?{urlencode({'code': code, 'state': asked['state'], **changed})}"

    def deny(self, address: str, error: str = "access_denied", **more: str) -> str:
        """Say no; where the browser is sent back to."""
        asked = self._asked(address)
        return f"{asked['redirect_uri']}?{urlencode({'error': error, 'state': asked['state'], **more})}"

    def _asked(self, address: str) -> dict[str, str]:
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
        assert f"{parts.scheme}://{parts.netloc}" == self.url
        assert parts.path == "/authorize"
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 32
        self.scopes = asked.get("scope", "")
        return asked

    def token(self, asked: dict[str, str], authorization: str) -> tuple[int, Any]:
        """What the token address says."""
        with self.lock:
            self.asked.append(asked)
            if self.says is not None:
                return self.says
            if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
                return 401, {"error": "invalid_client", "error_description": "Client authentication failed."}
            if asked.get("grant_type") == "refresh_token":
                return self._renew(asked)
            consent = self.codes.pop(asked.get("code", ""), None)
            if consent is None or not self._holds(consent, asked):
                return 400, {"error": "invalid_grant", "error_description": "The code is not good."}
            self.granted += 1
            return 200, self._tokens()

    def _holds(self, consent: _Consent, asked: dict[str, str]) -> bool:
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return consent.challenge == challenge and consent.redirect_uri == asked.get("redirect_uri")

    def _renew(self, asked: dict[str, str]) -> tuple[int, Any]:
        if not self.refresh_token or asked.get("refresh_token") != self.refresh_token:
            return 400, {"error": "invalid_grant", "error_description": "The refresh token was used already."}
        self.renewed += 1
        return 200, self._tokens()

    def _tokens(self) -> dict[str, Any]:
        self.access_tokens.append(f"access-{secrets.token_hex(12)}")
        self.refresh_token = f"refresh-{secrets.token_hex(12)}"
        tokens = {"access_token": self.access_tokens[-1], "refresh_token": self.refresh_token}
        return {"token_type": "Bearer", "expires_in": self.expires_in, "team": {"id": "T1"}, **tokens}


class _Desk(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        asked = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        status, document = self.server.token(asked, self.headers.get("authorization", ""))
        said = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
