"""The secrets with which we sign what leaves for somebody's own system. Two are good for a day after a change."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.channels.models import vault
from ascolto.kit import signature

BOTH_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs now, and what signed before, which the other side may still expect until a moment."""

    current: str
    former: str = ""
    until: datetime | None = None

    @classmethod
    def made(cls) -> Secrets:
        """New ones, as Standard Webhooks write them."""
        return cls(_new())

    @classmethod
    def opened(cls, sealed: str) -> Secrets:
        """As they were sealed. Raises Unreadable when the key of this installation is another one."""
        told = json.loads(vault().open(sealed))
        until = datetime.fromisoformat(told["until"]) if told.get("until") else None
        return cls(told["current"], told.get("former", ""), until)

    def sealed(self) -> str:
        """As a row keeps them."""
        told = {
            "current": self.current,
            "former": self.former,
            "until": self.until and self.until.isoformat(),
        }
        return vault().seal(json.dumps({name: value for name, value in told.items() if value}))

    def rotated(self, at: datetime) -> Secrets:
        """A new one; the present one signs beside it for BOTH_FOR."""
        return Secrets(_new(), self.current, at + BOTH_FOR)

    def headers(self, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The three headers of a signed body (Standard Webhooks), with both signatures while two secrets are good."""
        signed = signature.sign(self.current, message_id, at, body)
        if self.former and self.until is not None and at < self.until:
            other = signature.sign(self.former, message_id, at, body)
            signed["webhook-signature"] += " " + other["webhook-signature"]
        return {**signed, "content-type": "application/json"}


def _new() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
