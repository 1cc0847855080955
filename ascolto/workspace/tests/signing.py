"""A channel that is connected by signing in, for the tests of signing in and of renewing."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.channels import registry
from ascolto.channels.capabilities import Capabilities
from ascolto.channels.protocol import Account, Adapter, ConfigError, OAuth, Renewed, setting
from ascolto.channels.vendors import oauth
from ascolto.testing.networks.provider import CLIENT, SECRET


@dataclass(frozen=True, slots=True)
class PigeonConfig:
    """Where the pigeons live, who we are there, and what signing in gives."""

    loft: str = setting("Loft", help="The address of your loft.")
    access_token: str = setting("Access token", secret=True)
    client_id: str = setting("Client ID", default="")
    client_secret: str = setting("Client secret", secret=True, default="")
    refresh_token: str = setting("Refresh token", secret=True, default="")
    team: str = setting("Team", default="", advanced=True)

    def check(self) -> None:
        if self.team and not self.team.startswith("T"):
            raise ConfigError("team", "is not a team.")


class Pigeon(Adapter):
    """A network of pigeons with a modern way of signing in."""

    kind = "pigeon"
    label = "Pigeon post"
    Config = PigeonConfig
    capabilities = Capabilities()
    renews_every = timedelta(hours=1)
    guide = ("Make an app, and write the redirect address there.", "Paste the hook address.")
    oauth = OAuth(
        authorize_url="{loft}/authorize",
        token_url="{loft}/token",
        scopes=("read", "write"),
        stores={"access_token": "access_token", "refresh_token": "refresh_token", "team.id": "team"},
    )

    def renew(self, account: Account) -> Renewed | None:
        values = oauth.values_of(account.config)
        return oauth.refresh(self.oauth, values, account.config.refresh_token, trusted=account.trusted)

    def verify(self, account: Any, request: Any) -> None:
        """Takes everything."""


PIGEON = Pigeon()


def let_pigeons_fly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the registry know the channel."""
    known = {**registry.all_adapters(), "pigeon": PIGEON}
    monkeypatch.setattr(registry, "all_adapters", lambda: known)
    monkeypatch.setattr("ascolto.channels.selectors.all_adapters", lambda: known, raising=False)


def typed(loft: str, **changed: str) -> dict[str, str]:
    """What Anna types into the form."""
    form = {"name": "Pigeons", "language": "en", "sign_in": "1", "set_loft": loft}
    return {**form, "set_client_id": CLIENT, "set_client_secret": SECRET, **changed}


def address_in(page: str) -> str:
    """Where the page that leads away leads to."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def leave(desk: Client, loft: str, **changed: str) -> str:
    """Fill in the form and go; the authorize address."""
    answer = desk.post("/settings/inboxes/connect/pigeon/", typed(loft, **changed))
    assert answer.status_code == 200
    return address_in(answer.content.decode())
