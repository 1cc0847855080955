"""The conformance suite on Google Play, and what only Play does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ascolto.channels.adapters.playstore.adapter import adapter
from ascolto.channels.adapters.playstore.parsing import split_title
from ascolto.channels.protocol import (
    ConfigError,
    ErrorClass,
    Message,
    ReceiptStatus,
    SendRefused,
    read_config,
)
from ascolto.kit.clock import now
from ascolto.testing.conformance import AdapterConformance, account_for
from ascolto.testing.networks.city import City
from ascolto.testing.networks.googledoor import GoogleDoor
from ascolto.testing.networks.playstore import SCOPE, PlayStoreNetwork
from ascolto.testing.polling import PollingDesk, reply_to

VALUES = {"package": "it.telvia.app", "service_account": GoogleDoor(SCOPE).key_file}


class TestPlayStore(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False


@pytest.fixture
def play() -> Iterator[PlayStoreNetwork]:
    with City() as city:
        yield city.add(PlayStoreNetwork())


@pytest.fixture
def desk(play: PlayStoreNetwork) -> PollingDesk:
    return PollingDesk(adapter, account_for(adapter, play.settings))


def test_giulia_writes_and_marco_replies(play: PlayStoreNetwork, desk: PollingDesk) -> None:
    play.write(play.add_person("Giulia Conti"), "Si chiude subito", rating=2, title="No")
    said = desk.messages()[0]
    assert (said.text, said.extra["title"], said.extra["rating"]) == ("Si chiude subito", "No", 2)
    assert (said.extra["version"], said.extra["device"]) == ("3.1", "Google panther")
    sent = adapter.publish(desk.account, reply_to(said, "Buongiorno, la <b>3.2</b> lo risolve."))
    assert play.sent[-1].text == "Buongiorno, la 3.2 lo risolve."
    assert [(r.external_id, r.status) for r in desk.receipts()] == [
        (sent.external_ids[0], ReceiptStatus.DELIVERED)
    ]


def test_a_review_that_was_changed_after_our_reply_says_so(play: PlayStoreNetwork, desk: PollingDesk) -> None:
    review_id = play.write(play.add_person("Giulia"), "Male", rating=1)
    said = desk.messages()[0]
    adapter.publish(desk.account, reply_to(said, "Grazie"))
    play.edit(review_id, "Ancora male")
    changed, echo = [event for event in desk.poll() if isinstance(event, Message)]
    assert changed.external_id == said.external_id
    assert changed.revised_at is not None
    assert changed.revised_at > echo.occurred_at
    assert echo.outgoing


def test_play_forgets_after_seven_days_and_nothing_disappears_for_it(
    play: PlayStoreNetwork, desk: PollingDesk
) -> None:
    giulia = play.add_person("Giulia")
    old = play.write(giulia, "Vecchia", at=now() - timedelta(days=6, hours=23, minutes=59))
    gone, _ = play.write(giulia, "Tolta"), play.write(giulia, "Nuova")
    assert len(desk.messages()) == 3
    play.reviews[old].updated_at -= timedelta(hours=1)  # the hour passes
    play.remove(gone)
    assert desk.removed(12) == [gone]


def test_many_pages_are_read_by_their_tokens(play: PlayStoreNetwork, desk: PollingDesk) -> None:
    giulia = play.add_person("Giulia")
    ids = [play.write(giulia, f"Numero {number}") for number in range(250)]
    play.before_page = lambda page: ids.append(play.write(giulia, "Nel mezzo")) if page == 1 else None
    found = [message.external_id for _ in range(2) for message in desk.messages()]
    assert sorted(found) == sorted(ids)


def test_errors_are_named_for_what_they_are(play: PlayStoreNetwork, desk: PollingDesk) -> None:
    review_id = play.write(play.add_person("Giulia"), "Male")
    said = desk.messages()[0]
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "x" * 351))
    assert refusal.value.failure.error is ErrorClass.CONTENT
    play.remove(review_id)
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, reply_to(said, "Grazie"))
    assert refusal.value.failure.error is ErrorClass.RECIPIENT_GONE
    assert refusal.value.failure.of_message
    play.looks_left = 0
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.RETRY_AFTER
    play.has_permission = False
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.CONFIG


@pytest.mark.parametrize("chaos", ["gateway", "lost", "half", "garbage", "fail"])
def test_a_reply_whose_answer_was_lost_is_put_again_and_is_one(
    play: PlayStoreNetwork, desk: PollingDesk, chaos: str
) -> None:
    play.write(play.add_person("Giulia"), "Male")
    answer = reply_to(desk.messages()[0], "Ci dispiace.")
    play.suffer(chaos, on=":reply")
    with pytest.raises(SendRefused) as refusal:
        adapter.publish(desk.account, answer)
    assert refusal.value.failure.error is ErrorClass.RETRY
    sent = adapter.publish(desk.account, answer)
    echo = next(event for event in desk.poll() if isinstance(event, Message) and event.outgoing)
    assert echo.external_id == sent.external_ids[0]


def test_nothing_private_can_leave_here(play: PlayStoreNetwork, desk: PollingDesk) -> None:
    play.write(play.add_person("Giulia"), "Male")
    with pytest.raises(SendRefused):
        adapter.send(desk.account, reply_to(desk.messages()[0], "Ciao", visibility="private"))
    assert play.sent == []


def test_title_and_text_are_joined_by_a_tab() -> None:
    assert split_title("\tGreat app\tbest ever") == ("Great app", "best ever")
    assert split_title("\tGreat app") == ("", "Great app")
    assert split_title("Title\tText") == ("Title", "Text")
    assert split_title("Text") == ("", "Text")


def test_the_test_button_says_what_it_saw(play: PlayStoreNetwork, desk: PollingDesk) -> None:
    assert "no reviews" in adapter.test(desk.account)
    play.write(play.add_person("Giulia"), "Bene")
    assert adapter.test(desk.account) == "Google Play let us in."


@pytest.mark.parametrize(
    ("name", "value"),
    [("package", "telvia/.."), ("service_account", "{}"), ("translate_to", "Italian!"), ("api_base", "x")],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name
