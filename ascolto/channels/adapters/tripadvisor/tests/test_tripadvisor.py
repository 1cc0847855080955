"""The conformance suite on Tripadvisor, and what only Tripadvisor does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.channels.adapters.tripadvisor.adapter import adapter
from ascolto.channels.protocol import ConfigError, ErrorClass, Message, SendRefused, read_config
from ascolto.testing.conformance import AdapterConformance, account_for
from ascolto.testing.networks.city import City
from ascolto.testing.networks.tripadvisor import TripadvisorNetwork
from ascolto.testing.polling import PollingDesk, reply_to

VALUES = {"locations": "196060=Hotel Telvia", "api_key": "terra-key"}


class TestTripadvisor(AdapterConformance):
    adapter = adapter
    values = VALUES
    hooks = False


@pytest.fixture
def tripadvisor() -> Iterator[TripadvisorNetwork]:
    with City() as city:
        yield city.add(TripadvisorNetwork())


@pytest.fixture
def desk(tripadvisor: TripadvisorNetwork) -> PollingDesk:
    return PollingDesk(adapter, account_for(adapter, tripadvisor.settings))


def test_giulia_writes_and_the_desk_can_go_there(tripadvisor: TripadvisorNetwork, desk: PollingDesk) -> None:
    tripadvisor.write(tripadvisor.add_person("giulia_c"), "In camera niente wifi", rating=2, title="Wifi")
    said = desk.messages()[0]
    assert (said.text, said.extra["title"], said.extra["rating"]) == ("In camera niente wifi", "Wifi", 2)
    assert said.extra["url"].startswith("https://www.tripadvisor.com/")
    assert said.extra["context"] == "Hotel Telvia"
    assert said.sender.language == "it"
    assert not adapter.capabilities.answers


def test_what_was_answered_there_is_our_answer(tripadvisor: TripadvisorNetwork, desk: PollingDesk) -> None:
    review_id = tripadvisor.write(tripadvisor.add_person("giulia_c"), "Male", rating=1)
    desk.poll()
    tripadvisor.reply_elsewhere(review_id, "Gentile ospite, riparato.")
    echo = next(event for event in desk.poll() if isinstance(event, Message) and event.outgoing)
    assert (echo.text, echo.replies_to) == ("Gentile ospite, riparato.", (review_id,))


def test_a_plan_that_shows_three_reviews_makes_none_disappear(
    tripadvisor: TripadvisorNetwork, desk: PollingDesk
) -> None:
    tripadvisor.shows = 3
    giulia = tripadvisor.add_person("giulia_c")
    found = []
    for number in range(6):
        tripadvisor.write(giulia, f"Numero {number}")
        found += [message.text for message in desk.messages()]
    assert len(found) == 6
    assert desk.removed(60) == []


def test_many_reviews_come_in_pages_of_twenty(tripadvisor: TripadvisorNetwork, desk: PollingDesk) -> None:
    giulia = tripadvisor.add_person("giulia_c")
    for number in range(45):
        tripadvisor.write(giulia, f"Numero {number}")
    assert [message.text for message in desk.messages()] == [f"Numero {number}" for number in range(45)]


def test_an_explicit_deny_is_an_error_and_never_no_reviews(
    tripadvisor: TripadvisorNetwork, desk: PollingDesk
) -> None:
    tripadvisor.denies = True
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is ErrorClass.CONFIG
    assert "explicit deny" in refusal.value.failure.reason


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"api_key": "wrong-key"}, ErrorClass.REAUTH), ({"locations": "77"}, ErrorClass.CONFIG)],
)
def test_a_wrong_setting_is_told(
    tripadvisor: TripadvisorNetwork, changed: dict[str, str], error: ErrorClass
) -> None:
    desk = PollingDesk(adapter, account_for(adapter, {**tripadvisor.settings, **changed}))
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is error
    assert "wrong-key" not in refusal.value.failure.reason


@pytest.mark.parametrize(
    ("chaos", "error"),
    [("limit", ErrorClass.RETRY_AFTER), ("fail", ErrorClass.RETRY), ("garbage", ErrorClass.RETRY)],
)
def test_an_outage_keeps_the_place(
    tripadvisor: TripadvisorNetwork, desk: PollingDesk, chaos: str, error: ErrorClass
) -> None:
    tripadvisor.write(tripadvisor.add_person("giulia_c"), "Male")
    tripadvisor.suffer(chaos)
    with pytest.raises(SendRefused) as refusal:
        desk.poll()
    assert refusal.value.failure.error is error
    assert len(desk.messages()) == 1


def test_nothing_can_be_answered_from_here(tripadvisor: TripadvisorNetwork, desk: PollingDesk) -> None:
    tripadvisor.write(tripadvisor.add_person("giulia_c"), "Male")
    said = desk.messages()[0]
    for leave in (adapter.publish, adapter.send):
        with pytest.raises(SendRefused):
            leave(desk.account, reply_to(said, "Grazie"))


def test_the_test_button_counts(tripadvisor: TripadvisorNetwork, desk: PollingDesk) -> None:
    assert adapter.test(desk.account) == "Tripadvisor let us in. Places: 1. Reviews that can be read: 0."


def test_several_locations_are_told_apart() -> None:
    config = read_config(adapter.Config, {**VALUES, "locations": "1=Hotel, Milano; 2 3=Roma"})
    assert config.places == {"1": "Hotel, Milano", "2": "", "3": "Roma"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("locations", "Milano"), ("api_key", "due parole"), ("locale", "Italian"), ("api_base", "x")],
)
def test_a_setting_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_config(adapter.Config, {**VALUES, name: value})
    assert refusal.value.field == name
