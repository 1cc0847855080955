"""People who call: the adapter answers the stand-in's requests over real sockets, and tells what was said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from ascolto.channels.adapters.telephone.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    Amended,
    ErrorClass,
    Failure,
    Handle,
    HookRequest,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    Refused,
    SendRefused,
)
from ascolto.kit import clock, http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, check_event
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.telephone import TelephoneNetwork

MIB = 1024 * 1024
MONDAY_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Rome
SETTINGS = {
    "company": "Telvia",
    "languages": "it, en",
    "agents_number": "+390287654321",
    "hours": "mon-fri 09:00-18:00",
    "callback_within_minutes": "30",
}


class Door(LocalServer):
    """A hook address with the adapter behind it: verified, answered, read, as the product does."""

    def __init__(self) -> None:
        super().__init__(_Knock)
        self.account: Account | None = None
        self.events: list[Inbound] = []
        self.refusals: list[int] = []
        self.at = MONDAY_TEN

    def merged(self, sid: str) -> dict[str, Any]:
        """What is known of a call when everything is put together, the later telling winning."""
        told: dict[str, Any] = {}
        text = ""
        amended = [event for event in self.events if isinstance(event, Amended) and event.external_id == sid]
        for event in sorted(amended, key=lambda one: one.occurred_at):
            told |= event.extra.get("call", {})
            told |= {"context": event.extra["context"]} if "context" in event.extra else {}
            text = text or event.text
        return {**told, "text": text}

    def messages(self) -> list[Message]:
        """Every message once."""
        found = {event.external_id: event for event in self.events if isinstance(event, Message)}
        return list(found.values())


class _Knock(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        door = self.server
        assert door.account is not None
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HookRequest("POST", f"{door.url}{self.path}", {}, headers, body)
        with clock.at(door.at):
            try:
                adapter.verify(door.account, request)
            except Refused as refusal:
                door.refusals.append(refusal.status)
                return self._say(refusal.status, b"", "text/plain")
            answer = adapter.acknowledge(door.account, request)
            kept = {":query": self.path.partition("?")[2]}
            found = adapter.parse(door.account, RawDelivery(body=body, headers=kept, received_at=now()))
        for event in found:
            check_event(event)
        door.events += found
        assert answer is not None
        return self._say(answer.status, answer.body, answer.content_type)

    def _say(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as running:
        yield running


@pytest.fixture
def network(door: Door) -> Iterator[TelephoneNetwork]:
    with City() as city, http.settings(read_timeout=2.0, connect_timeout=1.0):
        network = city.add(TelephoneNetwork())
        network.hook_url = f"{door.url}/hooks/telephone/t"
        door.account = opened(network)
        yield network


@pytest.fixture
def giulia(network: TelephoneNetwork) -> Person:
    return network.add_person("Giulia Conti", number="+393471234567")


def opened(network: TelephoneNetwork, **changed: str) -> Account:
    account = account_for(adapter, {**network.settings, **SETTINGS, **changed})
    return dataclasses.replace(account, hook_url=network.hook_url)


def heard_all(network: TelephoneNetwork) -> None:
    assert network.mailman.wait_until_idle()


# --- calls ------------------------------------------------------------------------------------------------------------


def test_giulia_reaches_a_person_and_nobody_owes_her_an_answer(network, door, giulia) -> None:
    call = network.call(giulia)
    assert call.told.startswith(
        "Benvenuto in Telvia. In qualsiasi momento, per parlare con una persona prema 0."
    )
    call.press("1").press("1")
    assert call.dialled == ["+390287654321"]
    assert "Attende al massimo 30 secondi" in call.told
    assert call.told.endswith("Arrivederci.")
    heard_all(network)
    called, answered = door.messages()
    assert (called.kind, called.outgoing, called.automatic) == ("call", False, False)
    assert called.sender.handles == (Handle("phone", giulia.id),)
    assert called.extra["url"] == "tel:+393471234567"
    assert (answered.outgoing, answered.replies_to) == (True, (call.sid,))
    facts = door.merged(call.sid)
    assert facts["duration_s"] == 35
    assert {name: facts[name] for name in ("language", "need", "outcome", "status")} == {
        "language": "it",
        "need": "fault",
        "outcome": "answered",
        "status": "completed",
    }
    assert facts["text"] == "Call: a fault, answered by a person"


def test_giulia_is_promised_a_call_back_that_can_be_kept(network, door, giulia) -> None:
    network.agents_answer = "no-answer"
    call = network.call(giulia).press("1").press("2").press("1").press("1")
    assert "La richiamiamo entro le 10:30." in call.told
    heard_all(network)
    facts = door.merged(call.sid)
    assert facts["outcome"] == "callback"
    assert datetime.fromisoformat(facts["callback_by"]) == MONDAY_TEN + timedelta(minutes=30)
    assert facts["callback_number"] == giulia.id
    assert facts["text"].startswith("Call: a bill, wants a call-back by 10:30 (reference ")
    assert ", ".join(facts["reference"]) in call.told
    assert [message.outgoing for message in door.messages()] == [False]


def test_who_says_nothing_leaves_a_message_and_it_can_be_heard(network, door, giulia) -> None:
    call = network.call(giulia).stay_silent()
    assert call.waits_for == "Gather"
    call.stay_silent().record(b"ID3 buongiorno", seconds=9)
    assert "abbiamo il suo messaggio" in call.told
    heard_all(network)
    facts = door.merged(call.sid)
    assert (facts["outcome"], facts["recording_s"]) == ("voicemail", 9)
    assert facts["text"].startswith("Call: left a message (reference ")
    [file] = [file for event in door.events if isinstance(event, Amended) for file in event.attachments]
    assert adapter.fetch_media(opened(network), file.remote or {}, MIB) == (b"ID3 buongiorno", "audio/mpeg")


def test_an_english_message_is_read_as_its_transcript(network, door, giulia) -> None:
    network.agents_answer = "busy"
    call = network.call(giulia).press("2").say("my router is broken").press("2")
    call.record(b"ID3", text="Please call me about my router.", key="hangup")
    heard_all(network)
    facts = door.merged(call.sid)
    assert (facts["need"], facts["text"]) == ("fault", "Please call me about my router.")
    assert facts["transcript"] == facts["text"]


def test_who_hides_the_number_is_nobodys_contact_and_can_leave_one(network, door) -> None:
    network.agents_answer = "no-answer"
    call = network.call(None).press("1").press("1").press("1").press("0212345678#").press("1")
    assert "La richiamiamo entro" in call.told
    heard_all(network)
    [called] = door.messages()
    assert called.sender.handles == (Handle("call", call.sid, proven=False),)
    assert door.merged(call.sid)["callback_number"] == "+390212345678"


def test_who_hangs_up_at_once_still_waits_for_us(network, door, giulia) -> None:
    call = network.call(giulia).hang_up()
    heard_all(network)
    [called] = door.messages()
    assert (called.automatic, called.outgoing) == (False, False)
    facts = door.merged(call.sid)
    assert (facts["status"], facts.get("outcome")) == ("completed", None)


def test_on_sunday_the_promise_is_for_monday(network, door, giulia) -> None:
    door.at = MONDAY_TEN - timedelta(days=1)
    call = network.call(giulia).press("2").press("1").press("1").press("1")
    assert "We are back tomorrow at 9:00." in call.told
    assert "We call you back tomorrow by 9:30." in call.told
    assert call.dialled == []


def test_zero_is_a_person_at_any_time(network, giulia) -> None:
    assert network.call(giulia).press("0").dialled == ["+390287654321"]
    network.agents_answer = "no-answer"
    call = network.call(giulia).press("1").press("0").press("0").press("0")
    assert len(call.dialled) == 1
    assert call.waits_for == "Gather"


@pytest.mark.parametrize(
    "keys", ["0" * 30, "9" * 30, "1" * 30, "2" * 30, "12" * 15, "*" * 30, "2121212121212121"]
)
def test_whatever_is_pressed_the_call_ends_politely(network, door, giulia, keys) -> None:
    network.agents_answer = "no-answer"
    call = network.call(giulia)
    for key in keys:
        if call.waits_for == "Gather":
            call.press(key)
    if call.waits_for == "Record":
        call.stay_silent()
    assert (call.status, call.error) == ("ended", "")
    assert call.heard[-1] in {"Grazie della chiamata. Arrivederci.", "Thank you for calling. Goodbye."}


def test_everything_twice_tells_the_same(network, door, giulia) -> None:
    network.mailman.duplicates = True
    call = network.call(giulia).stay_silent().stay_silent().record(b"ID3")
    heard_all(network)
    before = door.merged(call.sid)
    door.events = door.events + door.events[::-1]
    assert door.merged(call.sid) == before
    assert len(door.messages()) == 1


def test_a_company_name_cannot_break_the_answer(network, door, giulia) -> None:
    door.account = opened(network, company='A & <B> {company} "C"')
    call = network.call(giulia)
    assert call.error == ""
    assert 'A & <B> {company} "C"' in call.told


def test_a_stranger_who_signs_with_another_token_hears_nothing(network, door, giulia) -> None:
    network.auth_token = "of-somebody-else"
    call = network.call(giulia)
    assert call.error == "answered 403"
    assert door.events == []
    assert set(door.refusals) == {403}


# --- what hooks missed ---------------------------------------------------------------------------------------------------


def test_the_sweep_finds_the_call_and_its_recording_under_the_same_ids(network, door, giulia) -> None:
    call = network.call(giulia).stay_silent().stay_silent().record(b"ID3")
    heard_all(network)
    cursor = {"since": (now() - timedelta(minutes=5)).isoformat()}
    swept: list[Inbound] = []
    for polled in adapter.poll(opened(network), cursor):
        if polled.raw is not None:
            delivery = RawDelivery(body=polled.raw, headers={}, received_at=now(), source="poll")
            swept += adapter.parse(opened(network), delivery)
    message, status, recording = swept
    assert isinstance(message, Message)
    assert message.external_id == call.sid
    assert isinstance(status, Amended)
    assert status.extra == {"call": {"status": "completed", "duration_s": 35}}
    assert isinstance(recording, Amended)
    [by_hook] = [
        event.attachments for event in door.events if isinstance(event, Amended) and event.attachments
    ]
    assert recording.attachments == by_hook
    [begun] = adapter.poll(opened(network), {})
    assert begun.raw is None


# --- answering ------------------------------------------------------------------------------------------------------------


def answer(**more: Any) -> Outgoing:
    recipient = (Handle("phone", "+393471234567"),)
    return Outgoing(
        **{"tracker": "17.Zx3", "recipient": recipient, "text": "Abbiamo riparato la linea.", **more}
    )


def refused(network: TelephoneNetwork, outgoing: Outgoing, **changed: str) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        adapter.send(opened(network, **changed), outgoing)
    return refusal.value.failure


def test_a_call_can_be_answered_in_writing(network, door, giulia) -> None:
    adapter.send(opened(network), answer())
    assert [(sent.text, sent.person) for sent in network.sent] == [("Abbiamo riparato la linea.", giulia)]
    heard_all(network)
    receipts = [event for event in door.events if isinstance(event, Receipt)]
    assert [receipt.status.value for receipt in receipts] == ["sent", "delivered"]
    assert {receipt.tracker for receipt in receipts} == {"17.Zx3"}


def test_without_a_number_for_texts_a_call_is_answered_by_calling_back(network) -> None:
    failure = refused(network, answer(), sms_from="")
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert failure.reason == "A call is answered by calling back on +393471234567."
    assert not adapter.capabilities_with({}).answers
    assert adapter.capabilities_with({"sms_from": "+390212345678"}).answers


def test_who_hid_the_number_is_answered_at_the_one_they_left(network, door) -> None:
    hidden = (Handle("call", "CA01", proven=False),)
    assert refused(network, answer(recipient=hidden)).error is ErrorClass.RECIPIENT_GONE
    network.add_person("Sofia", number="+393470000001")
    adapter.send(
        opened(network), answer(recipient=hidden, extra={"call": {"callback_number": "+393470000001"}})
    )
    assert network.sent[0].data["To"] == "+393470000001"


@pytest.mark.parametrize("chaos", [Chaos.LOST, Chaos.GATEWAY, Chaos.GARBAGE])
def test_what_may_have_arrived_is_uncertain(network, giulia, chaos) -> None:
    network.suffer(chaos)
    assert refused(network, answer()).error is ErrorClass.UNCERTAIN


def test_the_test_tells_what_is_missing(network) -> None:
    assert adapter.test(opened(network)) == "Connected to +390212345678, Telvia."
    network.number_urls["status"] = ""
    assert "The end of a call is not told here yet" in adapter.test(opened(network))
    network.number_urls["voice"] = "https://elsewhere.example/"
    assert "do not come here yet" in adapter.test(opened(network))
    account = opened(network)
    adapter.subscribe(account, account.hook_url)
    assert network.number_urls == {"voice": account.hook_url, "status": account.hook_url}
    assert adapter.test(account) == "Connected to +390212345678, Telvia."
