"""The conformance suite on Trustpilot, and what only Trustpilot does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.channels.adapters.trustpilot.adapter import adapter
from ascolto.channels.protocol import (
    ConfigError,
    ErrorClass,
    Message,
    RawDelivery,
    Receipt,
    Removed,
    SendRefused,
    Unsupported,
    read_config,
)
from ascolto.kit import http
from ascolto.kit.clock import now
from ascolto.testing.conformance import AdapterConformance, account_for, hook
from ascolto.testing.networks.city import City
from ascolto.testing.networks.trustpilot import TrustpilotNetwork
from ascolto.testing.polling import PollingDesk, handle_of, reply_to

VALUES = {
    "business_unit_id": "46d6a890000064000500e0c3",
    "api_key": "standinapikey",
    "api_secret": "standinapisecret",
    "business_user_id": "507f191e810c19729de860ea",
}


class TestTrustpilot(AdapterConformance):
    adapter = adapter
    values = VALUES
    signed = False  # no signature is documented: the secret in the address is the proof


@pytest.fixture
def trustpilot() -> Iterator[TrustpilotNetwork]:
    with City() as city:
        yield city.add(TrustpilotNetwork())


@pytest.fixture
def desk(trustpilot: TrustpilotNetwork) -> PollingDesk:
    return PollingDesk(adapter, account_for(adapter, trustpilot.settings))


def heard(network: TrustpilotNetwork, desk: PollingDesk) -> list[object]:
    """What the hooks that wait tell."""
    found: list[object] = []
    for body, headers in network.mailman.take():
        request = hook(body, headers)
        adapter.verify(desk.account, request)
        found += adapter.parse(desk.account, RawDelivery(body=body, headers={}, received_at=now()))
    return found


def test_a_hook_and_the_poll_tell_one_review(trustpilot: TrustpilotNetwork, desk: PollingDesk) -> None:
    giulia = trustpilot.add_person("Giulia C.")
    review_id = trustpilot.write(giulia, "La sera non si naviga", rating=2, title="Lenta", reference="TV-1")
    [told] = heard(trustpilot, desk)
    [polled] = desk.messages()
    assert isinstance(told, Message)
    assert told.external_id == polled.external_id == review_id
    assert handle_of(told) == handle_of(polled)
    assert (told.revised_at, told.extra["rating"]) == (polled.revised_at, polled.extra["rating"])
    assert polled.extra["reference"] == "TV-1"
    assert polled.extra["context"] == "Telvia"


def test_a_change_and_an_end_come_by_hook_and_by_poll(
    trustpilot: TrustpilotNetwork, desk: PollingDesk
) -> None:
    review_id = trustpilot.write(trustpilot.add_person("Giulia"), "Male", rating=1)
    first = desk.messages()[0]
    trustpilot.edit(review_id, "Ora bene", rating=4)
    changed = desk.messages()[0]
    assert changed.revised_at is not None
    assert first.revised_at is not None
    assert changed.revised_at > first.revised_at
    trustpilot.remove(review_id)
    assert isinstance(heard(trustpilot, desk)[-1], Removed)
    assert desk.removed(16) == [review_id]


def test_marco_replies_in_public_and_asks_in_private_once(
    trustpilot: TrustpilotNetwork, desk: PollingDesk
) -> None:
    review_id = trustpilot.write(trustpilot.add_person("Giulia"), "Male", rating=1)
    said = desk.messages()[0]
    sent = adapter.publish(desk.account, reply_to(said, "Buongiorno, ci scriva il numero cliente."))
    [receipt] = [event for event in desk.poll() if isinstance(event, Receipt)]
    assert receipt.external_id == sent.external_ids[0]
    question = reply_to(said, "Chi è lei?", visibility="private", from_public=True)
    adapter.send(desk.account, question)
    assert trustpilot.questions == {review_id: "Chi è lei?"}
    with pytest.raises(SendRefused) as refusal:
        adapter.send(desk.account, question)
    assert refusal.value.failure.error is ErrorClass.CONTENT
    assert refusal.value.failure.of_message
    assert [message.public for message in trustpilot.sent] == [True, False]


def test_nothing_private_leaves_but_the_question_who_somebody_is(
    trustpilot: TrustpilotNetwork, desk: PollingDesk
) -> None:
    trustpilot.write(trustpilot.add_person("Giulia"), "Male")
    with pytest.raises(SendRefused):
        adapter.send(desk.account, reply_to(desk.messages()[0], "Ciao", visibility="private"))
    assert trustpilot.sent == []


def test_a_token_is_used_as_long_as_it_is_good(trustpilot: TrustpilotNetwork, desk: PollingDesk) -> None:
    desk.poll()
    desk.poll()
    assert trustpilot.tokens_given == 1
    trustpilot.tokens.clear()
    desk.poll()
    assert trustpilot.tokens_given == 2


def test_with_the_key_alone_reviews_are_read_only(trustpilot: TrustpilotNetwork) -> None:
    values = {**trustpilot.settings, "api_secret": "", "business_user_id": ""}
    desk = PollingDesk(adapter, account_for(adapter, values))
    trustpilot.write(trustpilot.add_person("Giulia"), "Male")
    said = desk.messages()[0]
    assert not adapter.capabilities_with(values).answers
    assert adapter.capabilities_with(VALUES).answers
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "Grazie"))
    assert refusal.value.failure.error is ErrorClass.CONFIG
    assert adapter.test(desk.account) == "Trustpilot let us in. Reviews can be read only."


@pytest.mark.parametrize(
    ("chaos", "error"),
    [
        ("limit", ErrorClass.RETRY_AFTER),
        ("fail", ErrorClass.RETRY),
        ("gateway", ErrorClass.UNCERTAIN),
        ("lost", ErrorClass.UNCERTAIN),
        ("reset", ErrorClass.UNCERTAIN),
        ("hang", ErrorClass.UNCERTAIN),
    ],
)
def test_an_outage_while_replying_is_named_for_what_it_is(
    trustpilot: TrustpilotNetwork, desk: PollingDesk, chaos: str, error: ErrorClass
) -> None:
    trustpilot.write(trustpilot.add_person("Giulia"), "Male")
    answer = reply_to(desk.messages()[0], "Ci dispiace.")
    trustpilot.suffer(chaos, on="/reply")
    with http.settings(read_timeout=0.3), pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, answer)
    assert refusal.value.failure.error is error


def test_what_trustpilot_refuses_is_told(trustpilot: TrustpilotNetwork, desk: PollingDesk) -> None:
    review_id = trustpilot.write(trustpilot.add_person("Giulia"), "Male")
    said = desk.messages()[0]
    trustpilot.remove(review_id)
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "Grazie"))
    assert refusal.value.failure.error is ErrorClass.RECIPIENT_GONE
    trustpilot.quota = 0
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.RETRY_AFTER
    wrong = account_for(adapter, {**trustpilot.settings, "api_secret": "wrongsecret"})
    with pytest.raises(SendRefused) as refusal:
        PollingDesk(adapter, wrong).poll()
    assert refusal.value.failure.error is ErrorClass.REAUTH
    assert "wrongsecret" not in refusal.value.failure.reason


def test_pages_that_move_lose_and_double_nothing(trustpilot: TrustpilotNetwork, desk: PollingDesk) -> None:
    giulia = trustpilot.add_person("Giulia")
    ids = [trustpilot.write(giulia, f"Numero {number}") for number in range(230)]
    trustpilot.before_page = lambda page: (
        ids.append(trustpilot.write(giulia, "Nel mezzo")) if page in {1, 2} else None
    )
    found = [message.external_id for _ in range(2) for message in desk.messages()]
    assert sorted(found) == sorted(ids)
    assert len(ids) == 232


def test_an_event_of_tomorrow_is_kept(desk: PollingDesk) -> None:
    body = b'{"events": [{"eventName": "service-review-framed", "eventData": {"id": "1"}}]}'
    [event] = adapter.parse(desk.account, RawDelivery(body=body, headers={}, received_at=now()))
    assert isinstance(event, Unsupported)


@pytest.mark.parametrize(
    ("name", "value"),
    [("business_unit_id", "a/b"), ("api_key", "à b"), ("api_base", "x"), ("backfill_days", "4000")],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name
