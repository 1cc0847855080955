"""mastodon_mock: a Mastodon server that somebody else wrote, with accounts whose tokens we know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ascolto.kit import http
from ascolto.testing.servers import PYTHON, RunningServer, ServerMissing, need_module

ACCOUNTS = {"telvia": "Telvia", "giulia": "Giulia Conti", "paolo": "Paolo Neri"}


class MastodonMock(RunningServer):
    """The server with Telvia's account, Giulia's and Paolo's."""

    name = "mastodon_mock"

    def prepare(self) -> Sequence[str | Path]:
        need_module("mastodon_mock", "mastodon_mock")
        lines = ["[database]", 'path = ":memory:"', ""]
        for username, name in ACCOUNTS.items():
            lines += ["[[seed.accounts]]", f'username = "{username}"', f'display_name = "{name}"']
            lines += [f'access_token = "{self.token_of(username)}"', ""]
        config = self.folder / "config.toml"
        config.write_text("\n".join(lines))
        address = ["--host", "127.0.0.1", "--port", str(self.port), "--config", str(config)]
        return [PYTHON, "-m", "mastodon_mock", "serve", "--in-memory", "--log-level", "warning", *address]

    def is_ready(self) -> bool:
        return self.answers("/api/v2/instance")

    def token_of(self, username: str) -> str:
        """What lets a client speak for somebody."""
        return f"token-of-{username}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an inbox for Telvia's account."""
        return {"instance": self.url, "access_token": self.token_of("telvia")}

    def does(self, username: str, method: str, path: str, **body: Any) -> Any:
        """A request in somebody's name."""
        headers = {"authorization": f"Bearer {self.token_of(username)}"}
        answer = http.request(
            method,
            f"{self.url}/api/v1/{path}",
            headers=headers,
            trusted_origins=[self.url],
            json=body or None,
        )
        if not answer.is_success:
            raise ServerMissing(f"{method} {path} was answered with {answer.status}: {answer.text[:300]}")
        return json.loads(answer.body)
