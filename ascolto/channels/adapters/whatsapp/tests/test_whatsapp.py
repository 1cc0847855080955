"""The conformance suite on the WhatsApp adapter."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from ascolto.channels.adapters.whatsapp.adapter import adapter
from ascolto.channels.protocol import HookRequest
from ascolto.testing.conformance import AdapterConformance, hook

SECRET = "5b0c4d5f-app-secret"
VALUES = {
    "app_secret": SECRET,
    "verify_token": "telvia-verifies",
    "access_token": "EAAtelvia",
    "phone_number_id": "106540352242922",
}


def signed(body: bytes, secret: str = SECRET) -> HookRequest:
    """A delivery as Meta signs it."""
    seal = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hook(body, {"x-hub-signature-256": f"sha256={seal}"})


class TestWhatsApp(AdapterConformance):
    adapter = adapter
    values = VALUES
    not_deliveries = ("error_", "pywa_template_buttons", "pywa_template_carousel")

    def genuine(self, body: bytes) -> HookRequest:
        return signed(body)

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "api_base": base_url}
