"""A browser with the widget open, without the browser: the same requests, for tests."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from typing import Any

from django.test import Client

from ascolto.channels.models import ChannelAccount
from ascolto.intake.worker import process_waiting

_ids = itertools.count(1)


def vouch(secret: str, user_id: str, email: str = "") -> str:
    """What the company's site computes for a signed-in customer."""
    text = f"{user_id}\n{email}" if email else user_id
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Widget:
    """One visitor at one chat."""

    def __init__(
        self, inbox: ChannelAccount, *, origin: str = "https://www.telvia.example", **said: Any
    ) -> None:
        self.inbox, self.client, self.origin = inbox, Client(), origin
        self.session = self.post("session", said).json()
        self.key = self.session.get("visitor", "")

    def headers(self) -> dict[str, str]:
        key = getattr(self, "key", "")
        return {"Origin": self.origin, **({"Authorization": f"Bearer {key}"} if key else {})}

    def address(self, what: str) -> str:
        return f"/contact/chat/{self.inbox.token}/{what}"

    def post(self, what: str, said: Any) -> Any:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.client.post(
            self.address(what), body, content_type="application/json", headers=self.headers()
        )

    def write(self, text: str = "", *, client_id: str = "", process: bool = True, **said: Any) -> Any:
        client_id = client_id or f"client-{next(_ids):06d}"
        answer = self.post("messages", {"id": client_id, "text": text, **said})
        if process:
            process_waiting()
        return answer

    def upload(self, content: bytes, name: str = "note.txt", content_type: str = "text/plain") -> Any:
        address = f"{self.address('files')}?name={name}"
        return self.client.post(address, content, content_type=content_type, headers=self.headers())

    def read(self, **query: Any) -> list[dict[str, Any]]:
        return self.client.get(self.address("messages"), query, headers=self.headers()).json()["messages"]

    def texts(self) -> list[tuple[str, str]]:
        return [(row["from"], row["text"]) for row in self.read()]
