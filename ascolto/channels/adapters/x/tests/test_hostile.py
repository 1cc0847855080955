"""Thousands of bodies that nobody wishes: refused with a 4xx, or read without an exception."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.x.adapter import adapter
from ascolto.channels.adapters.x.tests.test_x import ACCOUNT, US, signed
from ascolto.channels.protocol import RawDelivery, Refused
from ascolto.testing.conformance import RECEIVED_AT, check_event

BODIES = [
    path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "fixtures").glob("*.json"))
    if path.name != "expected.json"
]
FREELY = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
NAMES = """data event_type payload includes filter user_id users tweets media id id_str author_id text created_at referenced_tweets type
    in_reply_to_user_id entities mentions user_mentions edit_history_tweet_ids note_tweet attachments media_keys for_user_id
    tweet_create_events direct_message_events message_create sender_id target recipient_id message_data user screen_name
    extended_tweet quoted_status full_text block_events source user_event revoke polled dm_conversation_id participant_ids"""
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
        adapter.verify(ACCOUNT, signed(body))
    except Refused as refusal:
        status = refusal.status
    assert status in {200, 400}
    if status != 200:
        return False
    for event in adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT)):
        check_event(event)
    return True


def test_thousands_of_damaged_deliveries_are_refused_or_read() -> None:
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
            "post.mention.create",
            "post.create",
            "dm.received",
            "dm.read",
            "chat.received",
            "block.block",
            "oauth.revoke",
            "post.delete",
        ]
    ),
)
def test_any_element_is_read_without_an_exception(element: Any, name: str) -> None:
    document = {"data": {"event_type": name, "filter": {"user_id": US}, "payload": element}}
    assert offered(json.dumps(document).encode())


@FREELY
@given(anything, st.sampled_from(["tweet_create_events", "direct_message_events", "block_events", "users"]))
def test_any_element_of_the_older_format_is_read_without_an_exception(element: Any, name: str) -> None:
    assert offered(json.dumps({"for_user_id": US, name: [element]}).encode())


@FREELY
@given(anything, anything, st.sampled_from(["post", "dm", "else"]))
def test_anything_that_was_polled_is_read_without_an_exception(
    element: Any, includes: Any, name: str
) -> None:
    document = {"for_user_id": US, "polled": name, "data": element, "includes": includes}
    raw = RawDelivery(body=json.dumps(document).encode(), headers={}, received_at=RECEIVED_AT, source="poll")
    for event in adapter.parse(ACCOUNT, raw):
        check_event(event)
