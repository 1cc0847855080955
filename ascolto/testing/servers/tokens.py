"""A provider's own answer to the question whose token this is, for servers that ask it over HTTP."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from ascolto.testing.networks import LocalServer


class Tokens(LocalServer):
    """Who answers Dovecot whose token it was shown, as a provider's own servers do."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        super().__init__(_TokenAnswers)
        self.start()


class _TokenAnswers(BaseHTTPRequestHandler):
    server: Tokens

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Tell whose token it is."""
        (token,) = parse_qs(urlsplit(self.path).query).get("token", [""])
        owner = self.server.owners.get(token)
        said = {"email": owner, "active": "yes"} if owner else {"error": "invalid_token"}
        body = json.dumps(said).encode()
        self.send_response(200 if owner else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
