"""oidc-provider-mock: a provider to sign in at that somebody else wrote (on Authlib), with discovery, codes and refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ascolto.kit import http
from ascolto.testing.servers import PYTHON, RunningServer, ServerMissing, need_module


class OidcProvider(RunningServer):
    """The provider; whoever asks is a client, whoever signs in is who they say."""

    name = "oidc-provider-mock"

    def prepare(self) -> Sequence[str | Path]:
        need_module("oidc_provider_mock", "oidc-provider-mock")
        return [PYTHON, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(self.port)]

    def is_ready(self) -> bool:
        return self.answers("/.well-known/openid-configuration")

    def agree(self, address: str, person: str = "anna@telvia.example") -> str:
        """Sign in at an authorize address and agree; the address that one is sent back to. Raises ServerMissing."""
        answer = http.request("POST", address, data={"sub": person}, trusted_origins=[self.url])
        return self._sent_to(answer)

    def deny(self, address: str) -> str:
        """Say no there; the address that one is sent back to. Raises ServerMissing."""
        answer = http.request("POST", address, data={"action": "deny"}, trusted_origins=[self.url])
        return self._sent_to(answer)

    def _sent_to(self, answer: http.Answer) -> str:
        target = answer.headers.get("location", "")
        if not target:
            raise ServerMissing(f"{self.name} answered {answer.status} instead of sending one back")
        return target
