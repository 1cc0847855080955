"""People who call a house with an Asterisk: the real listener, a stand-in for Asterisk, real sockets."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from ascolto.channels.adapters.asterisk import wire
from ascolto.channels.adapters.asterisk.adapter import adapter
from ascolto.channels.adapters.asterisk.agi import Agi, HungUp, Refused
from ascolto.channels.protocol import (
    Account,
    Amended,
    BadSignature,
    ConfigError,
    ErrorClass,
    Handle,
    HookRequest,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    SendRefused,
    read_config,
)
from ascolto.channels.protocol import Refused as HookRefused
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, check_event, hook
from ascolto.testing.networks import LocalServer
from ascolto.testing.networks.asterisk import AsteriskNetwork
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person

MIB = 1024 * 1024
SETTINGS = {
    "company": "Telvia",
    "languages": "it, en",
    "agents": "PJSIP/desk",
    "callback_within_minutes": "30",
}


class Door(LocalServer):
    """The hook address with the adapter behind it."""

    def __init__(self) -> None:
        super().__init__(_Knock)
        self.account: Account | None = None
        self.events: list[Inbound] = []
        self.fails = False

    def facts(self, call_id: str) -> dict[str, object]:
        told: dict[str, object] = {}
        for event in self.events:
            if isinstance(event, Amended) and event.external_id == call_id:
                told |= dict(event.extra.get("call", {}))
        return told

    def messages(self) -> list[Message]:
        return list({e.external_id: e for e in self.events if isinstance(e, Message)}.values())


class _Knock(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        door = self.server
        if door.fails or door.account is None:
            return self._say(503, b"")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = HookRequest("POST", door.url, {}, headers, body)
        try:
            adapter.verify(door.account, request)
        except HookRefused as refusal:
            return self._say(refusal.status, b"")
        answer = adapter.acknowledge(door.account, request)
        found = adapter.parse(door.account, RawDelivery(body=body, headers={}, received_at=now()))
        for event in found:
            check_event(event)
        door.events += found
        return self._say(200, answer.body if answer else b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as running:
        yield running


@pytest.fixture
def network(door: Door) -> Iterator[AsteriskNetwork]:
    with City() as city:
        network = city.add(AsteriskNetwork())
        door.account = opened(network)
        network.hook_url = door.url
        yield network
        network.close()


@pytest.fixture
def giulia(network: AsteriskNetwork) -> Person:
    return network.add_person("Giulia Conti", number="3471234567")


def opened(network: AsteriskNetwork, **changed: str) -> Account:
    return account_for(adapter, {**network.settings, **SETTINGS, **changed})


def test_giulia_hears_that_a_person_is_there_and_reaches_one(network, door, giulia) -> None:
    call = network.call(giulia, ["1", "1"])
    assert call.heard[:4] == ["it/welcome", "it/person-first", "it/language", "1"]
    assert call.heard[8:12] == ["it/person-first", "it/need-1", "1", "it/need-2"]
    assert call.dialled == ["PJSIP/desk,30,g"]
    assert call.variables["ASCOLTO_STATUS"] == "DONE"
    called, answered = door.messages()
    assert called.sender == dataclasses.replace(
        called.sender, handles=(Handle("phone", "+393471234567"),), name="Giulia Conti"
    )
    assert (answered.outgoing, answered.replies_to) == (True, (call.uniqueid,))
    assert door.facts(call.uniqueid)["outcome"] == "answered"
    assert door.facts(call.uniqueid)["status"] == "completed"


def test_when_nobody_takes_it_a_call_back_is_promised(network, door, giulia) -> None:
    network.agents_answer = "NOANSWER"
    call = network.call(giulia, ["2", "2", "1", "1"])
    facts = door.facts(call.uniqueid)
    assert (facts["outcome"], facts["need"], facts["callback_number"]) == (
        "callback",
        "billing",
        "+393471234567",
    )
    by = datetime.fromisoformat(str(facts["callback_by"]))
    assert by > now()
    assert f"@{int(by.timestamp())}" in call.heard
    assert call.heard[-2:] == [facts["reference"], "en/goodbye"]


def test_a_message_is_recorded_and_can_be_heard(network, door, giulia) -> None:
    call = network.call(giulia, speaks=b"RIFF buongiorno")
    assert door.facts(call.uniqueid)["outcome"] == "voicemail"
    assert door.facts(call.uniqueid)["recording_s"] == 9
    [file] = [file for event in door.events if isinstance(event, Amended) for file in event.attachments]
    assert adapter.fetch_media(opened(network), file.remote or {}, MIB) == (b"RIFF buongiorno", "audio/wav")


def test_a_program_of_the_house_may_write_down_what_was_said(network, door, giulia) -> None:
    call_id = network.write(giulia, "Vi prego di richiamarmi.")
    assert network.mailman.wait_until_idle()
    texts = [event.text for event in door.events if isinstance(event, Amended) and event.text]
    assert texts == ["Vi prego di richiamarmi."]
    assert door.facts(call_id)["transcript"] == texts[0]


def test_who_hangs_up_while_speaking_has_left_a_message(network, door, giulia) -> None:
    call = network.call(giulia, ["1", "", "", "hangup"], speaks=b"RIFF")
    assert door.facts(call.uniqueid)["outcome"] == "voicemail"
    assert door.facts(call.uniqueid)["status"] == "completed"


def test_who_hangs_up_at_once_still_waits_for_us(network, door, giulia) -> None:
    call = network.call(giulia, ["hangup"])
    [called] = door.messages()
    assert (called.external_id, called.automatic, called.outgoing) == (call.uniqueid, False, False)
    assert "outcome" not in door.facts(call.uniqueid)


def test_who_hides_the_number_is_asked_for_one(network, door) -> None:
    network.agents_answer = "BUSY"
    call = network.call(None, ["1", "1", "1", "0212345678#", "1"])
    [called] = door.messages()
    assert called.sender.handles == (Handle("call", call.uniqueid, proven=False),)
    assert door.facts(call.uniqueid)["callback_number"] == "+390212345678"


def test_when_the_product_is_away_the_dialplan_goes_on(network, door, giulia) -> None:
    door.fails = True
    call = network.call(giulia)
    assert call.variables == {"ASCOLTO_STATUS": "FAILED"}
    assert "HANGUP" not in call.commands


def test_a_listener_with_another_secret_is_not_believed(network, door, giulia) -> None:
    door.account = opened(network, secret="another-long-secret-word")
    assert network.call(giulia).variables == {"ASCOLTO_STATUS": "FAILED"}
    assert door.events == []


def test_the_sweep_finds_recordings_of_which_the_word_got_lost(network, door, giulia) -> None:
    call = network.call(giulia, speaks=b"RIFF")
    network.stored["ascolto-pbx1-1000000000.1"] = b"of long ago"
    network.stored["somebody-elses"] = b"x"
    account = opened(network)
    cursor = {"since": (now() - timedelta(minutes=5)).isoformat()}
    raws = [polled.raw for polled in adapter.poll(account, cursor) if polled.raw]
    [found] = [
        event
        for raw in raws
        for event in adapter.parse(
            account, RawDelivery(body=raw, headers={}, received_at=now(), source="poll")
        )
    ]
    [by_hook] = [
        event.attachments for event in door.events if isinstance(event, Amended) and event.attachments
    ]
    assert isinstance(found, Amended)
    assert (found.external_id, found.attachments) == (call.uniqueid, by_hook)
    assert [polled.raw for polled in adapter.poll(account, {})] == [None]
    assert list(adapter.poll(opened(network, ari_url=""), cursor)) == []


def test_the_test_says_whether_ari_answers(network) -> None:
    assert adapter.test(opened(network)) == "Connected to Asterisk 20.5.0."
    assert adapter.test(opened(network, ari_url="")).startswith("Ready to listen.")
    with pytest.raises(SendRefused) as refusal:
        adapter.test(opened(network, ari_password="wrong-password"))
    assert refusal.value.failure.error is ErrorClass.REAUTH
    network.suffer(Chaos.GARBAGE)
    with pytest.raises(SendRefused):
        adapter.test(opened(network))


@pytest.mark.parametrize("remote", [{}, {"recording": "../../etc/passwd"}, {"recording": "ascolto-gone.1"}])
def test_a_recording_that_cannot_be_had_says_why(network, remote) -> None:
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), remote, MIB)
    assert refusal.value.failure.error is ErrorClass.CONTENT


def test_a_call_is_answered_by_calling_back(network) -> None:
    outgoing = Outgoing(tracker="1", recipient=(Handle("phone", "+393471234567"),), text="x")
    with pytest.raises(SendRefused) as refusal:
        adapter.send(opened(network), outgoing)
    assert (refusal.value.failure.error, refusal.value.failure.of_message) == (ErrorClass.CONFIG, True)


def test_an_old_delivery_is_a_replay(network) -> None:
    body = b'{"event":"ended"}'
    old = wire.signed(network.secret, body, now() - timedelta(minutes=6))
    with pytest.raises(BadSignature):
        adapter.verify(opened(network), hook(body, old))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret", "short"),
        ("agents", "PJSIP/desk,30,g&Local/x"),
        ("agents", 'PJSIP/"; System(rm)'),
        ("hours", "sometimes"),
        ("timezone", "Mars/Olympus"),
        ("languages", "it, tlh"),
        ("ring_seconds", "900"),
        ("callback_within_minutes", "1"),
        ("needs", "a,b,c,d,e,f,g,h,i,j"),
        ("country", "Italy"),
        ("ari_url", "pbx:8088"),
    ],
)
def test_settings_that_cannot_be_used_are_named(network, name, value) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**network.settings, **SETTINGS, name: value})
    assert refusal.value.field == name


# --- FastAGI ------------------------------------------------------------------------------------------------------------


class _Written:
    """The side of the connection that we write to."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.lines.append(data)

    async def drain(self) -> None:
        pass


def agi(said: bytes) -> tuple[Agi, _Written]:
    reader = asyncio.StreamReader(limit=4096)
    reader.feed_data(said)
    reader.feed_eof()
    written = _Written()
    return Agi(reader, written), written  # type: ignore[arg-type]


def obeyed(said: bytes, command: str = "ANSWER") -> object:
    async def ask() -> object:
        return await agi(said)[0].command(command)

    return asyncio.run(ask())


def test_answers_of_asterisk_are_read() -> None:
    assert obeyed(b"200 result=0\n").result == 0  # type: ignore[attr-defined]
    reply = obeyed(b"200 result=35 (dtmf) endpos=16000\n")
    assert (reply.result, reply.word, reply.endpos) == (35, "dtmf", 16000)  # type: ignore[attr-defined]
    assert obeyed(b"200 result=1 (ANSWER)\n").word == "ANSWER"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "said", [b"", b"HANGUP\n200 result=0\n", b"200 result=-1\n", b"511 Command Not Permitted\n", b"x" * 9000]
)
def test_the_end_of_a_call_is_noticed(said) -> None:
    with pytest.raises(HungUp):
        obeyed(said)


@pytest.mark.parametrize(
    "said",
    [
        b"510 Invalid or unknown command\n",
        b"520-Invalid command syntax.\nUsage: ANSWER\n520 End of proper usage.\n",
    ],
)
def test_a_command_that_is_not_understood_is_said(said) -> None:
    with pytest.raises(Refused):
        obeyed(said)


def test_nothing_that_comes_from_outside_becomes_a_command() -> None:
    async def ask() -> list[bytes]:
        session, written = agi(b"200 result=0\n" * 3)
        await session.play('x" "\nEXEC System "rm')
        await session.say_digits('1\nHANGUP "')
        await session.command("VERBOSE a\nHANGUP")
        return written.lines

    for line in asyncio.run(ask()):
        assert line.count(b"\n") == 1
        assert b"System " not in line


def test_variables_without_an_end_are_no_call() -> None:
    async def begin(said: bytes) -> None:
        await agi(said)[0].begin()

    for said in (b"agi_x: 1\n" * 500, b"agi_x: 1\n", b"\x00\xff" * 5000):
        with pytest.raises(HungUp):
            asyncio.run(begin(said))
