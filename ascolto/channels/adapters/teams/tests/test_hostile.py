"""Whatever comes to the reading of Teams is refused with a 4xx, or read without an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.teams.adapter import adapter
from ascolto.channels.adapters.teams.tests.test_teams import WEBHOOK, sealed
from ascolto.channels.protocol import Message, RawDelivery, Refused
from ascolto.testing.conformance import RECEIVED_AT, account_for, check_event

ACCOUNT = account_for(adapter, WEBHOOK)
FREELY = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
NAMES = """type id from recipient conversation channelData text textFormat attachments contentType contentUrl content downloadUrl
    value reactionsAdded reactionsRemoved replyToId membersRemoved serviceUrl timestamp name aadObjectId role team
    channel"""
words = st.sampled_from(NAMES.split())
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | words
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=6),
    max_leaves=40,
)
KINDS = [
    "message",
    "messageUpdate",
    "messageDelete",
    "messageReaction",
    "conversationUpdate",
    "installationUpdate",
    "invoke",
]


def read(body: bytes) -> list[Any] | None:
    """What a sealed body tells; None when it is refused."""
    status = 200
    try:
        adapter.verify(ACCOUNT, sealed(body))
    except Refused as refusal:
        status = refusal.status
    assert status == 200 or 400 <= status < 500
    if status != 200:
        return None
    events = adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT))
    for event in events:
        check_event(event)
    return events


@FREELY
@given(anything, st.sampled_from(KINDS))
def test_any_activity_is_read(activity: Any, kind: str) -> None:
    told = {**activity, "type": kind} if isinstance(activity, dict) else activity
    assert read(json.dumps(told).encode())


@FREELY
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    read(body)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<at>Ascolto</at> ciao", "ciao"),
        ("<at>Ascolto</at>&nbsp;&egrave; gi&ugrave;", "è giù"),
        ('<at id="0">Nico Riva</at> guarda', "@Nico Riva guarda"),
        ("<p>uno</p><p>due<br>tre</p>", "uno\ndue\ntre"),
        ("3 &lt; 4 &amp; 5", "3 < 4 & 5"),
        ("<at>" * 9000, ""),
        ("<at " * 9000, ("<at " * 9000).strip()),
    ],
)
def test_texts_are_said_as_people_read_them(text: str, said: str) -> None:
    activity = {"type": "message", "id": "1", "text": text, "textFormat": "xml", "from": {"id": "29:1"}}
    activity |= {"conversation": {"id": "a:1"}, "recipient": {"id": "28:1", "name": "Ascolto"}}
    events = read(json.dumps(activity).encode())
    assert events is not None
    assert isinstance(events[0], Message)
    assert events[0].text == said
