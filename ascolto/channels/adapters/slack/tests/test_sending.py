"""Slack and its stand-in: what leaves, what Slack refuses, what is found again, and what only Slack's signature knows."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from ascolto.channels.adapters.slack.adapter import adapter
from ascolto.channels.adapters.slack.tests.test_slack import VALUES, signed
from ascolto.channels.protocol import (
    Account,
    BadSignature,
    ErrorClass,
    Failure,
    File,
    Handle,
    Malformed,
    Message,
    Outgoing,
    RawDelivery,
    Receipt,
    Renewed,
    SendRefused,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import RECEIVED_AT, account_for
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City
from ascolto.testing.networks.slack import SlackNetwork


@pytest.fixture
def slack() -> Iterator[SlackNetwork]:
    with City() as city, http.settings(read_timeout=0.5):
        yield city.add(SlackNetwork())


@pytest.fixture
def account(slack: SlackNetwork) -> Account:
    return account_for(adapter, slack.settings)


def heard(slack: SlackNetwork, account: Account) -> list[object]:
    """Everything that waits, read."""
    found: list[object] = []
    for body, headers in slack.mailman.take():
        request = signed(body, slack.signing_secret)
        adapter.verify(account, dataclasses.replace(request, headers=headers))
        found += adapter.parse(account, RawDelivery(body=body, headers={}, received_at=now()))
    return found


def answer_to(message: Message, text: str = "When is it back?", **more: object) -> Outgoing:
    return Outgoing(
        tracker="17.abc",
        recipient=message.sender.handles,
        text=text,
        reply_to=message.external_id,
        extra=dict(message.extra),
        **more,  # type: ignore[arg-type]
    )


def question(slack: SlackNetwork, account: Account, **more: object) -> Message:
    """What Sara, of the network department, writes."""
    slack.write(slack.add_person("Sara Neri"), "The node is down", **more)  # type: ignore[arg-type]
    message = heard(slack, account)[-1]
    assert isinstance(message, Message)
    return message


def refusal(account: Account, outgoing: Outgoing) -> Failure:
    with pytest.raises(SendRefused) as refused:
        adapter.send(account, outgoing)
    return refused.value.failure


def test_an_answer_lands_in_the_thread_and_comes_back_as_proof(slack, account) -> None:
    asked = question(slack, account)
    sent = adapter.send(account, answer_to(asked, "Is it <fixed>? *Thanks* & bye"))
    assert (slack.sent[0].answers, slack.sent[0].text) == (asked.external_id, "Is it <fixed>? *Thanks* & bye")
    echo = heard(slack, account)[-1]
    assert isinstance(echo, Receipt)
    assert (echo.external_id, echo.tracker) == (sent.external_ids[0], "17.abc")


def test_one_thread_is_one_conversation_and_so_is_a_direct_one(slack, account) -> None:
    asked = question(slack, account)
    nico = slack.add_person("Nico Riva")
    slack.write(nico, "I see it too", thread=asked.external_id)
    slack.write(nico, "Only for you", direct=True)
    slack.write(nico, "And this", direct=True)
    in_thread, first, second = heard(slack, account)
    assert in_thread.thread == asked.thread
    assert in_thread.sender.name == "Nico Riva"
    assert first.thread == second.thread != asked.thread


def test_a_direct_conversation_is_answered_without_a_thread(slack, account) -> None:
    asked = question(slack, account, direct=True)
    adapter.send(account, answer_to(asked))
    assert slack.sent[0].answers == ""
    assert slack.sent[0].person is not None


def test_a_colleague_is_written_to_first(slack, account) -> None:
    sara = slack.add_person("Sara Neri")
    sent = adapter.send(account, Outgoing(tracker="1", recipient=(Handle("slack", sara.id),), text="Ciao"))
    assert sent.external_ids[0].startswith("D")


def test_files_are_uploaded_and_shown_below_the_text(slack, account) -> None:
    asked = question(slack, account)
    file = File(name="guida.pdf", content_type="application/pdf", size=5, read=lambda: b"%PDF-")
    sent = adapter.send(account, answer_to(asked, files=(file,)))
    assert [message.files for message in slack.sent] == [(), (("application/octet-stream", b"%PDF-"),)]
    assert len(sent.external_ids) == 2
    assert [type(event).__name__ for event in heard(slack, account)] == ["Receipt", "Ignored"]


def test_files_that_do_not_follow_their_text_are_told_as_half_sent(slack, account) -> None:
    asked = question(slack, account)
    slack.suffer(Chaos.FAIL, on="completeUpload")
    file = File(name="a.txt", content_type="text/plain", size=1, read=lambda: b"a")
    failure = refusal(account, answer_to(asked, files=(file,)))
    assert (failure.error, failure.partial) == (ErrorClass.UNCERTAIN, True)


def test_a_file_of_a_colleague_is_fetched_with_our_token(slack, account) -> None:
    asked = question(slack, account, files=(("log.png", b"\x89PNG", "image/png"),))
    remote = asked.attachments[0].remote
    assert adapter.fetch_media(account, remote, 1000) == (b"\x89PNG", "image/png")
    assert adapter.fetch_media(account, {"id": remote["id"]}, 1000)[0] == b"\x89PNG"
    slack.bot_token = "another"
    with pytest.raises(SendRefused) as refused:
        adapter.fetch_media(account, remote, 1000)
    assert refused.value.failure.error is ErrorClass.REAUTH


def test_what_is_lost_on_the_way_back_is_found_by_its_number(slack, account) -> None:
    asked = question(slack, account)
    slack.suffer(Chaos.LOST, on="chat.postMessage")
    assert adapter.send(account, answer_to(asked)).external_ids == (slack.sent[0].id,)
    assert len(slack.sent) == 1


def test_what_never_arrived_stays_uncertain(slack, account) -> None:
    asked = question(slack, account)
    slack.suffer(Chaos.RESET, on="chat.postMessage")
    assert refusal(account, answer_to(asked)).error is ErrorClass.UNCERTAIN
    assert slack.sent == []


def test_slack_says_no_in_a_success(slack, account) -> None:
    asked = question(slack, account)
    place = slack.channels[asked.extra["channel"]]
    place.is_archived = True
    archived = refusal(account, answer_to(asked))
    assert (archived.error, archived.of_message) == (ErrorClass.CONFIG, True)
    place.is_archived, place.has_us = False, False
    assert refusal(account, answer_to(asked)).code == "not_in_channel"
    place.has_us, slack.scopes = True, "channels:history"
    assert "chat:write" in refusal(account, answer_to(asked)).reason
    slack.bot_token = "another"
    assert refusal(account, answer_to(asked)).error is ErrorClass.REAUTH


@pytest.mark.parametrize(
    ("chaos", "becomes"), [(Chaos.LIMIT, ErrorClass.RETRY_AFTER), (Chaos.FAIL, ErrorClass.RETRY)]
)
def test_what_was_not_taken_may_leave_later(slack, account, chaos, becomes) -> None:
    asked = question(slack, account)
    slack.suffer(chaos, on="chat.postMessage")
    assert refusal(account, answer_to(asked)).error is becomes


def test_the_sweep_finds_what_came_while_events_were_lost_under_the_same_names(slack, account) -> None:
    asked = question(slack, account)
    begun = [item.cursor for item in adapter.poll(account, {})][-1]
    slack.write(slack.people[0], "It is back", thread=asked.external_id)
    slack.write(slack.people[0], "Another thing")
    by_event = heard(slack, account)
    swept = [
        event
        for item in adapter.poll(account, begun)
        if item.raw
        for event in adapter.parse(account, RawDelivery(item.raw, {}, now(), "poll"))
    ]
    assert {event.external_id for event in by_event} <= {event.external_id for event in swept}
    assert {(event.external_id, event.thread) for event in by_event} <= {
        (event.external_id, event.thread) for event in swept
    }


def test_tokens_that_rotate_are_renewed(slack, account) -> None:
    assert adapter.renew(account) is None
    slack.refresh_token = "xoxe-first"
    rotating = account_for(adapter, {**slack.settings, "refresh_token": "xoxe-first"})
    renewed = adapter.renew(rotating)
    assert isinstance(renewed, Renewed)
    assert renewed.values["bot_token"] == slack.bot_token
    assert renewed.values["refresh_token"] == slack.refresh_token
    assert renewed.expires_at is not None
    with pytest.raises(SendRefused) as refused:
        adapter.renew(rotating)  # an old one is good once
    assert refused.value.failure.error is ErrorClass.REAUTH


def test_the_test_names_workspace_and_missing_permissions(slack, account) -> None:
    assert adapter.test(account) == "Connected to Telvia as ascolto."
    slack.scopes = "chat:write"
    with pytest.raises(SendRefused) as refused:
        adapter.test(account)
    assert "files:read" in refused.value.failure.reason


# --- the door ----------------------------------------------------------------------------------------------------------------


def test_slacks_question_is_answered_after_its_signature_was_checked() -> None:
    account = account_for(adapter, VALUES)
    body = json.dumps({"type": "url_verification", "challenge": "3eZb"}).encode()
    adapter.verify(account, signed(body))
    answer = adapter.acknowledge(account, signed(body))
    assert answer is not None
    assert (answer.body, answer.stores) == (b"3eZb", False)
    with pytest.raises(BadSignature):
        adapter.verify(account, signed(body, "another secret"))


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_a_recording_is_refused(seconds: int) -> None:
    stamp = str(int(now().timestamp()) + seconds)
    with pytest.raises(BadSignature):
        adapter.verify(account_for(adapter, VALUES), signed(b"{}", stamp=stamp))


def test_buttons_come_as_forms() -> None:
    account = account_for(adapter, VALUES)
    payload = json.dumps({"type": "view_closed", "user": {"id": "U0"}})
    body = urlencode({"payload": payload}).encode()
    adapter.verify(account, signed(body))
    assert adapter.acknowledge(account, signed(body)) is None
    (event,) = adapter.parse(account, RawDelivery(body, {}, RECEIVED_AT))
    assert type(event).__name__ == "Ignored"
    for cut in range(len("payload="), len(body) - 1):
        with pytest.raises(Malformed):
            adapter.verify(account, signed(body[:cut]))
