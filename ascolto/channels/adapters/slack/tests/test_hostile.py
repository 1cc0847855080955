"""Whatever comes to Slack's and to Teams' reading is refused with a 4xx, or read without an exception."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.slack.adapter import adapter
from ascolto.channels.adapters.slack.markup import escaped, plain_text
from ascolto.channels.adapters.slack.tests.test_slack import VALUES, signed
from ascolto.channels.protocol import RawDelivery, Refused
from ascolto.testing.conformance import RECEIVED_AT, account_for, check_event

ACCOUNT = account_for(adapter, VALUES)
FREELY = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
NAMES = """type subtype event message previous_message item channel user ts thread_ts text files attachments edited reaction
    actions container bot_id app_id metadata event_payload authorizations sweep messages channel_type payload
    message_action block_actions message_changed message_deleted file_share reaction_added id url_private mimetype
    deleted_ts"""
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


def offered(body: bytes) -> bool:
    """Whether a signed body is accepted; then everything in it is read, and must be well formed."""
    request, status = signed(body), 200
    try:
        adapter.verify(ACCOUNT, request)
        adapter.acknowledge(ACCOUNT, request)
    except Refused as refusal:
        status = refusal.status
    assert status == 200 or 400 <= status < 500
    if status != 200:
        return False
    for event in adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT)):
        check_event(event)
    return True


@FREELY
@given(anything, st.sampled_from(["message", "app_mention", "reaction_added", "app_uninstalled", "x"]))
def test_any_event_is_read(event: Any, kind: str) -> None:
    told = {**event, "type": kind} if isinstance(event, dict) else event
    assert offered(json.dumps({"type": "event_callback", "event": told}).encode())


@FREELY
@given(anything, st.sampled_from(["block_actions", "message_action", "view_submission", "x"]))
def test_any_form_is_read(payload: Any, kind: str) -> None:
    told = {**payload, "type": kind} if isinstance(payload, dict) else payload
    offered(urlencode({"payload": json.dumps(told)}).encode())


@FREELY
@given(st.binary(max_size=200), st.sampled_from([b"", b"payload=", b"token=x&command=", b"{"]))
def test_any_bytes_are_refused_or_read(body: bytes, before: bytes) -> None:
    offered(before + body)


def test_deep_wide_and_endless_bodies_are_refused_or_read() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert not offered(f'{{"event": {deep}}}'.encode())
    assert not offered(urlencode({"payload": deep}).encode())
    assert not offered(b"a=1&" * 50_000)
    assert offered(json.dumps({"sweep": {"messages": [{}] * 20_000}}).encode())
    event = {"type": "message", "channel": "C0", "user": "U0", "ts": "1.1", "text": "<" * 100_000}
    assert offered(json.dumps({"event": event}).encode())


@FREELY
@given(st.text(max_size=300))
def test_what_we_write_is_read_back_as_it_was(text: str) -> None:
    assert plain_text(escaped(text)) == text


def test_what_slack_writes_is_said_as_people_read_it() -> None:
    said = {
        "<https://telvia.example|the site>": "the site (https://telvia.example)",
        "<https://telvia.example>": "https://telvia.example",
        "<https://telvia.example|telvia.example>": "https://telvia.example",
        "<mailto:sara@telvia.example|sara@telvia.example>": "sara@telvia.example",
        "<@U0SARA>": "@U0SARA",
        "<@U0SARA|sara>": "@sara",
        "<#C0NETOPS|netops>": "#netops",
        "<!here>": "@here",
        "<!subteam^S1|@reti>": "@reti",
        "<!date^1|{date}|22 November>": "{date}|22 November",
        "a &lt; b &amp;&amp; c": "a < b && c",
        "<>": "",
    }
    assert {text: plain_text(text) for text in said} == said
