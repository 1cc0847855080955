"""The conformance suite on the telephone adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ascolto.channels.adapters.telephone.adapter import adapter
from ascolto.channels.protocol import HookRequest
from ascolto.testing.conformance import AdapterConformance
from ascolto.testing.networks.twilio import signed_request

TOKEN = "0c1d2e3f-auth-token"
VALUES = {
    "account_sid": "AC1f00c2d4e5b6a798",
    "auth_token": TOKEN,
    "number": "+390212345678",
    "languages": "it, en",
    "sms_from": "+390212345679",
}


class TestTelephone(AdapterConformance):
    adapter = adapter
    values = VALUES
    json_bodies = False
    form_bodies = True
    collected_in = "twilio_voice"
    not_deliveries: ClassVar[tuple[str, ...]] = ("error_", "rest_", "twiml_")

    def genuine(self, body: bytes) -> HookRequest:
        return signed_request(TOKEN, body)

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "api_base": base_url}
