"""The conformance suite on the X adapter, and the checks by which each side knows the other."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import ascolto
from ascolto.channels.adapters.x.adapter import Config, adapter
from ascolto.channels.protocol import (
    BadSignature,
    ConfigError,
    Handle,
    HookRequest,
    Outgoing,
    Refused,
    read_config,
)
from ascolto.testing.conformance import AdapterConformance, account_for, hook

US, GIULIA = "1500000000000000001", "1500000000000000002"
VALUES = {
    "consumer_key": "telvia-key",
    "consumer_secret": "telvia-consumer-secret",
    "client_id": "telvia-client",
    "client_secret": "telvia-client-secret",
    "access_token": "telvia-access-token",
    "refresh_token": "telvia-refresh-token",
    "user_id": US,
}
ACCOUNT = account_for(adapter, VALUES)
SHARED = Path(ascolto.__file__).resolve().parents[2] / "shared" / "fixtures" / "x"


def seal(content: bytes, secret: str = VALUES["consumer_secret"]) -> str:
    """What X and we make of something with the secret that both know."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()


def signed(body: bytes) -> HookRequest:
    """A delivery as X signs it."""
    return hook(body, {"x-twitter-webhooks-signature": seal(body)})


class TestX(AdapterConformance):
    adapter = adapter
    values = VALUES
    not_deliveries = ("cassette_", "signature_vectors", "error_")

    def genuine(self, body: bytes) -> HookRequest:
        return signed(body)

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "api_base": base_url}

    def outgoing(self) -> Outgoing:
        return Outgoing(tracker="d-1", recipient=(Handle("x", GIULIA),), text="Buongiorno Giulia.")


def test_x_is_told_that_we_know_the_secret() -> None:
    answer = adapter.handshake(ACCOUNT, hook(b"", method="GET", query={"crc_token": "sfida"}))
    assert json.loads(answer.body) == {"response_token": seal(b"sfida")}
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("query", [{}, {"crc_token": ""}, {"crc_token": "x" * 1001}, {"nonce": "1"}])
def test_who_asks_without_a_challenge_is_refused(query) -> None:
    with pytest.raises(Refused):
        adapter.handshake(ACCOUNT, hook(b"", method="GET", query=query))


def test_the_collected_signatures_are_ours() -> None:
    if not SHARED.is_dir():
        pytest.skip("no folder ../shared/fixtures beside the repository")
    known = json.loads((SHARED / "signature_vectors.json").read_text())
    account = account_for(adapter, {**VALUES, "consumer_secret": known["consumer_secret"]})
    asked = hook(b"", method="GET", query={"crc_token": known["crc_token"]})
    assert json.loads(adapter.handshake(account, asked).body)["response_token"] == known["response_token"]
    body = known["raw_body"].encode()
    told = known["x_twitter_webhooks_signature"]
    adapter.verify(account, hook(body, {"x-twitter-webhooks-signature": told}))
    with pytest.raises(BadSignature):
        adapter.verify(account, hook(body + b" ", {"x-twitter-webhooks-signature": told}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user_id", "@telvia"),
        ("consumer_secret", "con spazi"),
        ("api_base", "api.x.com"),
        ("premium", "forse"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name, value) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(Config, {**VALUES, name: value})
    assert refusal.value.field == name


def test_accounts_of_one_app_share_its_hook_and_hear_their_own() -> None:
    other = account_for(adapter, {**VALUES, "user_id": "1500000000000000009"})
    assert adapter.hook_group(ACCOUNT.config) == adapter.hook_group(other.config)
    assert VALUES["consumer_key"] not in adapter.hook_group(ACCOUNT.config)
    for name in ("xaa_mention", "aaa_mention", "xaa_revoked"):
        body = (Path(__file__).parents[1] / "fixtures" / f"{name}.json").read_bytes()
        assert (adapter.concerns(ACCOUNT, body), adapter.concerns(other, body)) == (True, False)
    for body in (b"[]", b"{", b'{"data": 7}'):
        assert adapter.concerns(ACCOUNT, body)


def test_a_premium_account_may_write_long_posts() -> None:
    assert adapter.capabilities_with({}).limits("public").max_length == 280
    assert adapter.capabilities_with({"premium": "yes"}).limits("public").max_length == 25_000
    assert adapter.capabilities_with({"premium": "yes"}).limits("private").max_length == 10_000
