"""Synapse, the Matrix server, on SQLite: registered by the shared secret, without limits of speed, alone in the world."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ascolto.testing.servers import PYTHON, RunningServer, ServerMissing, need_module
from ascolto.testing.servers.matrix_user import MatrixUser, ask

_UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}
_LIMITS = ("rc_message", "rc_registration", "rc_admin_redaction", "rc_media_create", "rc_third_party_invite")


class Synapse(RunningServer):
    """One homeserver of the name `localhost`."""

    name = "synapse"

    def prepare(self) -> Sequence[str | Path]:
        need_module("synapse.app.homeserver", "matrix-synapse")
        config = self.folder / "homeserver.yaml"
        generate = ["--server-name", "localhost", "--config-path", config, "--generate-config"]
        command = [PYTHON, "-m", "synapse.app.homeserver", *generate, "--report-stats=no"]
        made = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
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

    def register(self, username: str, name: str = "") -> MatrixUser:
        """A new account, by the shared secret."""
        door = "/_synapse/admin/v1/register"
        nonce = ask(self.url, "GET", door)["nonce"]
        password = secrets.token_hex(8)
        text = "\0".join((nonce, username, password, "notadmin"))
        mac = hmac.new(self.secret.encode(), text.encode(), hashlib.sha1).hexdigest()
        told = {"nonce": nonce, "username": username, "password": password, "admin": False, "mac": mac}
        document = ask(self.url, "POST", door, json=told)
        user = MatrixUser(self.url, str(document["user_id"]), str(document["access_token"]))
        if name:
            user.does("PUT", f"profile/{quote(user.id)}/displayname", displayname=name)
        return user
