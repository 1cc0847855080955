"""What single deliveries say, beyond their kind (that is fixtures/expected.json)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ascolto.channels.adapters.whatsapp.adapter import adapter
from ascolto.channels.adapters.whatsapp.errors import failure_of
from ascolto.channels.adapters.whatsapp.tests.test_whatsapp import VALUES, signed
from ascolto.channels.protocol import (
    Amended,
    BadSignature,
    ConfigError,
    ConsentChanged,
    Edited,
    ErrorClass,
    Handle,
    HandleChanged,
    HookRequest,
    Ignored,
    Inbound,
    Malformed,
    Message,
    RawDelivery,
    Reacted,
    Receipt,
    Removed,
    Unsupported,
    read_config,
)
from ascolto.testing.conformance import account_for, hook

FIXTURES = Path(__file__).parents[1] / "fixtures"
RECEIVED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ACCOUNT = account_for(adapter, VALUES)
GIULIA = (Handle("whatsapp", "IT.81730446591"), Handle("phone", "+393471234567"))


def parsed(body: bytes) -> list[Inbound]:
    return adapter.parse(ACCOUNT, RawDelivery(body=body, headers={}, received_at=RECEIVED))


def fixture(name: str) -> list[Inbound]:
    return parsed((FIXTURES / f"{name}.json").read_bytes())


def only(name: str) -> Any:
    (event,) = fixture(name)
    return event


def delivered(*elements: dict[str, Any], key: str = "messages", **value: Any) -> list[Inbound]:
    change = {"field": "messages", "value": {key: list(elements), **value}}
    return parsed(json.dumps({"entry": [{"changes": [change]}]}).encode())


# --- messages ---------------------------------------------------------------------------------------------------------


def test_giulia_is_known_by_her_user_id_first_and_her_number_second() -> None:
    message = only("text")
    assert message.sender.handles == GIULIA
    assert message.sender.name == "Giulia Conti"
    assert message.text.endswith("🙏")
    assert message.occurred_at == datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC)
    assert (message.outgoing, message.automatic, message.extra) == (False, False, {})


def test_one_without_a_number_is_known_by_her_user_id_alone() -> None:
    assert only("username_only").sender.handles == (Handle("whatsapp", "IT.81730446591"),)


def test_a_lone_contact_is_not_tied_to_somebody_else() -> None:
    contact = {"wa_id": "393400000000", "user_id": "IT.other", "profile": {"name": "Other"}}
    text = {"from": "393471234567", "id": "wamid.1", "type": "text", "text": {"body": "x"}}
    (message,) = delivered(text, contacts=[contact])
    assert isinstance(message, Message)
    assert message.sender.handles == (Handle("phone", "+393471234567"),)
    assert message.sender.name == ""
    (named,) = delivered(text, contacts=[{"user_id": "IT.1", "profile": {"username": "giulia.c"}}])
    assert isinstance(named, Message)
    assert named.sender.handles == (Handle("whatsapp", "IT.1"), Handle("phone", "+393471234567"))
    assert named.sender.name == "giulia.c"


def test_thousands_in_one_body_keep_their_names() -> None:
    numbers = [f"3934{number:08d}" for number in range(4000)]
    people = [{"profile": {"name": f"Giulia {number}"}, "wa_id": number} for number in numbers]
    texts = [{"from": n, "id": f"wamid.{n}", "type": "text", "text": {"body": "Ciao"}} for n in numbers]
    found = delivered(*texts, contacts=people)
    assert [message.sender.name for message in found] == [f"Giulia {number}" for number in numbers]


def test_two_people_in_one_body_stay_two() -> None:
    messages = [event for event in fixture("two_people_two_entries") if isinstance(event, Message)]
    assert [(message.sender.name, message.text) for message in messages][:2] == [
        ("Paolo", "Sono Paolo"),
        ("Giulia Conti", "Sono Giulia"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("image", "La spia del modem è rossa"),
        ("document", "Perché 60 euro?"),
        ("location", "Casa\nVia Torino 4, Milano\n45.4642, 9.19"),
        ("contacts", "Paolo Conti, +39 347 765 4321, paolo@conti.example"),
        ("button", "Confermo"),
        ("button_reply", "Sì, funziona"),
        ("list_reply", "Domani, 9–12"),
        ("form", "indirizzo: Via Torino 4\nurgente: true"),
        ("order", "Anche il sabato?\n2 × router-ax — 59.9 EUR"),
        ("type_of_tomorrow", "Guardate"),
        ("call_permission", "📞 ✓"),
    ],
)
def test_every_kind_has_words_that_an_agent_can_read_and_search(name, text) -> None:
    assert only(name).text == text


@pytest.mark.parametrize(
    ("name", "file", "content_type", "media_id"),
    [
        ("image", "image.jpg", "image/jpeg", "4711000001"),
        ("voice", "voice.ogg", "audio/ogg", "4711000003"),
        ("document", "bolletta-ottobre.pdf", "application/pdf", "4711000005"),
        ("sticker", "sticker.webp", "image/webp", "4711000006"),
    ],
)
def test_a_file_is_named_and_can_be_fetched(name, file, content_type, media_id) -> None:
    (media,) = only(name).attachments
    assert (media.name, media.content_type, media.remote["id"]) == (file, content_type, media_id)


def test_how_a_message_came_about_is_kept() -> None:
    assert only("reply_forwarded").replies_to == ("wamid.telvia-answer",)
    assert only("reply_forwarded").extra == {"forwarded": "often"}
    assert only("advertisement").extra["referral"]["headline"] == "Fibra a 24,90"
    assert only("product_question").extra["product"]["product_retailer_id"] == "router-ax"
    assert only("group").extra == {"group_id": "120363040471100000"}
    assert only("standby").extra == {"standby": True}
    assert only("button").extra == {"payload": "confirm-4711"}
    assert only("unsupported").extra["type"] == "poll_creation"


def test_a_message_to_another_number_of_the_account_remembers_which() -> None:
    text = {"from": "393471234567", "id": "wamid.1", "type": "text", "text": {"body": "x"}}
    (other,) = delivered(text, metadata={"phone_number_id": "999"})
    assert isinstance(other, Message)
    assert other.extra == {"phone_number_id": "999"}
    (odd,) = delivered(text, metadata={"phone_number_id": "../999"})
    assert isinstance(odd, Message)
    assert odd.extra == {}


def test_bad_neighbours_hurt_nobody() -> None:
    assert [event.text for event in fixture("bad_neighbours") if isinstance(event, Message)] == [
        "senza id",
        "Io resto",
    ]


@pytest.mark.parametrize(
    "stamp", [None, "", "soon", "99999999999999999999", -(10**12), True, [], "1e400", "nan"]
)
def test_a_time_that_is_none_is_the_time_of_arrival(stamp) -> None:
    text = {
        "from": "393471234567",
        "id": "wamid.1",
        "timestamp": stamp,
        "type": "text",
        "text": {"body": "x"},
    }
    (message,) = delivered(text)
    assert isinstance(message, Message)
    assert message.occurred_at == RECEIVED


def test_a_message_from_the_far_future_is_of_now() -> None:
    ahead = int((RECEIVED + timedelta(days=400)).timestamp())
    text = {
        "from": "393471234567",
        "id": "wamid.1",
        "timestamp": ahead,
        "type": "text",
        "text": {"body": "x"},
    }
    (message,) = delivered(text)
    assert isinstance(message, Message)
    assert message.occurred_at == RECEIVED


def test_half_an_emoji_and_control_characters_are_repaired() -> None:
    text = {"from": "393471234567", "id": "wamid.1", "type": "text", "text": {"body": "ciao \ud83d\x00!"}}
    request = signed(
        json.dumps({"entry": [{"changes": [{"field": "messages", "value": {"messages": [text]}}]}]}).encode()
    )
    adapter.verify(ACCOUNT, request)
    (message,) = parsed(request.body)
    assert isinstance(message, Message)
    assert message.text == "ciao ?!"


# --- news of messages and people --------------------------------------------------------------------------------------


def test_edits_and_revokes_name_the_message_that_they_change() -> None:
    edit, caption, revoke = only("edit"), only("edit_caption"), only("revoke")
    assert isinstance(edit, Edited)
    assert isinstance(revoke, Removed)
    assert (edit.external_id, edit.text) == (
        "wamid.telvia-001",
        "Buongiorno, la fibra non va da ieri mattina.",
    )
    assert (caption.external_id, caption.text) == ("wamid.telvia-005", "La spia è verde")
    assert (revoke.external_id, revoke.sender.handles) == ("wamid.telvia-001", GIULIA)


def test_an_edit_without_a_new_text_does_not_erase_the_old_one() -> None:
    element = {
        "from": "393471234567",
        "id": "wamid.2",
        "type": "edit",
        "edit": {"original_message_id": "wamid.1"},
    }
    assert isinstance(delivered(element)[0], Unsupported)


def test_a_reaction_comes_and_goes() -> None:
    heart, nothing = only("reaction"), only("reaction_taken_away")
    assert isinstance(heart, Reacted)
    assert (heart.external_id, heart.emoji) == ("wamid.telvia-answer", "❤️")
    assert (nothing.external_id, nothing.emoji) == ("wamid.telvia-answer", "")


def test_what_colleagues_write_on_the_telephone_is_outgoing_and_belongs_to_giulia() -> None:
    message, edit, _, _ = fixture("echoes")
    assert isinstance(message, Message)
    assert isinstance(edit, Edited)
    assert message.outgoing
    assert message.sender.handles == GIULIA
    assert edit.text.endswith("alle 16.")


def test_a_new_number_or_user_id_belongs_to_the_same_person() -> None:
    number, by_system = only("number_changed"), only("user_id_changed")
    assert isinstance(number, HandleChanged)
    assert (number.old, number.new) == (GIULIA[1], Handle("phone", "+393499999999"))
    assert (by_system.old, by_system.new) == (GIULIA[0], Handle("whatsapp", "IT.222"))
    changes = [
        (event.old.value, event.new.value)
        for event in fixture("user_id_update")
        if isinstance(event, HandleChanged)
    ]
    assert changes == [("IT.81730446591", "IT.222"), ("IT.ENT.1", "IT.ENT.2")]


def test_a_new_number_brings_a_new_user_id_with_it() -> None:
    system = {"type": "user_changed_number", "wa_id": "393499999999", "user_id": "IT.222"}
    element = {
        "from": "393471234567",
        "from_user_id": "IT.111",
        "id": "wamid.1",
        "type": "system",
        "system": system,
    }
    changes = [
        (event.old.value, event.new.value) for event in delivered(element) if isinstance(event, HandleChanged)
    ]
    assert changes == [("+393471234567", "+393499999999"), ("IT.111", "IT.222")]


def test_a_customer_stops_and_resumes_marketing() -> None:
    stop, resume = fixture("preferences")
    assert isinstance(stop, ConsentChanged)
    assert isinstance(resume, ConsentChanged)
    assert (stop.granted, stop.scope, stop.sender.handles) == (False, "marketing", GIULIA)
    assert (resume.granted, resume.sender.handles) == (True, GIULIA)


def test_receipts_give_our_tracker_back_and_say_why_something_failed() -> None:
    receipts = fixture("statuses")
    assert all(isinstance(receipt, Receipt) and receipt.tracker == "17.Zx3" for receipt in receipts)
    failed = only("status_failed")
    assert failed.failure.error is ErrorClass.WINDOW_CLOSED
    assert failed.failure.code == "131047"
    assert failed.failure.reason.startswith("More than 24 hours")


@pytest.mark.parametrize("kind", ["call", "payment"])
def test_the_state_of_a_call_or_a_payment_is_not_the_messages(kind) -> None:
    element = {"id": "wamid.telvia-answer", "type": kind, "status": "failed", "timestamp": "1795338000"}
    assert delivered(element, key="statuses") == [Ignored(what=f"a {kind}: failed")]


def test_a_call_that_ended_tells_how_long_it_lasted() -> None:
    call = {"id": "wacid.1", "event": "terminate", "direction": "USER_INITIATED", "timestamp": "1795338000"}
    (missed,) = delivered(call, key="calls")
    assert isinstance(missed, Amended)
    assert (missed.external_id, missed.extra) == ("wacid.1", {"call": {"outcome": "missed"}})
    (taken,) = delivered({**call, "duration": 42}, key="calls")
    assert taken.extra["call"] == {"outcome": "answered", "duration_s": 42}
    assert [type(e) for e in delivered({**call, "direction": "BUSINESS_INITIATED"}, key="calls")] == [Ignored]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (131026, ErrorClass.RECIPIENT_GONE),
        (131050, ErrorClass.BLOCKED),
        (131049, ErrorClass.BLOCKED),
        (130472, ErrorClass.BLOCKED),
        (131056, ErrorClass.RETRY_AFTER),
        (130429, ErrorClass.RETRY_AFTER),
        (131048, ErrorClass.ABUSE_STOP),
        (368, ErrorClass.ABUSE_STOP),
        (190, ErrorClass.REAUTH),
        ("190", ErrorClass.REAUTH),
        (131042, ErrorClass.CONFIG),
        (132001, ErrorClass.CONTENT),
        (131000, ErrorClass.RETRY),
        (999999, ErrorClass.UNKNOWN),
        (None, ErrorClass.UNKNOWN),
        (True, ErrorClass.UNKNOWN),
    ],
)
def test_error_numbers_mean_what_the_handbook_says(code, error) -> None:
    failure = failure_of([{"code": code, "title": "Words of the network"}])
    assert (failure.error, failure.reason) == (error, "Words of the network")


@pytest.mark.parametrize("errors", [None, [], "x", [None], [[]], {"code": 190}])
def test_a_failure_without_a_reason_has_one_all_the_same(errors) -> None:
    assert failure_of(errors).reason


# --- the door ---------------------------------------------------------------------------------------------------------


def shaking(**query: str) -> HookRequest:
    return hook(b"", method="GET", query={name.replace("_", ".", 1): value for name, value in query.items()})


def test_the_handshake_gives_the_challenge_back_to_who_knows_the_word() -> None:
    answer = adapter.handshake(
        ACCOUNT, shaking(hub_mode="subscribe", hub_verify_token="telvia-verifies", hub_challenge="1158201444")
    )
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub_mode": "subscribe", "hub_challenge": "1"},
        {"hub_mode": "subscribe", "hub_verify_token": "guess", "hub_challenge": "1"},
        {"hub_mode": "subscribe", "hub_verify_token": "è\ud800", "hub_challenge": "1"},
        {"hub_mode": "unsubscribe", "hub_verify_token": "telvia-verifies", "hub_challenge": "1"},
    ],
)
def test_a_handshake_without_the_word_is_refused(query) -> None:
    with pytest.raises(BadSignature) as refusal:
        adapter.handshake(ACCOUNT, shaking(**query))
    assert refusal.value.status == 403


def test_the_signature_is_over_the_raw_bytes() -> None:
    genuine = signed(b'{"object":"whatsapp_business_account","text":"\\u00e8"}')
    adapter.verify(ACCOUNT, genuine)
    same_json = hook('{"object":"whatsapp_business_account","text":"è"}'.encode(), genuine.headers)
    with pytest.raises(BadSignature):
        adapter.verify(ACCOUNT, same_json)
    with pytest.raises(BadSignature):
        adapter.verify(ACCOUNT, signed(genuine.body, secret="another"))


@pytest.mark.parametrize("body", [b"[]", b"7", b"null", b'"ciao"', b'{"object":"\\ud83d"}'])
def test_signed_json_of_another_shape_is_kept(body) -> None:
    adapter.verify(ACCOUNT, signed(body))
    assert [type(said) for said in parsed(body)] == [Unsupported]


@pytest.mark.parametrize(
    "body", [b"", b'{"a":NaN}', b"[" * 100_000, b'{"a":' + b"9" * 9000 + b"}", b"\xff{}"]
)
def test_a_signed_body_that_is_no_json_is_malformed(body) -> None:
    with pytest.raises(Malformed) as refusal:
        adapter.verify(ACCOUNT, signed(body))
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone_number_id", "+39 02 1234"),
        ("waba_id", "telvia"),
        ("phone_number_id", "1000/../2000"),
        ("access_token", "EAA\r\nX-Evil: 1"),
        ("access_token", "token with spaces"),
        ("api_base", "graph.facebook.com"),
        ("api_base", "file:///etc/passwd"),
        ("api_base", "https://user:word@graph.facebook.com"),
        ("api_version", "latest"),
        ("app_secret", ""),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name
