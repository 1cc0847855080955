"""The conformance suite on the Teams adapter: as a bot and as an outgoing webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from ascolto.channels.adapters.teams.adapter import adapter
from ascolto.channels.protocol import Handle, HookRequest, Outgoing
from ascolto.kit.clock import now
from ascolto.testing.conformance import AdapterConformance, hook

APP = "4f1b2c3d-0000-4000-8000-000000000000"
KEY = RSAKey.generate_key(2048, {"kid": "bot-framework-1", "use": "sig"})
KEYS = json.dumps({"keys": [KEY.as_dict(private=False)]})
SECRET = base64.b64encode(b"outgoing-webhook-secret-of-telvia").decode()
BOT = {
    "way": "bot",
    "app_id": APP,
    "app_password": "stand-in-password",
    "signing_keys": KEYS,
    "service_hosts": "smba.trafficmanager.net http://localhost:56150",
}
WEBHOOK = {"way": "outgoing webhook", "hook_secret": SECRET}


def token(body: bytes, key: RSAKey = KEY, **changed: Any) -> str:
    """A token as the Bot Framework gives them."""
    moment = int(now().timestamp())
    claims: dict[str, Any] = {
        "iss": "https://api.botframework.com",
        "aud": APP,
        "nbf": moment - 10,
        "exp": moment + 3600,
    }
    claims["serviceurl"] = _connector_of(body)
    header = {"alg": "RS256", "kid": key.kid or "bot-framework-1"}
    return jwt.encode(header, {**claims, **changed}, key)


def from_bot_framework(body: bytes, key: RSAKey = KEY, **changed: Any) -> HookRequest:
    return hook(body, {"authorization": f"Bearer {token(body, key, **changed)}"})


def sealed(body: bytes) -> HookRequest:
    """A delivery of an outgoing webhook."""
    seal = base64.b64encode(hmac.new(base64.b64decode(SECRET), body, hashlib.sha256).digest())
    return hook(body, {"authorization": f"HMAC {seal.decode()}"})


class Collected(AdapterConformance):
    """Collected deliveries come with the request around them."""

    def shared_fixtures(self) -> dict[str, bytes]:
        found = {}
        for name, content in super().shared_fixtures().items():
            document = json.loads(content)
            wrapped = isinstance(document, dict) and "body" in document and "type" not in document
            found[name] = json.dumps(document["body"]).encode() if wrapped else content
        return found


class TestTeamsBot(Collected):
    adapter = adapter
    values = BOT
    signed = False  # the token does not cover the body: see test_proof.py

    def genuine(self, body: bytes) -> HookRequest:
        key = _connector_of(body)
        if key not in self._requests:
            self._requests[key] = dict(from_bot_framework(body).headers)
        return hook(body, self._requests[key])

    @cached_property
    def _requests(self) -> dict[str, dict[str, str]]:
        """Tokens by the service address: making one takes a while."""
        return {}


class TestTeamsWebhook(Collected):
    adapter = adapter
    values = WEBHOOK

    def genuine(self, body: bytes) -> HookRequest:
        return sealed(body)


class TestTeamsOneWay(AdapterConformance):
    """Only what it sends: a card to a Workflows address."""

    adapter = adapter
    values = WEBHOOK
    hooks = False

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {"way": "one way", "workflow_url": f"{base_url}/workflows/abc?sig=secret-signature"}

    def outgoing(self) -> Outgoing:
        return Outgoing(tracker="17.abc", recipient=(Handle("teams", "29:1sara"),), text="Torna su?")

    def own_fixtures(self) -> dict[str, bytes]:
        return {"question.json": super().own_fixtures()["question.json"]}

    def shared_fixtures(self) -> dict[str, bytes]:
        return {}

    def test_every_fixture_yields_what_is_expected(self) -> None:
        """Read by the other two ways."""


def _connector_of(body: bytes) -> str:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    service_url = document.get("serviceUrl") if isinstance(document, dict) else ""
    return service_url.encode("utf-8", "replace").decode() if isinstance(service_url, str) else ""
