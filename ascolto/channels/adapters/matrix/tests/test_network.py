"""Against the stand-in over real sockets: what must hold on any homeserver, and what happens when it suffers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ascolto.channels.adapters.matrix.adapter import adapter
from ascolto.channels.adapters.matrix.tests.checks import MatrixChecks, refusal_of
from ascolto.channels.protocol import ErrorClass, SendRefused
from ascolto.kit import http
from ascolto.testing.conformance import account_for
from ascolto.testing.networks.city import City
from ascolto.testing.networks.matrix import MatrixNetwork
from ascolto.testing.polled import Desk, answer_to
from ascolto.testing.servers.matrix_user import MatrixUser


@pytest.fixture
def network() -> Iterator[MatrixNetwork]:
    with City() as city, http.settings(read_timeout=5.0, connect_timeout=1.0):
        network = city.add(MatrixNetwork())
        network.reads = False
        yield network


@pytest.fixture
def desk(network: MatrixNetwork) -> Desk:
    account = account_for(adapter, network.settings, id=hash(network) % 10**6)
    desk = Desk(adapter, account)
    desk.hears()
    return desk


@pytest.fixture
def telvia(network: MatrixNetwork) -> MatrixUser:
    return network.user(network.us)


@pytest.fixture
def giulia(network: MatrixNetwork) -> MatrixUser:
    return network.user(network.add_person("Giulia Conti"))


@pytest.fixture
def paolo(network: MatrixNetwork) -> MatrixUser:
    return network.user(network.add_person("Paolo Neri"))


class TestOnTheStandIn(MatrixChecks):
    """Everything, on our own server."""


def test_a_customer_writes_and_is_answered_and_reads(network, desk) -> None:
    network.reads = True
    giulia = network.add_person("Giulia Neri", local="gneri")
    network.write(giulia, "La fibra non va", files=[(b"\x89PNG", "image/png")])
    picture, text = (event for event in desk.hears())
    assert (picture.kind, text.text) == ("image", "La fibra non va")
    adapter.send(desk.account, answer_to(text, "Arriviamo"))
    assert (network.sent[0].person, network.sent[0].text) == (giulia, "Arriviamo")
    assert [type(event).__name__ for event in desk.hears()] == ["Message", "Receipt", "ReadUpTo"]


def test_an_answer_that_was_lost_is_repeated_as_the_same_event(network, desk) -> None:
    network.write(network.add_person("Giulia Neri"), "Ci siete?")
    outgoing = answer_to(desk.hears_message(), "Certo")
    network.suffer("lost", on="/send/")
    assert refusal_of(desk, outgoing).error is ErrorClass.UNCERTAIN
    sent = adapter.send(desk.account, outgoing)
    assert [message.id for message in network.sent] == list(sent.external_ids)


def test_a_server_that_has_enough_says_for_how_long(network, desk) -> None:
    network.write(network.add_person("Giulia Neri"), "Ci siete?")
    message = desk.hears_message()
    network.suffer("limit", on="/send/")
    failure = refusal_of(desk, answer_to(message, "Certo"))
    assert (failure.error, failure.retry_after) == (ErrorClass.RETRY_AFTER, 2.0)
    network.suffer("fail", on="/send/")
    assert refusal_of(desk, answer_to(message, "Certo")).error is ErrorClass.RETRY


def test_a_poll_that_breaks_off_loses_nothing(network, desk) -> None:
    giulia = network.add_person("Giulia Neri")
    network.write(giulia, "Ci siete?")
    desk.hears()
    network.write(giulia, "Pronto?")
    network.suffer("half", on="sync")
    with pytest.raises(SendRefused) as refusal:
        desk.hears()
    assert refusal.value.failure.error is ErrorClass.RETRY
    assert desk.hears_message().text == "Pronto?"


def test_a_token_of_another_account_is_found_out(network, desk) -> None:
    other = network.user(network.add_person("Giulia Neri"))
    account = account_for(adapter, {**network.settings, "access_token": other.token})
    with pytest.raises(SendRefused, match="another account"):
        adapter.test(account)
