"""What the tests of composing share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ascolto.accounts.models import Agent
from ascolto.composing.actions.rules import change_rule
from ascolto.composing.models import ApprovalRule
from ascolto.composing.reply import Reply
from ascolto.kit.clock import now
from ascolto.testing.factories import Cast, make_cast

TEXTS = {
    "a megabyte": "x" * 1_000_000,
    "nothing to see": "\u200b\u200d\ufeff" * 5_000,
    "right to left": "\u202eשלום\u202c مرحبا " * 2_000,
    "zalgo": ("e" + "\u0301\u0489" * 40) * 500,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 10_000,
    "not a character": "a\x00b",
    "half a character": "a\ud83d b",
    "a page": "<script>alert(1)</script>{{ 7*7 }}" * 100,
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def as_() -> Callable[[Agent], Client]:
    """A browser in which this person is signed in."""

    def signed_in(agent: Agent) -> Client:
        client = Client()
        client.force_login(agent)
        return client

    return signed_in


@pytest.fixture
def four_eyes(cast: Cast) -> ApprovalRule:
    """What Marco answers from the inbox is approved by somebody else."""
    change_rule(by=cast.anna, account=cast.inbox, is_on=True)
    return ApprovalRule.objects.get()


def reply(text: str = "The technician comes tomorrow.", **fields: Any) -> Reply:
    """An answer to Giulia."""
    return Reply(text=text, visibility=fields.pop("visibility", "private"), **fields)


def later(**delta: float) -> Reply:
    """The same, planned for a time."""
    return reply(leave_at=now() + timedelta(**(delta or {"hours": 2})))
