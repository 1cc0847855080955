"""What the Twilio channels share, with whatever may come from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.protocol import Account, ErrorClass, HookRequest, Refused
from ascolto.channels.vendors import twilio, twilio_hooks
from ascolto.channels.vendors.twilio_twiml import Verb, response
from ascolto.testing.networks.twilio import seal

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TOKEN = "0c1d2e3f"
ACCOUNT = Account(id=1, kind="sms", name="Telvia", token="t", config=SimpleNamespace(auth_token=TOKEN))


def status(url: str, body: bytes, signature: str, **headers: str) -> int:
    request = HookRequest("POST", url, {}, {"x-twilio-signature": signature, **headers}, body)
    try:
        twilio_hooks.check_delivery(ACCOUNT, request)
    except Refused as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize(
    "url",
    [
        "https://care.telvia.example/hooks/sms/t",
        "https://care.telvia.example:443/hooks/sms/t",
        "https://[2001:db8::1]:8443/hooks/sms/t?a=b",
        "http://user@care.telvia.example:notaport/",
        "http://[broken",
        "",
    ],
)
def test_an_address_may_be_spelled_as_it_likes(url) -> None:
    fields = [("MessageSid", "SM1"), ("Body", "è 😀")]
    assert status(url, urlencode(fields).encode(), seal(TOKEN, url, fields)) == 200
    assert status(url, urlencode(fields).encode(), "AAAA") == 403


def test_the_port_may_be_there_or_not() -> None:
    fields = [("MessageSid", "SM1")]
    bare, full = "https://care.example/h?x=1", "https://care.example:443/h?x=1"
    for said, signed in ((bare, full), (full, bare)):
        assert status(said, urlencode(fields).encode(), seal(TOKEN, signed, fields)) == 200
    other = "https://care.example:8443/h?x=1"
    assert status(bare, urlencode(fields).encode(), seal(TOKEN, other, fields)) == 403


def test_a_field_that_comes_twice_is_signed_once_and_in_order() -> None:
    fields = [("CallSid", "CA1"), ("b", "2"), ("b", "1"), ("b", "2")]
    url = "https://care.example/h"
    assert status(url, urlencode(fields).encode(), seal(TOKEN, url, fields)) == 200


@given(st.binary(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_whatever_comes_to_the_door_is_refused_with_a_4xx(body, signature, settings) -> None:
    told = {"x-twilio-webhooks-signature-settings": settings}
    assert status("https://care.example/h", body, signature, **told) in {400, 403}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_some_form(body) -> None:
    for name, value in twilio_hooks.read_form(body).items():
        assert "\x00" not in name + value
        (name + value).encode()


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+39 02 1234 5678", None, "+390212345678"),
        ("390212345678", None, "+390212345678"),
        ("02 12345678", "IT", "+390212345678"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("43210", None, None),
        ("+1555", None, None),
        ("anonymous", "IT", None),
        ("", "IT", None),
        ("9" * 400, None, None),
    ],
)
def test_numbers_are_written_in_one_way(text, region, number) -> None:
    assert twilio.e164(text, region) == number


@pytest.mark.parametrize(
    "text", ["anonymous", "Anonymous", "+266696687", "266696687", "RESTRICTED", "", "+7378742833"]
)
def test_who_hides_is_nobodys_contact(text) -> None:
    assert twilio.is_withheld(text)
    assert twilio.phone(text) is None


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Sun, 22 Nov 2026 08:30:00 +0000", datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),
        ("2026-11-22T08:30:00Z", datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),
        ("Sun, 22 Nov 2099 08:30:00 +0000", NOW),
        ("yesterday", NOW),
        ("2026-99-99", NOW),
        (None, NOW),
        ({}, NOW),
    ],
)
def test_times_are_read_or_replaced(value, moment) -> None:
    assert twilio.moment_of(value, NOW) == moment


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1",
            "/2010-04-01/Accounts/AC1/Recordings/RE1",
        ),
        ("/2010-04-01/Accounts/AC1/Recordings/RE1.json", "/2010-04-01/Accounts/AC1/Recordings/RE1"),
        ("https://api.twilio.com/2010-04-01/Accounts/AC1/../../admin", ""),
        ("https://api.twilio.com/2010-04-01/Accounts/AC1.json", ""),
        ("https://elsewhere.example/picture.png", ""),
        ("http://[", ""),
    ],
)
def test_only_files_of_twilio_are_taken_for_such(url, path) -> None:
    assert twilio.resource_in(url) == path


def test_the_words_of_an_error_are_ours_where_twilio_has_none() -> None:
    assert twilio.failure_of(30006).reason == "The number is a landline or cannot get text messages."
    assert twilio.failure_of({}).error is ErrorClass.UNKNOWN
    assert twilio.failure_of(None).reason == twilio.UNTOLD


def test_xml_holds_whatever_is_said() -> None:
    text = 'A & <B> "C" \x00\x1f\ud800 è'
    document = response(Verb("Say", {"language": 'it"<'}, text))
    from xml.etree import ElementTree

    said = ElementTree.fromstring(document)[0]
    assert said.text == 'A & <B> "C" ? è'
    assert said.get("language") == 'it"<'
