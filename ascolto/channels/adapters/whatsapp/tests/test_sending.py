"""The adapter against a stand-in of the Graph API, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.whatsapp.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    ErrorClass,
    Failure,
    File,
    Handle,
    Inbound,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    ReceiptStatus,
    SendRefused,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks.whatsapp import Chaos, SentMessage, Template, WhatsAppCustomer, WhatsAppNetwork

MIB = 1024 * 1024


@pytest.fixture
def network() -> Iterator[WhatsAppNetwork]:
    with WhatsAppNetwork() as running, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield running


@pytest.fixture
def giulia(network: WhatsAppNetwork) -> WhatsAppCustomer:
    """Giulia, who has just written."""
    customer = network.add_customer("393471234567", "Giulia Conti", "IT.81730446591")
    network.write(customer, "La fibra non va")
    return customer


def opened(network: WhatsAppNetwork, **changed: str) -> Account:
    return account_for(adapter, {**network.settings, **changed})


def answer(customer: WhatsAppCustomer, text: str = "Arriva un tecnico.", **more: Any) -> Outgoing:
    recipient = (Handle("whatsapp", customer.user_id), Handle("phone", f"+{customer.number}"))
    return Outgoing(**{"tracker": "17.Zx3", "recipient": recipient, "text": text, **more})


def file(name: str, content_type: str, content: bytes = b"x" * 100) -> File:
    return File(name=name, content_type=content_type, size=len(content), read=lambda: content)


def told(network: WhatsAppNetwork, account: Account) -> list[Inbound]:
    """Everything that waits at our door: verified and parsed as the product does."""
    events: list[Inbound] = []
    for body, headers in network.mailman.take():
        adapter.verify(account, hook(body, headers))
        events += adapter.parse(account, RawDelivery(body=body, headers={}, received_at=now()))
    return events


def refused(network: WhatsAppNetwork, outgoing: Outgoing, **changed: str) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        adapter.send(opened(network, **changed), outgoing)
    return refusal.value.failure


def last_part(network: WhatsAppNetwork) -> tuple[str, dict[str, Any]]:
    payload = network.sent[-1].payload
    return payload["type"], payload[payload["type"]]


# --- what leaves ------------------------------------------------------------------------------------------------------


def test_marcos_answer_reaches_giulia_and_its_receipts_come_back(network, giulia) -> None:
    account = opened(network)
    asked = next(event for event in told(network, account) if isinstance(event, Message))
    sent = adapter.send(account, answer(giulia, "Buongiorno Giulia 🙂", reply_to=asked.external_id))
    message = network.sent[0]
    assert (message.text, message.customer) == ("Buongiorno Giulia 🙂", giulia)
    assert message.payload["context"] == {"message_id": asked.external_id}
    assert sent.external_ids == (message.id,)
    receipts = [event for event in told(network, account) if isinstance(event, Receipt)]
    assert [receipt.status.value for receipt in receipts] == ["sent", "delivered", "read"]
    assert {(receipt.external_id, receipt.tracker) for receipt in receipts} == {(message.id, "17.Zx3")}


def test_receipts_come_twice_and_in_disorder_and_still_name_the_message(network, giulia) -> None:
    network.mailman.duplicates = network.disorder = True
    account = opened(network)
    told(network, account)
    adapter.send(account, answer(giulia))
    receipts = [event for event in told(network, account) if isinstance(event, Receipt)]
    assert sorted(receipt.status.value for receipt in receipts) == sorted(["sent", "delivered", "read"] * 2)
    assert {receipt.external_id for receipt in receipts} == {network.sent[0].id}


def test_one_who_hides_her_number_is_answered_by_her_user_id(network) -> None:
    hidden = network.add_customer("393470000001", "Sofia", "IT.555", hides_number=True)
    network.write(hidden, "Ciao")
    wrote = told(network, opened(network))[0]
    assert isinstance(wrote, Message)
    assert wrote.sender.handles == (Handle("whatsapp", "IT.555"),)
    adapter.send(opened(network), answer(hidden, recipient=wrote.sender.handles))
    assert network.sent[0].payload["recipient"] == "IT.555"
    assert "to" not in network.sent[0].payload


def test_of_several_numbers_nobody_guesses_which_one_still_rings(network, giulia) -> None:
    numbers = (Handle("phone", "+393400000000"), Handle("phone", f"+{giulia.number}"))
    adapter.send(opened(network), answer(giulia, recipient=(Handle("whatsapp", giulia.user_id), *numbers)))
    assert network.sent[0].customer is giulia


def test_the_answer_leaves_from_the_number_that_was_written_to(network, giulia) -> None:
    network.phone_number_id = "200"
    adapter.send(opened(network, phone_number_id="100"), answer(giulia, extra={"phone_number_id": "200"}))
    assert network.sent[0].text == "Arriva un tecnico."
    forged = answer(giulia, extra={"phone_number_id": "../100"})
    assert refused(network, forged, phone_number_id="100").error is ErrorClass.CONFIG


def test_an_answer_quotes_its_question_only_when_something_came_after_it(network, giulia) -> None:
    for references in (("wamid.q",), ("wamid.q", "wamid.later"), ()):
        adapter.send(opened(network), answer(giulia, reply_to="wamid.q", references=references))
    assert ["context" in message.payload for message in network.sent] == [False, True, True]


def test_a_group_is_answered_in_private_and_without_a_quotation(network, giulia) -> None:
    adapter.send(opened(network), answer(giulia, reply_to="wamid.group", extra={"group_id": "1203"}))
    assert network.sent[0].payload["to"] == giulia.number
    assert "context" not in network.sent[0].payload


def test_somebody_without_number_or_id_cannot_be_reached(network, giulia) -> None:
    failure = refused(network, answer(giulia, recipient=(Handle("email", "giulia@conti.example"),)))
    assert failure.error is ErrorClass.RECIPIENT_GONE


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/png", "image"),
        ("image/gif", "document"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
        ("text/plain; charset=utf-8", "document"),
    ],
)
def test_a_file_leaves_with_its_caption(network, giulia, content_type, kind) -> None:
    content = b"content of the file"
    adapter.send(opened(network), answer(giulia, "Ecco", files=(file("a.bin", content_type, content),)))
    what, part = last_part(network)
    assert (what, part["caption"]) == (kind, "Ecco")
    assert network.media[part["id"]][0] == content
    assert part.get("filename") == ("a.bin" if kind == "document" else None)


def test_a_voice_message_and_several_files_leave_after_the_text(network, giulia) -> None:
    files = (file("risposta.ogg", "audio/ogg; codecs=opus"), file("guida.pdf", "application/pdf"))
    sent = adapter.send(opened(network), answer(giulia, "Ascolti", files=files, reply_to="wamid.q"))
    assert [message.payload["type"] for message in network.sent] == ["text", "audio", "document"]
    assert sent.external_ids == tuple(message.id for message in network.sent)
    assert [("context" in message.payload) for message in network.sent] == [True, False, False]


def test_a_long_text_does_not_become_a_caption(network, giulia) -> None:
    adapter.send(opened(network), answer(giulia, "x" * 1025, files=(file("a.png", "image/png"),)))
    assert [message.payload["type"] for message in network.sent] == ["text", "image"]


def test_a_file_name_cannot_break_the_form(network, giulia) -> None:
    evil = file('a"\r\nX-Evil: 1\r\n\r\n../../etc/passwd.pdf', "application/pdf")
    adapter.send(opened(network), answer(giulia, "", files=(evil,)))
    name = last_part(network)[1]["filename"]
    assert not set(name) & set('\r\n"/\\:')


def test_a_file_that_is_too_large_is_not_even_uploaded(network, giulia) -> None:
    def read() -> bytes:
        raise AssertionError("nobody should read it")

    large = File(name="foto.png", content_type="image/png", size=6 * MIB, read=read)
    failure = refused(network, answer(giulia, files=(large,)))
    assert (failure.error, network.media) == (ErrorClass.CONTENT, {})
    assert "5 MiB" in failure.reason


def test_a_file_from_giulia_is_fetched_in_two_steps(network, giulia) -> None:
    network.mailman.take()
    network.send_file(giulia, "image", b"\x89PNG....", "image/png", caption="La spia è rossa")
    account = opened(network)
    wrote = told(network, account)[0]
    assert isinstance(wrote, Message)
    assert (wrote.kind, wrote.text, wrote.attachments[0].name) == ("image", "La spia è rossa", "image.png")
    assert adapter.fetch_media(account, wrote.attachments[0].remote or {}, MIB) == (
        b"\x89PNG....",
        "image/png",
    )


@pytest.mark.parametrize(
    ("remote", "limit", "error"),
    [
        ({"id": "present"}, 99, ErrorClass.CONTENT),
        ({"id": "4712999"}, MIB, ErrorClass.CONTENT),
        ({"id": "../me"}, MIB, ErrorClass.CONTENT),
        ({"id": ".."}, MIB, ErrorClass.CONTENT),
        ({}, MIB, ErrorClass.CONTENT),
    ],
)
def test_a_file_that_cannot_be_had_says_why(network, remote, limit, error) -> None:
    media_id = network.keep(b"x" * 100, "image/png")
    remote = {"id": media_id} if remote.get("id") == "present" else remote
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), remote, limit)
    assert refusal.value.failure.error is error
    assert refusal.value.failure.reason


@pytest.mark.parametrize("on", ["objects", "files"])
@pytest.mark.parametrize("chaos", [Chaos.HANG, Chaos.RESET, Chaos.FAIL, Chaos.LOST, Chaos.GATEWAY])
def test_fetching_a_file_may_always_be_tried_again(network, on, chaos) -> None:
    media_id = network.keep(b"x", "image/png")
    network.suffer(chaos, on=on)
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), {"id": media_id}, MIB)
    assert refusal.value.failure.error is ErrorClass.RETRY
    assert refusal.value.failure.reason
    assert adapter.fetch_media(opened(network), {"id": media_id}, MIB)[0] == b"x"


def test_a_file_whose_size_nobody_told_is_cut_off_at_the_limit(network) -> None:
    network.tells_sizes = False
    media_id = network.keep(b"x" * 2000, "image/png")
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), {"id": media_id}, 1000)
    assert refusal.value.failure.error is ErrorClass.CONTENT
    assert len(adapter.fetch_media(opened(network), {"id": media_id}, 2000)[0]) == 2000


@pytest.mark.parametrize(
    "address",
    ["http://[", "file:///etc/passwd", "http://10.0.0.1/secret", "http://169.254.169.254/", "x" * 5000],
)
def test_a_file_is_not_fetched_from_inside_the_house_whoever_says_so(network, address) -> None:
    network.files_at = address
    with pytest.raises(SendRefused) as refusal:
        adapter.fetch_media(opened(network), {"id": network.keep(b"x", "image/png")}, MIB)
    assert refusal.value.failure.error is ErrorClass.CONFIG


# --- the window and templates -----------------------------------------------------------------------------------------


@pytest.fixture
def late(network: WhatsAppNetwork, giulia: WhatsAppCustomer) -> WhatsAppCustomer:
    """Giulia, who wrote yesterday."""
    giulia.last_wrote_at = now() - timedelta(hours=25)
    network.templates = [
        Template("appointment", "it", "Gentile {{1}}, il tecnico arriva {{2}}.", 2),
        Template("survey", "it", "Come è andata?"),
        Template("offer", "it", "Solo oggi!", status="PAUSED"),
    ]
    return giulia


def test_after_a_day_a_free_answer_is_refused_and_a_template_leaves(network, late) -> None:
    assert refused(network, answer(late)).error is ErrorClass.WINDOW_CLOSED
    template = {"name": "appointment", "language": "it", "body": ["Giulia", "alle 15"]}
    adapter.send(opened(network), answer(late, template=template))
    _, part = last_part(network)
    assert part["language"] == {"code": "it"}
    assert [parameter["text"] for parameter in part["components"][0]["parameters"]] == ["Giulia", "alle 15"]


def test_a_templates_language_is_the_customers_where_none_is_given(network, late) -> None:
    adapter.send(opened(network), answer(late, template={"name": "survey"}, language="it"))
    assert last_part(network)[1] == {"name": "survey", "language": {"code": "it"}}


@pytest.mark.parametrize(
    "template",
    [
        {"name": "appointment", "language": "it", "body": ["Giulia"]},
        {"name": "nowhere", "language": "it"},
        {"name": "offer", "language": "it"},
        {"name": "Not a Name", "language": "it"},
        {"name": "survey", "language": "italiano!"},
        {},
    ],
)
def test_a_template_that_whatsapp_does_not_have_is_refused(network, late, template) -> None:
    failure = refused(network, answer(late, template=template))
    assert failure.error is ErrorClass.CONTENT
    assert failure.reason


def test_named_parameters_headers_and_buttons_are_written_as_whatsapp_wants_them() -> None:
    from ascolto.channels.adapters.whatsapp.templates import template_payload

    template = {
        "name": "bill",
        "language": "en_US",
        "header": {"document": "https://telvia.example/bill.pdf"},
        "body": {"name": "Giulia", "amount": 60},
        "buttons": [{"index": 0, "type": "url", "value": "4711"}, {"index": 1, "value": "later"}],
    }
    assert template_payload(template, "it")["components"] == [
        {
            "type": "header",
            "parameters": [{"type": "document", "document": {"link": "https://telvia.example/bill.pdf"}}],
        },
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "name", "text": "Giulia"},
                {"type": "text", "parameter_name": "amount", "text": "60"},
            ],
        },
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "4711"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "later"}],
        },
    ]
    own = [{"type": "body", "parameters": []}]
    assert template_payload({"name": "bill", "components": own}, "it")["components"] == own


def test_every_page_of_templates_is_read(network, late) -> None:
    sheets = adapter.list_templates(opened(network))
    assert [(sheet.name, sheet.is_approved) for sheet in sheets] == [
        ("appointment", True),
        ("survey", True),
        ("offer", False),
    ]
    assert sheets[0].parameters == ("1", "2")
    assert adapter.list_templates(opened(network, waba_id="")) == []


# --- outages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chaos", "error", "arrived"),
    [
        (Chaos.LIMIT, ErrorClass.RETRY_AFTER, 0),
        (Chaos.FAIL, ErrorClass.RETRY, 0),
        (Chaos.HANG, ErrorClass.UNCERTAIN, 0),
        (Chaos.RESET, ErrorClass.UNCERTAIN, 0),
        (Chaos.LOST, ErrorClass.UNCERTAIN, 1),
        (Chaos.GATEWAY, ErrorClass.UNCERTAIN, 1),
        (Chaos.GARBAGE, ErrorClass.UNCERTAIN, 1),
    ],
)
def test_what_may_have_arrived_is_never_called_repeatable(network, giulia, chaos, error, arrived) -> None:
    network.suffer(chaos)
    failure = refused(network, answer(giulia))
    assert (failure.error, len(network.sent)) == (error, arrived)
    assert failure.reason
    if chaos is Chaos.LIMIT:
        assert failure.retry_after == 2


def test_an_uncertain_message_is_found_again_by_its_tracker(network, giulia) -> None:
    account = opened(network)
    told(network, account)
    network.suffer(Chaos.LOST)
    refused(network, answer(giulia))
    receipts = [event for event in told(network, account) if isinstance(event, Receipt)]
    assert receipts[0].tracker == "17.Zx3"
    assert receipts[0].external_id == network.sent[0].id


@pytest.mark.parametrize(
    "chaos", [Chaos.HANG, Chaos.RESET, Chaos.LOST, Chaos.GARBAGE, Chaos.GATEWAY, Chaos.FAIL]
)
def test_an_upload_that_fails_may_be_repeated_since_nobody_saw_it(network, giulia, chaos) -> None:
    network.suffer(chaos, on="media")
    outgoing = answer(giulia, files=(file("a.png", "image/png"),))
    assert refused(network, outgoing).error is ErrorClass.RETRY
    adapter.send(opened(network), outgoing)
    assert len(network.sent) == 1


def test_half_a_message_is_never_repeated_by_itself(network, giulia) -> None:
    network.on_message = lambda message: network.suffer(Chaos.FAIL)
    files = (file("a.ogg", "audio/ogg"),)
    failure = refused(network, answer(giulia, "Ascolti", files=files))
    assert failure.error is ErrorClass.UNCERTAIN
    assert failure.reason.startswith("1 of 2 parts were sent")
    assert failure.partial


def test_an_address_where_nobody_listens_is_tried_again(giulia, network) -> None:
    account = opened(network)
    network.stop()
    with pytest.raises(SendRefused) as refusal:
        adapter.send(account, answer(giulia))
    assert refusal.value.failure.error is ErrorClass.RETRY


def test_a_name_that_nobody_knows_is_tried_again(network, giulia) -> None:
    assert refused(network, answer(giulia), api_base="http://graph.invalid").error is ErrorClass.RETRY


def test_a_wrong_token_asks_for_a_new_one_and_is_not_repeated_to_the_agent(network, giulia) -> None:
    failure = refused(network, answer(giulia), access_token="EAAwrong")
    assert (failure.error, failure.code) == (ErrorClass.REAUTH, "190")
    assert "EAAwrong" not in failure.reason


def test_a_number_that_is_not_ours_is_a_matter_of_settings(network, giulia) -> None:
    assert refused(network, answer(giulia), phone_number_id="1").error is ErrorClass.CONFIG


def test_somebody_without_whatsapp_and_a_text_that_is_too_long_are_told_apart(network, giulia) -> None:
    stranger = replace(giulia, number="393999999999", user_id="IT.000")
    assert refused(network, answer(stranger)).error is ErrorClass.RECIPIENT_GONE
    assert refused(network, answer(giulia, "x" * 4097)).error is ErrorClass.CONTENT
    assert refused(network, answer(giulia, "")).error is ErrorClass.CONTENT


def test_a_throughput_limit_names_its_wait(network, giulia) -> None:
    network.per_second = 0
    failure = refused(network, answer(giulia))
    assert (failure.error, failure.retry_after) == (ErrorClass.RETRY_AFTER, 1)


def test_a_failure_that_comes_later_says_why(network, giulia) -> None:
    account = opened(network)
    told(network, account)
    network.fail_next(131047, "More than 24 hours have passed")
    adapter.send(account, answer(giulia))
    receipt = told(network, account)[0]
    assert isinstance(receipt, Receipt)
    assert receipt.status is ReceiptStatus.FAILED
    assert receipt.failure == Failure(
        ErrorClass.WINDOW_CLOSED, "More than 24 hours have passed", code="131047"
    )


# --- the door and the test --------------------------------------------------------------------------------------------


def test_the_test_tells_whose_number_it_is(network) -> None:
    network.templates = [Template("survey", "it", "Come è andata?")]
    assert adapter.test(opened(network)) == "Connected to +390212345678, Telvia. 1 approved templates."
    with pytest.raises(SendRefused):
        adapter.test(opened(network, access_token="EAAwrong"))


def test_a_base_may_name_its_version_already(network, giulia) -> None:
    adapter.send(opened(network, api_base=f"{network.url}/v30.0"), answer(giulia))
    adapter.send(opened(network, api_base=f"{network.url}/"), answer(giulia))
    assert len(network.sent) == 2


def test_an_answer_listener_sees_what_was_sent(network, giulia) -> None:
    seen: list[SentMessage] = []
    network.on_message = seen.append
    adapter.send(opened(network), answer(giulia))
    assert seen == network.sent
    assert json.dumps(seen[0].payload)
