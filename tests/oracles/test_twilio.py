"""Twilio's own package and Twilio's own description of its API judge our signature, our requests, our XML and our stand-in."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode
from xml.etree import ElementTree

import pytest

from ascolto.channels.adapters.sms.adapter import adapter as sms
from ascolto.channels.adapters.sms.tests.test_sms import VALUES as SMS_VALUES
from ascolto.channels.adapters.telephone.adapter import adapter as telephone
from ascolto.channels.adapters.telephone.answering import flow_document
from ascolto.channels.adapters.telephone.tests.test_telephone import VALUES as TELEPHONE_VALUES
from ascolto.channels.protocol import Adapter, Handle, HookRequest, Outgoing, Refused, SendRefused
from ascolto.channels.vendors import gsm, twilio_hooks, twilio_twiml
from ascolto.channels.vendors.calls import CallTurn, Spoken
from ascolto.channels.vendors.ivr_hours import read_hours
from ascolto.channels.vendors.ivr_state import Ask, Connect, Line
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.harness import missing, oracle
from ascolto.testing.networks.city import City, Reply, Request
from ascolto.testing.networks.sms import SmsNetwork
from ascolto.testing.networks.telephone import TelephoneNetwork

TOKEN = SMS_VALUES["auth_token"]
PNG = b"\x89PNG\r\n\x1a\n"


# --- the signature ------------------------------------------------------------------------------------------------------


def validator() -> Any:
    return oracle("twilio.request_validator").RequestValidator(TOKEN)


URLS = (
    "https://care.telvia.example/hooks/sms/t",
    "https://care.telvia.example:8443/hooks/sms/t",
    "http://care.telvia.example/hooks/sms/t",
    "https://care.telvia.example/hooks/sms/t?step=need&lang=it&need=a%20bill",
    "https://127.0.0.1/hooks/sms/t?a=1&a=2",
)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256"])
def test_twilios_validator_and_ours_sign_alike(url, algorithm) -> None:
    dice = random.Random(url)
    for _ in range(50):
        fields = {
            f"{dice.choice('ABcd')}{number}": dice.choice(["", "à€😀", "a b", "+39", "x" * 300, "&=%"])
            for number in range(dice.randrange(30))
        }
        digest = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}[algorithm]
        ours = twilio_hooks.signature(TOKEN, url, {name: [value] for name, value in fields.items()}, digest)
        assert ours == validator().compute_signature(url, fields, algorithm)


def takes(adapter: Adapter, request: HookRequest, values: dict[str, str]) -> bool:
    try:
        adapter.verify(account_for(adapter, values), request)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("url", URLS)
def test_what_twilio_signed_with_or_without_the_port_is_taken(url) -> None:
    module = oracle("twilio.request_validator")
    parsed = module.urlparse(url)
    fields = {"MessageSid": "SM1", "From": "+39347", "Body": "Perché? 😀 a+b&c"}
    for spelled in {url, module.add_port(parsed), module.remove_port(parsed)}:
        headers = {"x-twilio-signature": validator().compute_signature(spelled, fields)}
        request = hook(urlencode(fields).encode(), headers, url=url)
        assert takes(sms, request, SMS_VALUES)
        assert validator().validate(url, fields, headers["x-twilio-signature"])
        assert not takes(sms, dataclasses.replace(request, url=url + "x"), SMS_VALUES)


def test_a_second_key_signs_with_another_digest() -> None:
    fields = {"MessageSid": "SM1"}
    signed = {"x-twilio-signature": validator().compute_signature(URLS[0], fields, "HMAC_SHA256")}
    named = {**signed, "x-twilio-webhooks-signature-settings": "key=webhooks_x,algorithm=HMAC_SHA256"}
    body = urlencode(fields).encode()
    assert takes(sms, hook(body, named, url=URLS[0]), SMS_VALUES)
    assert not takes(sms, hook(body, signed, url=URLS[0]), SMS_VALUES)
    odd = {**signed, "x-twilio-webhooks-signature-settings": "algorithm=HMAC_MD5"}
    assert not takes(sms, hook(body, odd, url=URLS[0]), SMS_VALUES)


def test_json_is_signed_by_its_digest() -> None:
    body = json.dumps([{"type": "com.twilio.messaging.message.sent"}])
    url = f"{URLS[0]}?bodySHA256={validator().compute_hash(body)}"
    headers = {"x-twilio-signature": validator().compute_signature(url, {})}
    assert validator().validate(url, body, headers["x-twilio-signature"])
    assert takes(sms, hook(body.encode(), headers, url=url), SMS_VALUES)
    assert not takes(sms, hook(body.encode() + b" ", headers, url=url), SMS_VALUES)
    bare = {"x-twilio-signature": validator().compute_signature(URLS[0], {})}
    assert not takes(sms, hook(body.encode(), bare, url=URLS[0]), SMS_VALUES)


def test_what_the_stand_ins_sign_passes_twilios_validator() -> None:
    network = SmsNetwork(auth_token=TOKEN)
    with City() as city:
        giulia = city.add(network).add_person("Giulia")
        network.write(giulia, "Perché?")
        [(body, headers)] = network.mailman.take()
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert validator().validate(headers[":url"], fields, headers["x-twilio-signature"])


# --- TwiML --------------------------------------------------------------------------------------------------------------


def same(ours: bytes, theirs: Any) -> bool:
    canonical = [ElementTree.canonicalize(text, strip_text=True) for text in (ours.decode(), theirs.to_xml())]
    return canonical[0] == canonical[1]


def test_our_xml_is_what_twilios_builder_writes() -> None:
    voice = oracle("twilio.twiml.voice_response")
    url = "https://care.telvia.example/hooks/telephone/t?step=need&lang=it"
    theirs = voice.VoiceResponse()
    question = theirs.gather(
        input="dtmf speech",
        action=url,
        method="POST",
        timeout=6,
        num_digits=1,
        finish_on_key="#",
        language="it-IT",
        speech_timeout="auto",
    )
    question.say("Per un guasto & <altro>, prema 1.", language="it-IT")
    theirs.redirect(url, method="POST")
    said = twilio_twiml.say("Per un guasto & <altro>, prema 1.", "it-IT")
    ours = twilio_twiml.response(
        twilio_twiml.gather([said], url, most=1, seconds=6, speech="it-IT"), twilio_twiml.redirect(url)
    )
    assert same(ours, theirs)


def test_a_flows_question_with_its_hints_is_what_twilios_builder_writes() -> None:
    voice = oracle("twilio.twiml.voice_response")
    told = Spoken("Per un guasto premi 1.", "it", name="welcome-fault", digits="1")
    turn = CallTurn((told,), Ask(1, 6, True, ("un guasto", "la bolletta")), place=3, language="it")
    url = "https://care.telvia.example/hooks/telephone/t"
    action = f"{url}?step=flow&turn=3&lang=it"
    theirs = voice.VoiceResponse()
    question = theirs.gather(
        input="dtmf speech",
        action=action,
        method="POST",
        timeout=6,
        num_digits=1,
        finish_on_key="#",
        language="it-IT",
        speech_timeout="auto",
        hints="un guasto, la bolletta",
    )
    question.say("Per un guasto premi 1.", language="it-IT")
    theirs.redirect(action, method="POST")
    line = Line("Telvia", ("it",), (), read_hours("", "UTC"), timedelta(hours=1), "+390287654321")
    assert same(flow_document(line, turn, url), theirs)
    ringing = voice.VoiceResponse()
    ringing.say("Ti passo a una persona.", language="it-IT")
    ringing.dial(action=action, method="POST", timeout=30).number("+390287654321")
    handed = CallTurn((Spoken("Ti passo a una persona.", "it"),), Connect("", 30), place=3, language="it")
    assert same(flow_document(line, handed, url), ringing)


def test_recording_ringing_and_the_end_are_written_alike() -> None:
    voice = oracle("twilio.twiml.voice_response")
    theirs = voice.VoiceResponse()
    theirs.record(
        action="/a",
        method="POST",
        max_length=180,
        timeout=5,
        finish_on_key="0#",
        play_beep=True,
        recording_status_callback="/b",
        recording_status_callback_event="completed",
        transcribe=True,
        transcribe_callback="/c",
    )
    theirs.dial(action="/d", method="POST", timeout=30).number("+390287654321")
    theirs.dial(action="/d", method="POST", timeout=30).sip("sip:desk@telvia.example")
    theirs.dial(action="/d", method="POST", timeout=30).client("marco")
    theirs.hangup()
    ours = twilio_twiml.response(
        twilio_twiml.record("/a", "/b", seconds=180, transcript="/c"),
        *(
            twilio_twiml.dial(to, "/d", seconds=30)
            for to in ("+390287654321", "sip:desk@telvia.example", "client:marco")
        ),
        twilio_twiml.hang_up(),
    )
    assert same(ours, theirs)


# --- the alphabet --------------------------------------------------------------------------------------------------------


def test_our_alphabet_is_the_one_of_the_standard() -> None:
    module = oracle("gsm0338")
    codec = module.Codec()
    for point in range(0x10000):
        if 0xD800 <= point <= 0xDFFF or point == 0x1B:
            continue
        char = chr(point)
        try:
            size = len(codec.encode(char)[0])
        except UnicodeEncodeError:
            size = 0
        ours = gsm.units_of(char, gsm.GSM7)[0] if gsm.alphabet_of(char) == gsm.GSM7 else 0
        assert ours == size, f"U+{point:04X} {char!r}"


# --- Twilio's own client against the stand-ins -----------------------------------------------------------------------------


@pytest.fixture
def city() -> Iterator[City]:
    with City() as running:
        yield running


def client(network: SmsNetwork | TelephoneNetwork) -> Any:
    """Twilio's client, whose requests go to the stand-in."""
    oracle("twilio")
    from twilio.http import HttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    class ToTheCity(HttpClient):  # type: ignore[misc]
        def __init__(self) -> None:
            self.is_async = False

        def request(
            self, method: str, uri: str, params: Any = None, data: Any = None, *more: Any, **named: Any
        ) -> Any:
            headers, auth = named.get("headers"), named.get("auth")
            url = uri.replace("https://api.twilio.com", network.url)
            given = {name: str(value) for name, value in (headers or {}).items()}
            if auth:
                given["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
            query = {name: value for name, value in (params or {}).items() if value is not None}
            form = {name: value for name, value in (data or {}).items() if value is not None}
            given.pop("Content-Type", None) if not form else None
            answer = http.request(
                method,
                url,
                params=query or None,
                content=urlencode(form, doseq=True).encode() if form else None,
                headers={**given, **({"Content-Type": "application/x-www-form-urlencoded"} if form else {})},
                trusted_origins=[url],
            )
            return Response(answer.status, answer.text, dict(answer.headers))

    return Client(network.account_sid, network.auth_token, http_client=ToTheCity())


def test_twilios_client_sends_and_lists_messages(city) -> None:
    network = city.add(SmsNetwork())
    giulia = network.add_person("Giulia", number="+393471234567")
    twilio_client = client(network)
    made = twilio_client.messages.create(
        to=giulia.id, from_=network.number, body="Ciao", status_callback=URLS[0]
    )
    assert (made.sid, made.status, made.direction) == (network.sent[0].id, "queued", "outbound-api")
    network.write(giulia, "Grazie")
    network.send_picture(giulia, PNG, "image/png")
    for number in range(120):
        network.write(giulia, str(number))
    since = datetime.now(UTC) - timedelta(days=1)
    listed = twilio_client.messages.list(to=network.number, date_sent_after=since, page_size=50)
    assert len(listed) == 122
    assert twilio_client.messages(made.sid).fetch().status == "delivered"
    picture = next(message for message in listed if message.num_media == "1")
    [file] = picture.media.list()
    assert file.content_type == "image/png"
    assert (
        twilio_client.incoming_phone_numbers.list(phone_number=network.number)[0].phone_number
        == network.number
    )
    assert twilio_client.api.accounts(network.account_sid).fetch().friendly_name == "Telvia"


def test_twilios_client_understands_the_refusals(city) -> None:
    network = city.add(SmsNetwork())
    giulia = network.add_person("Giulia", number="+393471234567")
    network.write(giulia, "STOP")
    twilio_client = client(network)
    from twilio.base.exceptions import TwilioRestException

    for to, body, code, status in (
        (giulia.id, "Ciao", 21610, 400),
        ("+1555", "Ciao", 21211, 400),
        (giulia.id, "x" * 1601, 21617, 400),
    ):
        with pytest.raises(TwilioRestException) as refusal:
            twilio_client.messages.create(to=to, from_=network.number, body=body)
        assert (refusal.value.code, refusal.value.status) == (code, status)
    network.auth_token = "another"
    with pytest.raises(TwilioRestException) as refusal:
        twilio_client.api.accounts(network.account_sid).fetch()
    assert (refusal.value.code, refusal.value.status) == (20003, 401)


def test_twilios_client_lists_calls_and_their_recordings(city) -> None:
    network = city.add(TelephoneNetwork())
    call = network.call(network.add_person("Giulia"))  # nobody answers: no hook address is known
    from ascolto.testing.networks.telephone_call import Recording

    network.keep_recording(Recording(network.sid("RE"), call.sid, b"ID3", 7))
    [listed] = client(network).calls.list(to=network.number)
    assert (listed.sid, listed.status, listed.duration) == (call.sid, "completed", "35")
    [recording] = client(network).calls(call.sid).recordings.list()
    assert (recording.duration, recording.status) == ("7", "completed")


# --- Twilio's description of its API ------------------------------------------------------------------------------------------


@cache
def description() -> dict[str, Any]:
    """`twilio_api_v2010.json` from the npm package @twilio/cli-core (package/src/services/twilio-api/)."""
    place = os.environ.get("TWILIO_OPENAPI", "")
    if not place or not Path(place).is_file():
        missing(
            "twilio-openapi",
            "TWILIO_OPENAPI names no file: `npm pack @twilio/cli-core`, unpack, name twilio_api_v2010.json",
        )
    found: dict[str, Any] = json.loads(Path(place).read_text())
    return found


def operation(request: Request) -> dict[str, Any]:
    """What Twilio says of this request; an AssertionError when it says nothing."""
    parts = request.path.strip("/").split("/")
    for pattern, methods in description()["paths"].items():
        wanted = pattern.strip("/").split("/")
        fits = len(wanted) == len(parts) and all(
            want == part
            or ("{" in want and part.endswith(want.partition("}")[2]) and not want.startswith("."))
            for want, part in zip(wanted, parts, strict=True)
        )
        if fits and request.method.lower() in methods:
            found: dict[str, Any] = methods[request.method.lower()]
            return found
    raise AssertionError(f"Twilio knows no {request.method} {request.path}")


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    from openapi_schema_validator import OAS30Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    resource = Resource.from_contents(description(), default_specification=DRAFT4)
    registry = Registry().with_resource("urn:twilio", resource)
    absolute = json.loads(json.dumps(schema).replace('"#/components', '"urn:twilio#/components'))
    document = json.loads(json.dumps(description()).replace('"#/components', '"urn:twilio#/components'))
    registry = Registry().with_resource(
        "urn:twilio", Resource.from_contents(document, default_specification=DRAFT4)
    )
    return [error.message for error in OAS30Validator(absolute, registry=registry).iter_errors(value)]


def judge(request: Request, reply: Reply) -> None:
    """Our request and the stand-in's answer, as Twilio describes both."""
    told = operation(request)
    known = {item["name"] for item in told.get("parameters", []) if item["in"] == "query"}
    assert set(request.query) <= known, f"{request.path}: {set(request.query) - known}"
    if request.method == "POST":
        schema = told["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        form = {
            name: values[0]
            for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()
        }
        assert set(form) <= set(schema["properties"]), set(form) - set(schema["properties"])
        assert complaints(schema, form) == []
    if reply.status < 400:
        answered = told["responses"][str(reply.status)]["content"]["application/json"]["schema"]
        assert complaints(answered, reply.document) == [], request.path
    else:
        assert set(reply.document) == {"code", "message", "more_info", "status"}


def watched(network: SmsNetwork | TelephoneNetwork) -> list[str]:
    """Judge everything that is asked of the network from now on; what was wrong with each request, hopefully nothing."""
    description()
    answer, seen = network.answer, []

    def judged(request: Request) -> Reply:
        reply = answer(request)
        if not isinstance(reply.document, bytes):
            try:
                judge(request, reply)
                seen.append("")
            except (AssertionError, KeyError) as error:
                seen.append(f"{request.method} {request.path}: {error!r}")
        return reply

    network.answer = judged  # type: ignore[method-assign]
    return seen


def test_what_we_ask_and_what_the_stand_in_answers_is_as_twilio_describes_it(city) -> None:
    network = city.add(SmsNetwork())
    seen = watched(network)
    giulia = network.add_person("Giulia", number="+393471234567")
    account = dataclasses.replace(account_for(sms, network.settings), hook_url=URLS[0])
    network.send_picture(giulia, PNG, "image/png")
    outgoing = Outgoing(tracker="1.x", recipient=(Handle("phone", giulia.id),), text="Ciao 😀")
    sms.send(account, outgoing)
    sms.send(
        dataclasses.replace(
            account_for(sms, {**network.settings, "number": "", "messaging_service": network.service})
        ),
        outgoing,
    )
    sms.test(account)
    sms.subscribe(account, URLS[0])
    found = [one.raw for one in sms.poll(account, {"since": (now() - timedelta(minutes=5)).isoformat()})]
    assert len([raw for raw in found if raw]) == 3
    network.write(giulia, "STOP")
    with pytest.raises(SendRefused):
        sms.send(account, outgoing)
    assert len(seen) >= 8
    assert not any(seen)


def test_calls_are_as_twilio_describes_them(city) -> None:
    network = city.add(TelephoneNetwork())
    seen = watched(network)
    call = network.call(network.add_person("Giulia"))
    from ascolto.testing.networks.telephone_call import Recording

    network.keep_recording(Recording(network.sid("RE"), call.sid, b"ID3", 7))
    account = account_for(telephone, {**TELEPHONE_VALUES, **network.settings})
    found = [
        one.raw for one in telephone.poll(account, {"since": (now() - timedelta(minutes=5)).isoformat()})
    ]
    assert len([raw for raw in found if raw]) == 1
    telephone.test(account)
    telephone.subscribe(account, URLS[0])
    assert len(seen) >= 4
    assert not any(seen)
