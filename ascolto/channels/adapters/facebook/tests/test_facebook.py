"""The conformance suite on the Facebook adapter."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from ascolto.channels.adapters.facebook.adapter import adapter
from ascolto.channels.protocol import Account, Handle, HookRequest, Inbound, Message, Outgoing
from ascolto.testing.conformance import AdapterConformance, account_for, check_event, hook

SECRET = "5b0c4d5f-app-secret"
VALUES = {
    "app_secret": SECRET,
    "verify_token": "telvia-verifies",
    "access_token": "EAAtelvia",
    "page_id": "101275806400438",
}


def signed(body: bytes, secret: str = SECRET) -> HookRequest:
    """A delivery as Meta signs it."""
    seal = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hook(body, {"x-hub-signature-256": f"sha256={seal}"})


def whose(content: bytes) -> str:
    """The page or account that a collected delivery is for: each was recorded somewhere else."""
    try:
        entry = json.loads(content)["entry"][0]
    except (ValueError, LookupError, TypeError):
        return ""
    told = str(entry.get("id", "")) if isinstance(entry, dict) else ""
    return told if told not in {"", "0"} else ""


class TestFacebook(AdapterConformance):
    adapter = adapter
    values = VALUES
    collected_in = "facebook_feed"
    not_deliveries = ("error_", "signature_vectors")

    def genuine(self, body: bytes) -> HookRequest:
        return signed(body)

    def values_for(self, base_url: str) -> Mapping[str, str]:
        return {**VALUES, "api_base": base_url}

    def outgoing(self) -> Outgoing:
        return replace(
            super().outgoing(),
            recipient=(Handle("facebook", "7301946628113"),),
            from_public=True,
            reply_to="5501_9001",
            extra={"item": "comment"},
        )

    @cached_property
    def recorded_for(self) -> dict[str, Account]:
        """An account for each collected delivery: every one was recorded somewhere else."""
        owners = {name: whose(content) for name, content in self.shared_fixtures().items()}
        made = {own: account_for(adapter, {**VALUES, "page_id": own}) for own in owners.values() if own}
        return {name: made[own] for name, own in owners.items() if own}

    def parse(self, name: str, content: bytes) -> list[Inbound]:
        account = self.account if name in self.own_fixtures() else self.recorded_for.get(name, self.account)
        events = adapter.parse(account, self.delivery(name, content))
        for event in events:
            check_event(event)
        return events

    def test_a_review_has_its_own_time_even_in_a_delivery_that_says_an_older_one(self) -> None:
        value = {
            "item": "rating",
            "verb": "add",
            "open_graph_story_id": 77,
            "reviewer_id": 5,
            "created_time": 1537369512,
        }
        entry = {"id": VALUES["page_id"], "time": 1448795002}
        body = {"object": "page", "entry": [{**entry, "changes": [{"field": "ratings", "value": value}]}]}
        (review,) = self.parse("review", json.dumps(body).encode())
        assert isinstance(review, Message)
        assert review.occurred_at == datetime(2018, 9, 19, 15, 5, 12, tzinfo=UTC)
