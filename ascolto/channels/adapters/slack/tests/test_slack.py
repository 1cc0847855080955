"""The conformance suite on the Slack adapter."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from ascolto.channels.adapters.slack.adapter import adapter
from ascolto.channels.protocol import Handle, HookRequest, Outgoing
from ascolto.kit.clock import now
from ascolto.testing.conformance import AdapterConformance, hook

SECRET = "8f742231b10e-signing-secret"
VALUES = {"signing_secret": SECRET, "bot_token": "xoxb-telvia-1234"}


def signed(body: bytes, secret: str = SECRET, stamp: str = "") -> HookRequest:
    """A delivery as Slack signs it."""
    stamp = stamp or str(int(now().timestamp()))
    seal = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hook(body, {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={seal}"})


class TestSlack(AdapterConformance):
    adapter = adapter
    values = VALUES
    not_deliveries = ("api_",)

    def genuine(self, body: bytes) -> HookRequest:
        return signed(body)

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "api_base": base_url}

    def outgoing(self) -> Outgoing:
        return Outgoing(
            tracker="17.abc",
            recipient=(Handle("slack", "U0SARA"),),
            text="When is the node back?",
            reply_to="C0NETOPS:1795338000.000100",
            extra={"channel": "C0NETOPS", "thread_ts": "1795338000.000100"},
        )
