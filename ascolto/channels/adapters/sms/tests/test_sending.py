"""The SMS adapter against a stand-in of Twilio, over real sockets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.sms.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    ConsentChanged,
    ErrorClass,
    Failure,
    File,
    Handle,
    HookRequest,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    SendRefused,
)
from ascolto.kit import clock, http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.sms import SmsNetwork
from ascolto.testing.networks.twilio import HOOK

MIB = 1024 * 1024


@pytest.fixture
def network() -> Iterator[SmsNetwork]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield city.add(SmsNetwork())


@pytest.fixture
def giulia(network: SmsNetwork) -> Person:
    return network.add_person("Giulia Conti", number="+393471234567")


def opened(network: SmsNetwork, **changed: str) -> Account:
    account = account_for(adapter, {**network.settings, **changed})
    return dataclasses.replace(account, hook_url=HOOK)


def told(network: SmsNetwork, account: Account) -> list[Inbound]:
    """Everything that waits at our door: verified and parsed as the product does."""
    events: list[Inbound] = []
    for body, headers in network.mailman.take():
        url = headers[":url"]
        adapter.verify(account, HookRequest("POST", url, {}, headers, body))
        kept = {":query": url.partition("?")[2]}
        events += adapter.parse(account, RawDelivery(body=body, headers=kept, received_at=now()))
    return events


def answer(person: Person, text: str = "Arriva un tecnico.", **more: Any) -> Outgoing:
    recipient = (Handle("phone", person.id),)
    return Outgoing(**{"tracker": "17.Zx3", "recipient": recipient, "text": text, **more})


def refused(network: SmsNetwork, outgoing: Outgoing, **changed: str) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        adapter.send(opened(network, **changed), outgoing)
    return refusal.value.failure


def found(network: SmsNetwork, account: Account, minutes: int = 5) -> list[Inbound]:
    """What the sweep finds that looked last so many minutes ago."""
    events: list[Inbound] = []
    for polled in adapter.poll(account, {"since": (now() - timedelta(minutes=minutes)).isoformat()}):
        if polled.raw is not None:
            delivery = RawDelivery(body=polled.raw, headers={}, received_at=now(), source="poll")
            events += adapter.parse(account, delivery)
    return events


# --- back and forth ---------------------------------------------------------------------------------------------------


def test_giulia_writes_marco_answers_and_the_receipts_name_his_answer(network, giulia) -> None:
    network.write(giulia, "Perché non va? 😕")
    account = opened(network)
    [asked] = told(network, account)
    assert isinstance(asked, Message)
    assert (asked.text, asked.sender.handles) == ("Perché non va? 😕", (Handle("phone", giulia.id),))
    sent = adapter.send(account, answer(giulia, extra=asked.extra))
    assert [(message.text, message.person) for message in network.sent] == [("Arriva un tecnico.", giulia)]
    receipts = [event for event in told(network, account) if isinstance(event, Receipt)]
    assert [receipt.status.value for receipt in receipts] == ["sent", "delivered"]
    assert {(receipt.external_id, receipt.tracker) for receipt in receipts} == {
        (sent.external_ids[0], "17.Zx3")
    }


def test_statuses_in_disorder_and_twice_still_name_the_message(network, giulia) -> None:
    network.disorder = network.mailman.duplicates = True
    account = opened(network)
    adapter.send(account, answer(giulia))
    receipts = [event for event in told(network, account) if isinstance(event, Receipt)]
    assert sorted(receipt.status.value for receipt in receipts) == ["delivered", "delivered", "sent", "sent"]


def test_without_a_public_address_no_receipt_is_asked_for(network, giulia) -> None:
    adapter.send(dataclasses.replace(opened(network), hook_url=""), answer(giulia))
    assert "StatusCallback" not in network.sent[0].data


@pytest.mark.parametrize(
    ("hook_url", "is_asked"),
    [
        ("https://care.telvia.example/hooks/sms/t", True),
        ("http://203.0.114.7/hooks/sms/t", True),
        ("http://127.0.0.1:8000/hooks/sms/t", False),
        ("http://localhost:8000/hooks/sms/t", False),
        ("http://pbx/hooks/sms/t", False),
        ("http://10.0.0.5/hooks/sms/t", False),
        ("", False),
    ],
)
def test_twilio_itself_is_only_given_an_address_that_it_can_call(hook_url, is_asked) -> None:
    from ascolto.channels.vendors.twilio_messages import can_be_called

    values = {"account_sid": "AC1", "auth_token": "t", "number": "+390212345678"}
    account = dataclasses.replace(account_for(adapter, values), hook_url=hook_url)
    assert can_be_called(account) is is_asked


def test_somebody_on_whatsapp_is_answered_on_whatsapp(network) -> None:
    sofia = network.add_person("Sofia", number="+393470000001", whatsapp=True)
    network.write(sofia, "Ciao da WhatsApp")
    account = opened(network)
    [asked] = told(network, account)
    assert isinstance(asked, Message)
    assert asked.sender.name == "Sofia"
    assert [handle.namespace for handle in asked.sender.handles] == ["whatsapp", "phone"]
    adapter.send(account, answer(sofia, recipient=asked.sender.handles, extra=asked.extra))
    assert network.sent[0].data["To"] == "whatsapp:+393470000001"
    receipts = [event for event in told(network, account) if isinstance(event, Receipt)]
    assert receipts[-1].status is ReceiptStatus.READ


def test_a_messaging_service_chooses_the_number(network, giulia) -> None:
    adapter.send(opened(network, number="", messaging_service=network.service), answer(giulia))
    assert network.sent[0].data["MessagingServiceSid"] == network.service
    assert "From" not in network.sent[0].data


def test_a_picture_arrives_with_its_bytes(network, giulia) -> None:
    network.send_picture(giulia, b"\x89PNG....", "image/png", "La spia è rossa")
    account = opened(network)
    [wrote] = told(network, account)
    assert isinstance(wrote, Message)
    assert (wrote.kind, wrote.text) == ("image", "La spia è rossa")
    assert adapter.fetch_media(account, wrote.attachments[0].remote or {}, MIB) == (
        b"\x89PNG....",
        "image/png",
    )


@pytest.mark.parametrize(
    "remote",
    [
        {},
        {"path": "/2010-04-01/Accounts/AC1/../../admin"},
        {"path": "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"},
        {"path": "file:///etc/passwd"},
        {"url": "http://169.254.169.254/latest"},
        {"url": "ftp://example.com/x"},
    ],
)
def test_a_file_that_cannot_be_had_says_why(network, remote) -> None:
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), remote, MIB)
    assert refusal.value.failure.error in {ErrorClass.CONTENT, ErrorClass.CONFIG}
    assert refusal.value.failure.reason


def test_our_token_never_goes_to_another_host(network) -> None:
    with City() as elsewhere:
        other = elsewhere.add(SmsNetwork(account_sid="AC9", auth_token="another"))
        seen: list[str] = []
        other.answer = lambda request: seen.append(request.headers.get("authorization", "")) or other.broken()  # type: ignore[method-assign]
        account = dataclasses.replace(
            opened(network, api_base=f"http://localhost:{network.url.split(':')[2]}"), trusted=True
        )
        with pytest.raises(SendRefused), http.settings(allow_private=True):
            adapter.fetch_media(account, {"url": f"{other.url}/picture"}, MIB)
    assert seen == [""]


# --- STOP -------------------------------------------------------------------------------------------------------------


def test_stop_is_heard_and_twilio_refuses_until_start(network, giulia) -> None:
    account = opened(network)
    network.write(giulia, "STOP")
    consent, message = told(network, account)
    assert isinstance(consent, ConsentChanged)
    assert (consent.granted, consent.scope, consent.why) == (False, "messages", "stop")
    assert isinstance(message, Message)
    assert message.automatic
    assert refused(network, answer(giulia)).error is ErrorClass.BLOCKED
    network.write(giulia, "start")
    consent, message = told(network, account)
    assert isinstance(consent, ConsentChanged)
    assert consent.granted
    adapter.send(account, answer(giulia))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", "stop"),
        ("Stop.", "stop"),
        ("«Annulla iscrizione»", "stop"),
        ("DÉSABONNER", "stop"),
        ("Arrêt", "stop"),
        ("СТОП", "stop"),
        ("退订", "stop"),
        ("abmelden!", "stop"),
        ("start", "start"),
        ("Riattiva", "start"),
        ("Yes", ""),
        ("Can you stop the noise on the line?", ""),
        ("Stop calling me, call my wife instead", ""),
        ("", ""),
        ("stop " * 40, ""),
    ],
)
def test_a_word_counts_only_when_it_is_the_whole_message(text, wish) -> None:
    from ascolto.channels.adapters.sms.keywords import wish_of

    assert wish_of(text) == wish


# --- the sweep --------------------------------------------------------------------------------------------------------


def test_what_hooks_lost_is_found_by_the_sweep_under_the_same_id(network, giulia) -> None:
    account = opened(network)
    first = network.write(giulia, "Ci siete?")
    picture = network.send_picture(giulia, b"\x89PNG", "image/png")
    network.mailman.take()  # lost
    swept = [event for event in found(network, account) if isinstance(event, Message)]
    assert [message.external_id for message in swept] == [first, picture]
    assert adapter.fetch_media(account, swept[1].attachments[0].remote or {}, MIB)[0] == b"\x89PNG"


def test_an_answer_whose_fate_was_unknown_is_found_by_the_sweep(network, giulia) -> None:
    account = opened(network)
    network.suffer(Chaos.LOST)
    assert refused(network, answer(giulia)).error is ErrorClass.UNCERTAIN
    echo, receipt = found(network, account)
    assert isinstance(echo, Message)
    assert (echo.outgoing, echo.text) == (True, "Arriva un tecnico.")
    assert isinstance(receipt, Receipt)
    assert receipt.external_id == echo.external_id == network.sent[0].id


def test_the_first_look_brings_no_history_and_many_pages_are_read(network, giulia) -> None:
    account = opened(network)
    for number in range(450):
        network.write(giulia, f"{number}")
    network.mailman.take()
    [begun] = adapter.poll(account, {})
    assert begun.raw is None
    swept = found(network, account)
    assert [event.text for event in swept if isinstance(event, Message)] == [str(n) for n in range(450)]
    assert next(iter(adapter.poll(account, {"since": "no date"}))).raw is None


def test_what_is_old_is_not_looked_at_again(network, giulia) -> None:
    with clock.at(now() - timedelta(hours=3)):
        network.write(giulia, "vecchio")
    network.mailman.take()
    assert found(network, opened(network)) == []


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (30001, ErrorClass.RETRY),
        (30003, ErrorClass.RECIPIENT_GONE),
        (30005, ErrorClass.RECIPIENT_GONE),
        (30006, ErrorClass.RECIPIENT_GONE),
        (30007, ErrorClass.ABUSE_STOP),
        (30034, ErrorClass.CONFIG),
        (30008, ErrorClass.UNKNOWN),
        (63016, ErrorClass.WINDOW_CLOSED),
        (99999, ErrorClass.UNKNOWN),
    ],
)
def test_a_failure_that_comes_later_says_why(network, giulia, code, error) -> None:
    account = opened(network)
    network.fail_next(code)
    adapter.send(account, answer(giulia))
    failure = told(network, account)[-1]
    assert isinstance(failure, Receipt)
    assert failure.failure is not None
    assert (failure.failure.error, failure.failure.code) == (error, str(code))
    assert failure.failure.reason


def test_refusals_are_told_apart(network, giulia) -> None:
    nobody = dataclasses.replace(giulia, id="+1555")
    assert refused(network, answer(nobody)).error is ErrorClass.RECIPIENT_GONE
    assert refused(network, answer(giulia, "x" * 1601)).error is ErrorClass.CONTENT
    assert refused(network, answer(giulia, "  ")).error is ErrorClass.CONTENT
    assert (
        refused(network, answer(giulia, recipient=(Handle("sms", "POSTE"),))).error
        is ErrorClass.RECIPIENT_GONE
    )
    assert (
        refused(network, answer(giulia, recipient=(Handle("email", "a@b.example"),))).error
        is ErrorClass.RECIPIENT_GONE
    )
    assert refused(network, answer(giulia), number="+390299999999").error is ErrorClass.CONFIG
    picture = File(name="a.png", content_type="image/png", size=1, read=lambda: b"x")
    assert refused(network, answer(giulia, files=(picture,))).error is ErrorClass.CONTENT
    assert network.sent == []


def test_a_wrong_token_asks_for_a_new_one_and_is_not_repeated_to_the_agent(network, giulia) -> None:
    failure = refused(network, answer(giulia), auth_token="wrong-token-of-old")
    assert (failure.error, failure.code) == (ErrorClass.REAUTH, "20003")
    assert "wrong-token" not in failure.reason


@pytest.mark.parametrize(
    ("chaos", "error", "arrived"),
    [
        (Chaos.LIMIT, ErrorClass.RETRY_AFTER, 0),
        (Chaos.FAIL, ErrorClass.RETRY, 0),
        (Chaos.HANG, ErrorClass.UNCERTAIN, 0),
        (Chaos.RESET, ErrorClass.UNCERTAIN, 0),
        (Chaos.LOST, ErrorClass.UNCERTAIN, 1),
        (Chaos.HALF, ErrorClass.UNCERTAIN, 1),
        (Chaos.GATEWAY, ErrorClass.UNCERTAIN, 1),
        (Chaos.GARBAGE, ErrorClass.UNCERTAIN, 1),
    ],
)
def test_what_may_have_arrived_is_never_called_repeatable(network, giulia, chaos, error, arrived) -> None:
    network.suffer(chaos)
    failure = refused(network, answer(giulia))
    assert (failure.error, len(network.sent)) == (error, arrived)
    if chaos is Chaos.LIMIT:
        assert failure.retry_after == 2


def test_a_suspended_inbox_and_one_filtered_message_are_not_the_same() -> None:
    from ascolto.channels.vendors.twilio import failure_of

    assert failure_of("30002") == Failure(ErrorClass.ABUSE_STOP, "The Twilio account is suspended.", "30002")
    assert failure_of("30007").of_message
    assert failure_of("²").error is ErrorClass.UNKNOWN


# --- the test button --------------------------------------------------------------------------------------------------


def test_the_test_tells_whether_the_number_calls_us(network) -> None:
    account = opened(network, number="+39 02 1234 5678")
    assert "register our address" in adapter.test(account)
    assert adapter.subscribe(account, HOOK) == "Twilio calls us about +390212345678 from now on."
    assert network.number_urls["sms"] == HOOK
    assert adapter.test(account) == "Connected to +390212345678, Telvia."
    with pytest.raises(SendRefused) as refusal:
        adapter.test(opened(network, number="+390299999999"))
    assert refusal.value.failure.error is ErrorClass.CONFIG
    service = opened(network, number="", messaging_service=network.service)
    assert adapter.test(service) == "Connected to Telvia."
    with pytest.raises(SendRefused):
        adapter.subscribe(service, HOOK)
    with pytest.raises(SendRefused):
        adapter.subscribe(opened(network, number="+390299999999"), HOOK)


def test_without_a_number_nothing_is_swept(network) -> None:
    service = opened(network, number="", messaging_service=network.service)
    assert adapter.interval(service.config) is None
    assert list(adapter.poll(service, {})) == []
    assert adapter.interval(opened(network).config) is not None
