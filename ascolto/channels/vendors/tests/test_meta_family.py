"""One Meta app, one hook address, three inboxes: each reads its own, and what nobody reads is kept."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.adapters.facebook.adapter import adapter as facebook
from ascolto.channels.adapters.instagram.adapter import adapter as instagram
from ascolto.channels.adapters.messenger.adapter import adapter as messenger
from ascolto.channels.protocol import (
    Account,
    Adapter,
    BadSignature,
    ConfigError,
    Ignored,
    Message,
    RawDelivery,
    ReadUpTo,
    Unsupported,
    read_config,
)
from ascolto.channels.vendors import meta, meta_elements, meta_messaging, meta_talk
from ascolto.testing.conformance import RECEIVED_AT, account_for, hook
from ascolto.testing.wellformed import check_event

SHARED = {"app_secret": "5b0c4d5f-app-secret", "verify_token": "word", "access_token": "EAAtelvia"}
PAGE, OTHER, IG = "101275806400438", "999", "17841405822304914"
HOUSE: dict[str, tuple[Adapter, Account]] = {
    "facebook": (facebook, account_for(facebook, {**SHARED, "page_id": PAGE})),
    "messenger": (messenger, account_for(messenger, {**SHARED, "page_id": PAGE})),
    "instagram": (instagram, account_for(instagram, {**SHARED, "instagram_id": IG})),
}


def page_entry(page: str = PAGE, **content: Any) -> dict[str, Any]:
    return {"id": page, "time": 1795338000, **content}


def delivery(*entries: Any, of: str = "page") -> bytes:
    return json.dumps({"object": of, "entry": list(entries)}).encode()


COMMENT = {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": "1_2", "post_id": "1"}}
WRITTEN = {"sender": {"id": "5001"}, "recipient": {"id": PAGE}, "timestamp": 1795338000000}
WRITTEN |= {"message": {"mid": "m_1", "text": "Ciao"}}
SAID = {"field": "comments", "value": {"id": "179", "text": "Ciao", "from": {"id": "56"}}}


def parsed(kind: str, body: bytes) -> list[Any]:
    adapter, account = HOUSE[kind]
    return adapter.parse(account, RawDelivery(body=body, headers={}, received_at=RECEIVED_AT))


def concerned(body: bytes) -> set[str]:
    return {kind for kind, (adapter, account) in HOUSE.items() if adapter.concerns(account, body)}


def test_inboxes_of_one_app_share_a_group_and_those_of_another_do_not() -> None:
    groups = {adapter.hook_group(account.config) for adapter, account in HOUSE.values()}
    assert len(groups) == 1
    other = read_config(messenger.Config, {**SHARED, "app_secret": "another", "page_id": PAGE})
    assert messenger.hook_group(other) not in groups
    assert SHARED["app_secret"] not in groups.pop()


@pytest.mark.parametrize(
    ("body", "who"),
    [
        (delivery(page_entry(changes=[COMMENT])), {"facebook"}),
        (delivery(page_entry(messaging=[WRITTEN])), {"messenger"}),
        (delivery(page_entry(standby=[WRITTEN])), {"messenger"}),
        (delivery(page_entry(changes=[COMMENT], messaging=[WRITTEN])), {"facebook", "messenger"}),
        (delivery(page_entry(OTHER, changes=[COMMENT])), set()),
        (delivery(page_entry(OTHER, changes=[COMMENT]), page_entry(changes=[COMMENT])), {"facebook"}),
        (delivery(page_entry(IG, changes=[SAID]), of="instagram"), {"instagram"}),
        (delivery(page_entry(IG, messaging=[WRITTEN]), of="instagram"), {"instagram"}),
        (delivery(page_entry("18", changes=[SAID]), of="instagram"), set()),
        (delivery(page_entry("0", changes=[SAID]), of="instagram"), {"instagram"}),
        (b"not json", set()),
        (b"[7]", set()),
    ],
)
def test_whom_a_delivery_concerns(body, who) -> None:
    assert concerned(body) == who


def test_what_reaches_the_wrong_inbox_says_which_one_is_missing() -> None:
    (private,) = parsed("facebook", delivery(page_entry(messaging=[WRITTEN])))
    assert private == Unsupported(what="a Messenger message: connect Messenger for this page")
    (public,) = parsed("messenger", delivery(page_entry(changes=[COMMENT])))
    assert public == Unsupported(what="feed: connect Facebook for this page")
    for kind in ("facebook", "messenger"):
        assert parsed(kind, delivery(page_entry(IG, changes=[SAID]), of="instagram")) == [
            Unsupported(what="a delivery for instagram")
        ]


def test_an_entry_of_another_page_is_left_to_its_own_inbox() -> None:
    body = delivery(page_entry(OTHER, changes=[COMMENT]), page_entry(changes=[COMMENT]))
    stranger, own = parsed("facebook", body)
    assert stranger == Ignored(what="for another page")
    assert isinstance(own, Message)


def test_only_who_knows_the_secret_and_the_word_is_let_in() -> None:
    body = delivery(page_entry(changes=[COMMENT]))
    seal = "sha256=" + hmac.digest(SHARED["app_secret"].encode(), body, "sha256").hex()
    for adapter, account in HOUSE.values():
        adapter.verify(account, hook(body, {"x-hub-signature-256": seal}))
        with pytest.raises(BadSignature):
            adapter.verify(account, hook(body + b" ", {"x-hub-signature-256": seal}))
        query = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "4711"}
        assert adapter.handshake(account, hook(b"", method="GET", query=query)).body == b"4711"
        with pytest.raises(BadSignature):
            adapter.handshake(account, hook(b"", method="GET", query={**query, "hub.verify_token": "guess"}))


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    """Meta writes what is not ASCII as \\uXXXX: whoever reads and writes the JSON again gets another signature."""
    raw = b'{"object":"page","entry":[{"id":"1","messaging":[{"message":{"text":"\\u00e8 gi\\u00f9"}}]}]}'
    seal = "sha256=" + hmac.digest(SHARED["app_secret"].encode(), raw, "sha256").hex()
    _, account = HOUSE["messenger"]
    messenger.verify(account, hook(raw, {"x-hub-signature-256": seal}))
    again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    with pytest.raises(BadSignature):
        messenger.verify(account, hook(again, {"x-hub-signature-256": seal}))


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        (1795338000500, 1795338000.5),
        ("1795338000500", 1795338000.5),
        (1795338000, 1795338000),
        ("2026-11-22T09:00:00+0000", 1795338000),
        ("2026-11-22T10:00:00+01:00", 1795338000),
    ],
)
def test_times_come_in_milliseconds_seconds_and_as_text(stamp, seconds) -> None:
    (event,) = parsed("messenger", delivery(page_entry(messaging=[{**WRITTEN, "timestamp": stamp}])))
    assert event.occurred_at.timestamp() == pytest.approx(seconds)


def test_a_message_without_a_time_has_that_of_its_delivery() -> None:
    element = {name: value for name, value in WRITTEN.items() if name != "timestamp"}
    (event,) = parsed("messenger", delivery(page_entry(messaging=[element])))
    assert event.occurred_at.timestamp() == 1795338000


def test_a_watermark_in_seconds_is_a_watermark() -> None:
    told = {"sender": {"id": 5001}, "recipient": {"id": PAGE}, "read": {"watermark": "1795337999"}}
    (event,) = parsed("messenger", delivery(page_entry(messaging=[told])))
    assert isinstance(event, ReadUpTo)
    assert event.until.timestamp() == 1795337999
    assert event.sender.handles[0].value == "5001"


def test_a_button_that_is_touched_twice_is_two_messages_and_told_twice_one() -> None:
    def touched(stamp: int) -> str:
        element = {"sender": {"id": "5001"}, "recipient": {"id": PAGE}, "timestamp": stamp}
        element["postback"] = {"title": "Inizia", "payload": "START"}
        (event,) = parsed("messenger", delivery(page_entry(messaging=[element])))
        return event.external_id

    assert touched(1795338000000) == touched(1795338000000) != touched(1795338000001)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_id", "../me"),
        ("page_id", ".."),
        ("page_id", "101 275"),
        ("access_token", "EAA telvia"),
        ("api_base", "ftp://graph.example"),
        ("api_version", "25"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(name, value) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(facebook.Config, {**SHARED, "page_id": PAGE, name: value})
    assert refusal.value.field == name


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
NAMES = [*meta_elements.READERS, "sender", "recipient", "timestamp"]


@settings(deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(NAMES), anything, max_size=4))
def test_whatever_an_element_holds_it_becomes_events(element) -> None:
    talk = meta_talk.Talk("messenger", PAGE, RECEIVED_AT)
    found = meta_messaging.read_element(element, talk)
    assert found
    for event in found:
        check_event(event)


def test_a_gateway_may_leave_the_envelope_out() -> None:
    assert [type(event) for event in parsed("messenger", json.dumps({"messaging": WRITTEN}).encode())] == [
        Message
    ]
    nested = {"messaging": [{"id": PAGE, "time": 1, "messaging": [WRITTEN]}]}
    assert [type(event) for event in parsed("messenger", json.dumps(nested).encode())] == [Message]
    assert not list(meta.entries_of({"entry": 7}))


def test_messages_within_messages_within_messages_are_not_followed() -> None:
    deep: Any = WRITTEN
    for _ in range(400):
        deep = {"messaging": [deep]}
    assert [type(event) for event in parsed("messenger", json.dumps(deep).encode())] == [Unsupported]
    assert concerned(json.dumps(deep).encode()) >= {"messenger"}


def test_forms_that_messenger_shows_are_messages_with_their_answers() -> None:
    question = {"type": "csat", "payload": "4", "follow_up": {"type": "free_form", "payload": "Gentili"}}
    feedback = {"feedback_screens": [{"screen_id": 0, "questions": {"q1": question}}]}
    answers = {"screens": [{"screen_id": "s", "responses": [{"key": "email", "value": "g@conti.example"}]}]}
    ends = {name: value for name, value in WRITTEN.items() if name != "message"}
    elements = [{**ends, "messaging_feedback": feedback}, {**ends, "messaging_customer_information": answers}]
    found = parsed(
        "messenger", delivery(page_entry(messaging=[*elements, {**ends, "messaging_feedback": {}}]))
    )
    assert [event.text for event in found[:2]] == ["CSAT: 4\nGentili", "email: g@conti.example"]
    assert [event.kind for event in found[:2]] == ["form", "form"]
    assert isinstance(found[2], Unsupported)


def test_what_we_did_ourselves_is_never_a_customers_even_if_no_flag_says_so() -> None:
    ours = {"sender": {"id": PAGE}, "recipient": {"id": "5001"}, "timestamp": 1795338000000}
    said, edited, removed, reacted = parsed(
        "messenger",
        delivery(
            page_entry(
                messaging=[
                    {**ours, "message": {"mid": "m_9", "text": "Ci penso io"}},
                    {**ours, "message_edit": {"mid": "m_9", "text": "Ci pensiamo noi", "num_edit": 1}},
                    {**ours, "message": {"mid": "m_9", "is_deleted": True}},
                    {**ours, "reaction": {"mid": "m_1", "action": "react", "emoji": "❤"}},
                ]
            )
        ),
    )
    assert said.outgoing
    assert {event.sender.handles[0].value for event in (said, edited, removed)} == {"5001"}
    assert isinstance(reacted, Ignored)


def test_a_video_that_facebook_blocks_and_an_album_without_a_post_are_classified() -> None:
    values = [
        {"item": "video", "verb": "block", "video_id": 7, "from": {"id": PAGE}},
        {"item": "album", "verb": "add", "album_id": 8, "sender_id": PAGE},
        {
            "item": "event",
            "verb": "add",
            "event_id": 9,
            "sender_id": "7301",
            "story": "Giulia plans a visit.",
        },
        {"item": "photo", "verb": "hide", "sender_id": "7301"},
        {"item": "post", "verb": "add", "sender_id": "7301"},
    ]
    body = delivery(page_entry(changes=[{"field": "feed", "value": value} for value in values]))
    found = parsed("facebook", body)
    assert [type(event) for event in found] == [Ignored, Ignored, Message, Ignored, Unsupported]


def test_two_pages_of_ours_that_write_to_each_other_keep_their_own_sides() -> None:
    element = {"sender": {"id": PAGE}, "recipient": {"id": OTHER}, "timestamp": 1795338000000}
    entry = page_entry(OTHER, messaging=[{**element, "message": {"mid": "m_5", "text": "Ciao"}}])
    (heard,) = parsed("messenger", delivery(entry))  # where the other page has no inbox, it is heard here
    assert isinstance(heard, Message)
    assert heard.sender.handles[0].value == PAGE
    assert concerned(delivery(entry)) == set()


def test_what_comes_for_a_page_that_no_inbox_names_is_not_lost() -> None:
    (comment,) = parsed("facebook", delivery(page_entry(OTHER, changes=[COMMENT])))
    assert isinstance(comment, Message)
    assert not comment.outgoing
