"""Messenger against a stand-in of the Send API, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.messenger.adapter import adapter
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
    ReadUpTo,
    Receipt,
    SendRefused,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City, Person
from ascolto.testing.networks.messenger import MessengerNetwork

MIB = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.fixture
def network() -> Iterator[MessengerNetwork]:
    with City() as city, http.settings(read_timeout=0.3, connect_timeout=1.0):
        yield city.add(MessengerNetwork())


@pytest.fixture
def giulia(network: MessengerNetwork) -> Person:
    """Giulia, who has just written."""
    person = network.add_person("Giulia Conti")
    network.write(person, "La fibra non va")
    return person


def opened(network: MessengerNetwork, **changed: str) -> Account:
    return account_for(adapter, {**network.settings, **changed})


def told(network: MessengerNetwork, account: Account) -> list[Inbound]:
    """Everything that waits at our door: verified and parsed as the product does."""
    events: list[Inbound] = []
    for body, headers in network.mailman.take():
        adapter.verify(account, hook(body, headers))
        events += adapter.parse(account, RawDelivery(body=body, headers={}, received_at=now()))
    return events


def answer(person: Person, text: str = "Arriva un tecnico.", **more: Any) -> Outgoing:
    return Outgoing(
        **{"tracker": "17.Zx3", "recipient": (Handle("messenger", person.id),), "text": text, **more}
    )


def refused(network: MessengerNetwork, outgoing: Outgoing, **changed: str) -> Failure:
    with pytest.raises(SendRefused) as refusal:
        adapter.send(opened(network, **changed), outgoing)
    return refusal.value.failure


def file(name: str = "a.png", content_type: str = "image/png", content: bytes = PNG) -> File:
    return File(name=name, content_type=content_type, size=len(content), read=lambda: content)


def test_giulia_gets_her_answer_and_we_hear_that_she_read_it(network, giulia) -> None:
    account = opened(network)
    asked = told(network, account)[0]
    assert isinstance(asked, Message)
    assert (asked.text, asked.visibility) == ("La fibra non va", "private")
    sent = adapter.send(account, answer(giulia, reply_to=asked.external_id, references=(asked.external_id,)))
    assert (network.sent[0].text, network.sent[0].person) == ("Arriva un tecnico.", giulia)
    echo, delivered, up_to, read = told(network, account)
    assert isinstance(echo, Message)
    assert (echo.outgoing, echo.external_id, echo.sender.handles[0].value) == (
        True,
        sent.external_ids[0],
        giulia.id,
    )
    assert isinstance(delivered, Receipt)
    assert delivered.external_id == sent.external_ids[0]
    assert isinstance(up_to, ReadUpTo)
    assert isinstance(read, ReadUpTo)
    assert (up_to.status.value, read.status.value) == ("delivered", "read")
    assert read.until >= network.sent[0].at - timedelta(seconds=2)


def test_files_leave_after_the_text_and_come_back_whole(network, giulia) -> None:
    files = (file(), file("guida.pdf", "application/pdf", b"%PDF"))
    sent = adapter.send(opened(network), answer(giulia, "Ecco", files=files))
    assert [message.text for message in network.sent] == ["Ecco", "", ""]
    assert [message.files for message in network.sent[1:]] == [
        (("image/png", PNG),),
        (("application/pdf", b"%PDF"),),
    ]
    assert sent.external_ids == tuple(message.id for message in network.sent)
    told(network, opened(network))
    network.send_file(giulia, "image", PNG, "image/png")
    wrote = told(network, opened(network))[0]
    assert isinstance(wrote, Message)
    assert adapter.fetch_media(opened(network), wrote.attachments[0].remote or {}, MIB) == (PNG, "image/png")


def test_half_a_message_is_never_repeated_by_itself(network, giulia) -> None:
    network.on_sent = lambda message: network.suffer(Chaos.FAIL, on="messages")
    failure = refused(network, answer(giulia, "Ecco", files=(file(),)))
    assert (failure.error, failure.partial) == (ErrorClass.UNCERTAIN, True)
    assert failure.reason.startswith("1 of 2 parts were sent")


def test_an_upload_that_fails_may_be_repeated_since_nobody_saw_it(network, giulia) -> None:
    network.suffer(Chaos.LOST, on="message_attachments")
    assert refused(network, answer(giulia, files=(file(),))).error is ErrorClass.RETRY
    assert network.sent == []


def test_an_older_message_is_quoted(network, giulia) -> None:
    said: list[Any] = []
    take = network.take_message
    network.take_message = lambda form: (said.append(form.fields.get("reply_to")), take(form))[1]
    for references in (("m_q",), ("m_q", "m_later")):
        adapter.send(opened(network), answer(giulia, reply_to="m_q", references=references))
    assert said == [None, {"mid": "m_q"}]


# --- windows ---------------------------------------------------------------------------------------------------------------


def test_after_a_day_a_person_may_answer_with_metas_permission_and_a_machine_may_not(network, giulia) -> None:
    giulia.last_wrote_at = heard = now() - timedelta(days=2)
    late = answer(giulia, heard_at=heard)
    assert refused(network, late).error is ErrorClass.WINDOW_CLOSED
    network.human_agent = True
    adapter.send(opened(network), late)
    assert len(network.sent) == 1
    assert refused(network, answer(giulia, heard_at=heard, automatic=True)).error is ErrorClass.WINDOW_CLOSED
    giulia.last_wrote_at = heard = now() - timedelta(days=8)
    assert refused(network, answer(giulia, heard_at=heard)).error is ErrorClass.WINDOW_CLOSED


def test_a_permission_that_meta_did_not_give_is_no_broken_inbox(network, giulia) -> None:
    giulia.last_wrote_at = heard = now() - timedelta(days=2)
    failure = refused(network, answer(giulia, heard_at=heard), human_agent="yes")
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)


def test_the_sheet_tells_the_seven_days_only_with_the_permission() -> None:
    assert adapter.capabilities_with({}).human_window is None
    assert adapter.capabilities_with({"human_agent": "yes"}).human_window == timedelta(days=7)


def test_whoever_blocked_us_left_or_never_wrote_cannot_be_written_to(network, giulia) -> None:
    giulia.has_blocked_us = True
    assert refused(network, answer(giulia)).error is ErrorClass.BLOCKED
    giulia.has_blocked_us, giulia.is_gone = False, True
    assert refused(network, answer(giulia)).error is ErrorClass.RECIPIENT_GONE
    stranger = network.add_person("Paolo Ricci")
    assert refused(network, answer(stranger)).error is ErrorClass.WINDOW_CLOSED
    elsewhere = answer(giulia, recipient=(Handle("facebook", "7301"),))
    assert refused(network, elsewhere).error is ErrorClass.RECIPIENT_GONE


def test_texts_and_files_beyond_the_limits_are_refused_before_anybody_asks(network, giulia) -> None:
    before = len(network.requests)
    assert "2001 characters" in refused(network, answer(giulia, "x" * 2001)).reason
    assert refused(network, answer(giulia, "")).error is ErrorClass.CONTENT
    large = File(name="a.png", content_type="image/png", size=26 * MIB, read=lambda: b"")
    assert "25 MiB" in refused(network, answer(giulia, files=(large,))).reason
    assert len(network.requests) == before


# --- outages, errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chaos", "error", "arrived"),
    [
        (Chaos.LIMIT, ErrorClass.RETRY_AFTER, 0),
        (Chaos.FAIL, ErrorClass.RETRY, 0),
        (Chaos.HANG, ErrorClass.UNCERTAIN, 0),
        (Chaos.LOST, ErrorClass.UNCERTAIN, 1),
        (Chaos.GATEWAY, ErrorClass.UNCERTAIN, 1),
        (Chaos.GARBAGE, ErrorClass.UNCERTAIN, 1),
    ],
)
def test_what_may_have_arrived_is_never_called_repeatable(network, giulia, chaos, error, arrived) -> None:
    network.suffer(chaos)
    failure = refused(network, answer(giulia))
    assert (failure.error, len(network.sent)) == (error, arrived)


def test_a_wrong_token_asks_for_a_new_one_and_is_not_repeated(network, giulia) -> None:
    failure = refused(network, answer(giulia), access_token="EAAwrong")
    assert failure.error is ErrorClass.REAUTH
    assert "EAAwrong" not in failure.reason


def test_what_was_lost_is_found_with_the_same_ids_and_the_names(network) -> None:
    account = opened(network)
    (first,) = adapter.poll(account, {})
    giulia = network.add_person("Giulia Conti")
    mid = network.write(giulia, "Persa?")
    adapter.send(account, answer(giulia))
    network.mailman.take()
    polled = list(adapter.poll(account, first.cursor))
    events = [
        event
        for item in polled
        if item.raw
        for event in adapter.parse(
            account, RawDelivery(body=item.raw, headers={}, received_at=now(), source="poll")
        )
    ]
    asked, echo = sorted(events, key=lambda event: event.outgoing)  # type: ignore[union-attr]
    assert isinstance(asked, Message)
    assert (asked.external_id, asked.sender.name) == (mid, "Giulia Conti")
    assert isinstance(echo, Message)
    assert (echo.external_id, echo.outgoing) == (network.sent[0].id, True)
    assert echo.sender == asked.sender


def test_the_test_names_the_page_and_subscribing_asks_for_everything_private(network) -> None:
    assert adapter.test(opened(network)) == "Connected to Telvia."
    adapter.subscribe(opened(network), "https://care.example/hooks/x")
    assert {"messages", "message_reads", "standby"} <= set(network.subscribed_fields)


def test_an_echo_tells_which_answer_of_ours_it_is(network, giulia) -> None:
    account = opened(network)
    told(network, account)
    network.suffer(Chaos.LOST)
    assert refused(network, answer(giulia)).error is ErrorClass.UNCERTAIN
    echo = told(network, account)[0]
    assert isinstance(echo, Message)
    assert (echo.external_id, echo.extra["tracker"]) == (network.sent[0].id, "17.Zx3")


def test_what_a_colleague_writes_in_metas_inbox_has_no_mark_of_ours(network, giulia) -> None:
    account = opened(network)
    told(network, account)
    network.took_for(giulia, "Ci penso io", message={"metadata": "ascolto:message:17.Zx3:forged"})
    echo = told(network, account)[0]
    assert isinstance(echo, Message)
    assert echo.outgoing
    assert "tracker" not in echo.extra


def test_the_name_of_a_person_is_asked_for(network, giulia) -> None:
    account = opened(network)
    assert adapter.who_is(account, Handle("messenger", giulia.id)) == "Giulia Conti"
    assert adapter.who_is(account, Handle("facebook", giulia.id)) == ""
    assert adapter.who_is(account, Handle("messenger", "../me")) == ""
    with pytest.raises(SendRefused) as refusal:
        adapter.who_is(account, Handle("messenger", "4711"))
    assert not refusal.value.failure.error.is_temporary
