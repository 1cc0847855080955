"""A company's own system that flows ask, as strict as one should be: it takes only what is signed, and acts once for each id.

with CompanySystem("whsec_…") as system:
    system.says = {"line": "faulty"}
    …
    system.acted[-1].values, system.heard  # what it did, and every request
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from ascolto.kit import signature
from ascolto.kit.clock import now
from ascolto.testing.networks import LocalServer, break_off

TROUBLES = ("hangs", "drips", "breaks off", "garbage", "huge", "list", "empty", "redirects")


@dataclass(frozen=True, slots=True)
class Asked:
    """One signed request."""

    id: str
    document: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def values(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["data"]["values"]
        return found


class CompanySystem(LocalServer):
    """`trouble`: a status, or one of TROUBLES, for every request from then on."""

    def __init__(self, *secrets: str) -> None:
        super().__init__(_Door)
        self.secrets = secrets
        self.says: Any = {"ok": True}
        self.trouble: int | str = ""
        self.heard: list[Asked] = []
        self.acted: list[Asked] = []
        self.refused: list[str] = []

    def take(self, asked: Asked) -> None:
        """Act, unless it was done already."""
        self.heard.append(asked)
        if asked.id not in {one.id for one in self.acted}:
            self.acted.append(asked)


class _Door(BaseHTTPRequestHandler):
    server: CompanySystem
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            signature.check(self.server.secrets, headers, body, now())
        except signature.NotSigned as error:
            self.server.refused.append(str(error))
            return self._say(401, b'{"error": "not signed"}')
        self.server.take(Asked(headers["webhook-id"], json.loads(body), headers))
        return self._meet(self.server.trouble)

    def _meet(self, trouble: int | str) -> None:
        if isinstance(trouble, int):
            return self._say(trouble, b'{"error": "in trouble"}')
        if trouble in {"hangs", "breaks off"}:
            if trouble == "hangs":
                self.server.stopping.wait(60)
            break_off(self.connection)
            self.close_connection = True
            return None
        if trouble == "drips":
            return self._drip(json.dumps(self.server.says).encode())
        if trouble == "redirects":
            return self._say(307, b"", {"Location": "http://127.0.0.1:1/elsewhere"})
        bodies = {"garbage": b"<html>", "huge": b'"' + b"x" * 200_000 + b'"', "list": b"[1]", "empty": b""}
        return self._say(200, bodies.get(trouble, json.dumps(self.server.says).encode()))

    def _drip(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            if self.server.stopping.wait(0.3):
                return

    def _say(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
