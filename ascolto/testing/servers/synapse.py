"""Synapse, the Matrix server, on SQLite: registered by the shared secret, without limits of speed, alone in the world."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ascolto.kit import http
from ascolto.testing.servers import PYTHON, RunningServer, ServerMissing, need_module

_UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}
_LIMITS = ("rc_message", "rc_registration", "rc_admin_redaction", "rc_media_create", "rc_third_party_invite")


class MatrixRefused(Exception):
    """A request of a test that the server refuses."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {document}")
        self.status, self.document = status, document


class Synapse(RunningServer):
    """One homeserver of the name `localhost`."""

    name = "synapse"

    def prepare(self) -> Sequence[str | Path]:
        need_module("synapse.app.homeserver", "matrix-synapse")
        config = self.folder / "homeserver.yaml"
        generate = ["--server-name", "localhost", "--config-path", config, "--generate-config"]
        command = [PYTHON, "-m", "synapse.app.homeserver", *generate, "--report-stats=no"]
        made = subprocess.run(
            [str(part) for part in command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        if made.returncode or not config.exists():
            raise ServerMissing(f"synapse could not be configured: {made.stderr[-400:]}")
        self.secret = secrets.token_hex(16)
        (self.folder / "log.yaml").write_text("version: 1\nroot: {level: WARNING}\n")
        config.write_text(self._config())
        return [PYTHON, "-m", "synapse.app.homeserver", "--config-path", config]

    def _config(self) -> str:
        """YAML takes JSON for what it says."""
        key = next(self.folder.glob("*.signing.key"))
        limits: dict[str, Any] = dict.fromkeys(_LIMITS, _UNLIMITED)
        limits["rc_login"] = dict.fromkeys(("address", "account", "failed_attempts"), _UNLIMITED)
        limits["rc_joins"] = {"local": _UNLIMITED, "remote": _UNLIMITED}
        limits["rc_invites"] = dict.fromkeys(("per_room", "per_user", "per_issuer"), _UNLIMITED)
        listener = {
            "port": self.port,
            "tls": False,
            "type": "http",
            "bind_addresses": ["127.0.0.1"],
            "resources": [{"names": ["client"], "compress": False}],
        }
        return json.dumps(
            {
                "server_name": "localhost",
                "public_baseurl": f"{self.url}/",
                "listeners": [listener],
                "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
                "log_config": str(self.folder / "log.yaml"),
                "media_store_path": str(self.folder / "media"),
                "signing_key_path": str(key),
                "registration_shared_secret": self.secret,
                "macaroon_secret_key": secrets.token_hex(16),
                "form_secret": secrets.token_hex(16),
                "report_stats": False,
                "trusted_key_servers": [],
                "suppress_key_server_warning": True,
                "enable_registration": False,
                **limits,
            },
            indent=1,
        )

    def is_ready(self) -> bool:
        return self.answers("/_matrix/client/versions")

    def register(self, username: str, name: str = "") -> SynapseUser:
        """A new account, by the shared secret."""
        nonce = self.ask("GET", "/_synapse/admin/v1/register")["nonce"]
        password = secrets.token_hex(8)
        text = "\0".join((nonce, username, password, "notadmin"))
        mac = hmac.new(self.secret.encode(), text.encode(), hashlib.sha1).hexdigest()
        told = {"nonce": nonce, "username": username, "password": password, "admin": False, "mac": mac}
        document = self.ask("POST", "/_synapse/admin/v1/register", json=told)
        user = SynapseUser(self, str(document["user_id"]), str(document["access_token"]))
        if name:
            user.does("PUT", f"profile/{quote(user.id)}/displayname", displayname=name)
        return user

    def ask(self, method: str, path: str, token: str = "", **more: Any) -> dict[str, Any]:
        """A request of a test. Raises MatrixRefused."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        headers |= more.pop("headers", {})
        answer = http.request(
            method, f"{self.url}{path}", headers=headers, trusted_origins=[self.url], **more
        )
        document = answer.json_object() or {}
        if not answer.is_success:
            raise MatrixRefused(answer.status, document)
        return document


class SynapseUser:
    """Somebody with an account: what a test lets them do."""

    def __init__(self, server: Synapse, id: str, token: str) -> None:
        self.server, self.id, self.token = server, id, token

    def does(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """A request in their name."""
        json_body = body if body or method in {"POST", "PUT"} else None
        return self.server.ask(method, f"/_matrix/client/v3/{path}", self.token, json=json_body)

    def invites(self, *others: str, direct: bool = True) -> str:
        """A new room with others in it; its id."""
        made = self.does(
            "POST", "createRoom", invite=list(others), is_direct=direct, preset="trusted_private_chat"
        )
        return str(made["room_id"])

    def joins(self, room: str) -> None:
        """Accept an invitation."""
        self.does("POST", f"join/{quote(room)}")

    def says(self, room: str, text: str, **more: Any) -> str:
        """A message; the id of its event. `more` are further fields of its content."""
        return self.sends(room, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    def sends(self, room: str, kind: str, content: Mapping[str, Any]) -> str:
        """An event of any type; its id."""
        path = f"rooms/{quote(room)}/send/{kind}/{secrets.token_hex(8)}"
        return str(self.does("PUT", path, **content)["event_id"])

    def redacts(self, room: str, event_id: str) -> None:
        """Take an event back."""
        self.does("PUT", f"rooms/{quote(room)}/redact/{quote(event_id)}/{secrets.token_hex(8)}")

    def has_read(self, room: str, event_id: str) -> None:
        """Mark everything until an event as read."""
        self.does("POST", f"rooms/{quote(room)}/receipt/m.read/{quote(event_id)}")

    def uploads(self, content: bytes, content_type: str) -> str:
        """The `mxc://` address of a file."""
        document = self.server.ask(
            "POST",
            "/_matrix/media/v3/upload",
            self.token,
            content=content,
            headers={"content-type": content_type},
        )
        return str(document["content_uri"])

    def sees(self, room: str, event_id: str) -> dict[str, Any]:
        """An event as they may read it."""
        return self.does("GET", f"rooms/{quote(room)}/event/{quote(event_id)}")
