"""Thousands of bodies that nobody wishes: refused with a 4xx, or read without an exception."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.whatsapp.adapter import adapter
from ascolto.channels.adapters.whatsapp.tests.test_whatsapp import VALUES, signed
from ascolto.channels.protocol import RawDelivery, Refused
from ascolto.testing.conformance import RECEIVED_AT, account_for, check_event

ACCOUNT = account_for(adapter, VALUES)
BODIES = [
    path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "fixtures").glob("*.json"))
    if path.name != "expected.json"
]
DOCUMENTS = [json.loads(body) for body in BODIES]
FREELY = settings(
    max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)

NAMES = """messages statuses contacts errors message_echoes user_preferences calls user_id_update type text image interactive
    system edit revoke reaction order location id from to timestamp body status wa_id user_id value changes entry
    nfm_reply button_reply response_json message_id original_message_id metadata standby"""
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


def test_five_thousand_damaged_bodies_are_refused_or_read() -> None:
    dice = random.Random(20261122)
    accepted = 0
    for _ in range(5000):
        body = bytearray(dice.choice(BODIES))
        damage = dice.randrange(4)
        if damage == 0:
            del body[dice.randrange(len(body)) :]
        for _ in range(dice.randrange(1, 6) if damage else 0):
            place = dice.randrange(len(body) or 1)
            if damage == 1 and body:
                body[place] = dice.randrange(256)
            elif damage == 2:
                del body[place : place + dice.randrange(1, 40)]
            else:
                body[place:place] = dice.choice(
                    (b"null", b'"', b"{", b"]", b"\x00", b"\\ud800", b"9" * 400, b"[[[[")
                )
        accepted += offered(bytes(body))
    assert 200 < accepted < 4800  # both ways were taken


def test_deep_wide_and_endless_bodies_are_refused_or_read() -> None:
    deep = b'{"entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    wide = json.dumps({"entry": [{"changes": [{"value": {"messages": [{}] * 20_000}}]}]}).encode()
    extra = {
        "type": "order",
        "from": "39347000000",
        "id": "w",
        "order": {str(n): "x" * 10 for n in range(50_000)},
    }
    heavy = json.dumps({"entry": [{"changes": [{"value": {"messages": [extra]}}]}]}).encode()
    nested: Any = "x"
    for _ in range(90):
        nested = {"a": nested, "b": [nested] if _ < 10 else []}
    inner = {
        "type": "interactive",
        "from": "39347000000",
        "id": "w",
        "interactive": {"type": "z", "z": nested},
    }
    assert not offered(deep)
    assert offered(wide)
    assert offered(heavy)
    assert offered(json.dumps({"entry": [{"changes": [{"value": {"messages": [inner]}}]}]}).encode())


@FREELY
@given(
    anything,
    st.sampled_from(
        ["messages", "statuses", "message_echoes", "calls", "user_preferences", "user_id_update"]
    ),
)
def test_any_element_is_read_without_an_exception(element: Any, key: str) -> None:
    document = {"entry": [{"changes": [{"field": "messages", "value": {key: [element]}}]}]}
    assert offered(json.dumps(document).encode())


@FREELY
@given(st.sampled_from(DOCUMENTS), st.data())
def test_any_node_may_be_anything(document: Any, data: st.DataObject) -> None:
    assert offered(json.dumps(_with_one_node_changed(document, data)).encode())


def _with_one_node_changed(document: Any, data: st.DataObject) -> Any:
    """A copy in which one node, found by walking down, is something else; never the outermost."""
    if isinstance(document, dict) and document:
        key = data.draw(st.sampled_from(sorted(document)))
        stop = data.draw(st.integers(0, 4)) == 0
        return {**document, key: data.draw(anything) if stop else _with_one_node_changed(document[key], data)}
    if isinstance(document, list) and document:
        place = data.draw(st.integers(0, len(document) - 1))
        return [*document[:place], _with_one_node_changed(document[place], data), *document[place + 1 :]]
    return data.draw(anything)


@FREELY
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    offered(body)
