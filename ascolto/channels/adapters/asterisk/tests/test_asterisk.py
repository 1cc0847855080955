"""The conformance suite on the Asterisk adapter."""

from __future__ import annotations

from ascolto.channels.adapters.asterisk import wire
from ascolto.channels.adapters.asterisk.adapter import adapter
from ascolto.channels.protocol import HookRequest
from ascolto.kit.clock import now
from ascolto.testing.conformance import AdapterConformance, hook

SECRET = "shared-with-the-listener"
VALUES = {"secret": SECRET, "languages": "it, en", "agents": "PJSIP/desk", "company": "Telvia"}


class TestAsterisk(AdapterConformance):
    adapter = adapter
    values = VALUES

    def genuine(self, body: bytes) -> HookRequest:
        return hook(body, wire.signed(SECRET, body, now()))
