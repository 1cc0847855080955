"""Thousands of bodies that nobody wishes: refused with a 4xx, or read without an exception."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.telegram.adapter import adapter
from ascolto.channels.adapters.telegram.tests.test_telegram import ACCOUNT, VALUES
from ascolto.channels.protocol import RawDelivery, Refused
from ascolto.testing.conformance import RECEIVED_AT, check_event, hook

BODIES = [
    path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "fixtures").glob("*.json"))
    if path.name != "expected.json"
]
FREELY = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
NAMES = """update_id message edited_message business_message callback_query message_reaction my_chat_member business_connection
    deleted_business_messages guest_message chat from id type text caption date edit_date photo file_id document sticker location poll
    options reply_to_message message_id quote sender_chat media_group_id new_chat_member status user new_reaction emoji message_ids
    migrate_to_chat_id direct_messages_topic topic_id is_direct_messages entities url reply_markup inline_keyboard data contact"""
words = st.sampled_from(NAMES.split())
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | words
    | st.floats(allow_nan=False, allow_infinity=False)
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=40,
)


def offered(body: bytes) -> bool:
    """Whether a genuine body is accepted; then everything in it is read, and must be well formed."""
    status = 200
    try:
        adapter.verify(ACCOUNT, hook(body, {"x-telegram-bot-api-secret-token": VALUES["hook_secret"]}))
    except Refused as refusal:
        status = refusal.status
    assert status in {200, 400}
    if status != 200:
        return False
    for event in adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT)):
        check_event(event)
    return True


def test_thousands_of_damaged_updates_are_refused_or_read() -> None:
    dice = random.Random(20261122)
    accepted = 0
    for _ in range(3000):
        body = bytearray(dice.choice(BODIES))
        for _ in range(dice.randrange(1, 5)):
            place, damage = dice.randrange(len(body) or 1), dice.randrange(3)
            if damage == 0 and body:
                body[place] = dice.randrange(256)
            elif damage == 1:
                del body[place : place + dice.randrange(1, 40)]
            else:
                body[place:place] = dice.choice((b"null", b'"', b"{", b"]", b"\x00", b"\\ud800", b"9" * 400))
        accepted += offered(bytes(body))
    assert 100 < accepted < 2900  # both ways were taken


@FREELY
@given(
    anything,
    st.sampled_from(
        [
            "message",
            "edited_message",
            "business_message",
            "callback_query",
            "message_reaction",
            "my_chat_member",
            "business_connection",
        ]
    ),
)
def test_any_element_is_read_without_an_exception(element: Any, name: str) -> None:
    document = {"update_id": 1, name: element}
    assert offered(json.dumps(document).encode())
