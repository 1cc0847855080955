"""Teams and its stand-in: answers in threads, what Teams refuses, keys that change, a webhook without a way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from ascolto.channels.adapters.teams import sending
from ascolto.channels.adapters.teams.adapter import adapter
from ascolto.channels.protocol import (
    Account,
    BadSignature,
    Edited,
    ErrorClass,
    Failure,
    File,
    Handle,
    HookRequest,
    Message,
    Outgoing,
    RawDelivery,
    Reacted,
    Removed,
    SendRefused,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import account_for, hook
from ascolto.testing.networks.chaos import Chaos
from ascolto.testing.networks.city import City
from ascolto.testing.networks.teams import TeamsNetwork


@pytest.fixture
def teams() -> Iterator[TeamsNetwork]:
    with City() as city, http.settings(read_timeout=0.5):
        yield city.add(TeamsNetwork())


@pytest.fixture
def account(teams: TeamsNetwork) -> Account:
    return account_for(adapter, teams.settings)


def heard(teams: TeamsNetwork, account: Account) -> list[object]:
    """Everything that waits, read."""
    found: list[object] = []
    for body, headers in teams.mailman.take():
        adapter.verify(account, hook(body, headers))
        found += adapter.parse(account, RawDelivery(body=body, headers={}, received_at=now()))
    return found


def question(teams: TeamsNetwork, account: Account, **more: object) -> Message:
    teams.write(teams.add_person("Sara Neri"), "Il nodo è giù", **more)  # type: ignore[arg-type]
    (message,) = heard(teams, account)
    assert isinstance(message, Message)
    return message


def answer_to(message: Message, text: str = "Quando torna?", **more: object) -> Outgoing:
    return Outgoing(
        tracker="17.abc",
        recipient=message.sender.handles,
        text=text,
        reply_to=message.external_id,
        extra=dict(message.extra),
        **more,  # type: ignore[arg-type]
    )


def refusal(account: Account, outgoing: Outgoing) -> Failure:
    with pytest.raises(SendRefused) as refused:
        adapter.send(account, outgoing)
    return refused.value.failure


@pytest.mark.parametrize("direct", [False, True])
def test_an_answer_lands_where_it_was_asked(teams, account, direct) -> None:
    asked = question(teams, account, direct=direct)
    assert asked.text == "Il nodo è giù"
    sent = adapter.send(account, answer_to(asked, "*Quando* <torna>?"))
    assert teams.sent[0].text == "*Quando* <torna>?"
    assert teams.sent[0].data["textFormat"] == "plain"
    assert sent.external_ids[0].endswith(f":{teams.sent[0].id}")
    assert asked.external_id.endswith(f":{teams.sent[0].answers}")


def test_one_thread_is_one_conversation(teams, account) -> None:
    first = question(teams, account)
    nico = teams.add_person("Nico Riva")
    in_thread = teams.write(nico, "Lo vedo", thread=first.extra["conversation"])
    teams.write(nico, "Altro")
    same, other = heard(teams, account)
    assert first.thread == same.thread != other.thread
    assert same.external_id.endswith(f":{in_thread}")


def test_changes_reach_the_message_that_they_are_about(teams, account) -> None:
    asked = question(teams, account)
    sara, activity_id = teams.people[0], asked.external_id.partition(":")[2]
    teams.edit(sara, activity_id, "Il nodo è su")
    teams.react(sara, activity_id)
    teams.delete(sara, activity_id)
    edited, reacted, removed = heard(teams, account)
    assert (type(edited), type(reacted), type(removed)) == (Edited, Reacted, Removed)
    assert {event.external_id for event in (edited, reacted, removed)} == {asked.external_id}


def test_a_token_is_asked_for_once_and_again_when_it_is_refused(teams, account) -> None:
    asked = question(teams, account)
    for _ in range(3):
        adapter.send(account, answer_to(asked))
    logins = [path for _, path in teams.requests if "oauth2" in path]
    assert len(logins) == 1
    teams.tokens.clear()
    adapter.send(account, answer_to(asked))
    assert len(teams.sent) == 4
    sending.forget_token(account.config)
    teams.app_password = "another"
    failure = refusal(account, answer_to(asked))
    assert failure.error is ErrorClass.REAUTH
    assert "Trace ID" not in failure.reason


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        (403, "BotNotInConversationRoster", ErrorClass.BLOCKED),
        (403, "BotDisabledByAdmin", ErrorClass.CONFIG),
        (404, "ConversationNotFound", ErrorClass.RECIPIENT_GONE),
        (413, "MessageSizeTooBig", ErrorClass.CONTENT),
        (400, "BadArgument", ErrorClass.CONTENT),
        (412, "PreconditionFailed", ErrorClass.RETRY),
        (429, "TooManyRequests", ErrorClass.RETRY_AFTER),
        (500, "ServiceError", ErrorClass.RETRY),
        (502, "BadGateway", ErrorClass.RETRY),
        (504, "GatewayTimeout", ErrorClass.RETRY),
    ],
)
def test_each_refusal_is_named(teams, account, status, code, becomes) -> None:
    asked = question(teams, account)
    teams.refusals.append((status, code))
    failure = refusal(account, answer_to(asked))
    assert (failure.error, failure.code) == (becomes, code)
    assert failure.of_message is (becomes is ErrorClass.CONFIG)


@pytest.mark.parametrize("chaos", [Chaos.LOST, Chaos.HALF, Chaos.GARBAGE, Chaos.RESET])
def test_what_may_have_arrived_is_not_repeated(teams, account, chaos) -> None:
    asked = question(teams, account)
    teams.suffer(chaos, on="activities")
    assert refusal(account, answer_to(asked)).error is ErrorClass.UNCERTAIN
    assert len(teams.sent) <= 1


def test_nobody_is_answered_at_an_address_that_we_do_not_know(teams, account) -> None:
    asked = question(teams, account)
    elsewhere = dataclasses.replace(
        answer_to(asked), extra={**asked.extra, "service_url": "https://evil.example/"}
    )
    failure = refusal(account, elsewhere)
    assert (failure.error, failure.of_message) == (ErrorClass.CONFIG, True)
    assert not any("oauth2" in path for _, path in teams.requests)


def test_what_teams_does_not_take_does_not_leave(teams, account) -> None:
    asked = question(teams, account)
    file = File(name="a", content_type="text/plain", size=1, read=lambda: b"a")
    for outgoing in (answer_to(asked, ""), answer_to(asked, "x" * 12_001), answer_to(asked, files=(file,))):
        assert refusal(account, outgoing).error is ErrorClass.CONTENT
    nobody = Outgoing(tracker="1", recipient=(Handle("teams", "29:1"),), text="Ciao")
    assert refusal(account, nobody).error is ErrorClass.RECIPIENT_GONE


def test_keys_that_change_are_renewed(teams, account) -> None:
    teams.rotate_keys(keep=0)
    teams.write(teams.add_person("Sara Neri"), "Ci sei?")
    ((body, headers),) = teams.mailman.take()
    with pytest.raises(BadSignature):
        adapter.verify(account, hook(body, headers))
    renewed = adapter.renew(account)
    assert renewed is not None
    fresh = account_for(adapter, {**teams.settings, **renewed.values})
    adapter.verify(fresh, hook(body, headers))
    assert adapter.test(account) == "Microsoft knows the app, and publishes 1 keys for its messages."


def test_pictures_are_fetched_with_our_token_and_files_without(teams, account) -> None:
    media_id = teams.keep(b"\x89PNG", "image/png")
    url = f"{teams.connector_url}/files/{media_id}"
    attached = [{"contentType": "image/png", "contentUrl": url}]
    asked = question(teams, account, direct=True, attachments=attached)
    assert adapter.fetch_media(account, asked.attachments[0].remote, 100) == (b"\x89PNG", "image/png")
    with pytest.raises(SendRefused):  # somebody else's address sees no token, and private ones nothing at all
        adapter.fetch_media(account, {"url": f"{teams.url}/service/files/{media_id}"}, 100)


def test_an_outgoing_webhook_answers_through_a_flow_or_not_at_all() -> None:
    with City() as city:
        teams = city.add(TeamsNetwork("outgoing webhook"))
        account = account_for(adapter, teams.settings)
        asked = question(teams, account)
        assert refusal(account, answer_to(asked)).error is ErrorClass.CONFIG
        assert "cannot answer" in adapter.test(account)
        teams.way = "one way"
        flow = teams.settings["workflow_url"]
        teams.way = "outgoing webhook"
        both = account_for(adapter, {**teams.settings, "workflow_url": flow})
        adapter.send(both, answer_to(asked, "Torna *alle* 18"))
        assert teams.sent[0].text == "Torna *alle* 18"


def test_one_way_writes_and_hears_nothing() -> None:
    with City() as city:
        teams = city.add(TeamsNetwork("one way"))
        account = account_for(adapter, teams.settings)
        adapter.send(account, Outgoing(tracker="1", recipient=(), text="Ciao"))
        assert adapter.test(account).startswith("A test message")
        assert len(teams.sent) == 2
        sheet = adapter.capabilities_with(teams.settings)
        assert (sheet.listens, sheet.starts) == (False, True)
        with pytest.raises(Exception, match="only writes"):
            adapter.verify(account, HookRequest("POST", "https://care.example", {}, {}, b"{}"))
