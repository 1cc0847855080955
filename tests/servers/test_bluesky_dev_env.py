"""The Bluesky adapter on the network's own servers: an optional run, see docs/howto/bluesky-dev-env.md."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ascolto.channels.adapters.bluesky.adapter import Bluesky
from ascolto.channels.adapters.bluesky.sending import key_of
from ascolto.channels.protocol import ErrorClass, Inbound, Message, Removed, SendRefused
from ascolto.kit import clock
from ascolto.testing.conformance import account_for
from ascolto.testing.harness import oracle
from ascolto.testing.polled import Desk, answer_to, picture
from ascolto.testing.servers import ServerMissing
from ascolto.testing.servers.bluesky_dev_env import BlueskyDevEnv

pytestmark = [pytest.mark.processes, pytest.mark.any_database]
atproto = oracle("atproto")


@pytest.fixture(scope="module")
def network() -> Iterator[BlueskyDevEnv]:
    server = BlueskyDevEnv()
    try:
        server.start()
    except ServerMissing as reason:
        pytest.skip(str(reason))  # never required: it is not to be had by pip
    yield server
    server.stop()


@pytest.fixture(scope="module")
def giulia(network: BlueskyDevEnv) -> Any:
    client = atproto.Client(base_url=f"{network.service}/xrpc")
    client.login("giulia.test", network.accounts["giulia"]["password"])
    return client


@pytest.fixture(scope="module")
def desk(network: BlueskyDevEnv) -> Desk:
    adapter = Bluesky()
    desk = Desk(adapter, account_for(adapter, network.settings))
    desk.hears()
    return desk


def hears(desk: Desk, kind: type[Inbound] = Message) -> Any:
    """The next thing of a kind; the AppView needs a moment to take notice."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = [event for event in desk.hears() if isinstance(event, kind)]
        if found:
            return found[0]
    raise AssertionError("nothing came within half a minute")


def mentions(giulia: Any, network: BlueskyDevEnv, text: str) -> Any:
    words = atproto.client_utils.TextBuilder().mention("@telvia.test", network.accounts["telvia"]["did"])
    return giulia.send_post(words.text(f" {text}"))


def test_the_connection_is_tested(desk) -> None:
    assert desk.adapter.test(desk.account) == "Connected as @telvia.test."


def test_a_mention_is_heard_and_answered_and_the_answer_comes_back_as_ours(network, desk, giulia) -> None:
    written = mentions(giulia, network, "la línea è giù 😡")
    message = hears(desk)
    assert (message.external_id, message.extra["cid"]) == (written.uri, written.cid)
    assert message.text == "@telvia.test la línea è giù 😡"
    text = "Arriviamo, @giulia.test: https://telvia.example/stato"
    (uri,) = desk.adapter.publish(desk.account, answer_to(message, text)).external_ids
    echo = hears(desk)
    assert (echo.outgoing, echo.external_id, echo.text) == (True, uri, text)
    assert echo.sender.handles[0].value == network.accounts["giulia"]["did"]
    record = giulia.get_post_thread(written.uri).thread.replies[0].post.record
    assert [facet.features[0].py_type.partition("#")[2] for facet in record.facets] == ["mention", "link"]


def test_the_same_answer_twice_is_one_post(network, desk, giulia) -> None:
    mentions(giulia, network, "ci siete?")
    outgoing = answer_to(hears(desk), "Certo", "twice-1", files=(picture(),))
    first = desk.adapter.publish(desk.account, outgoing)
    assert desk.adapter.publish(desk.account, outgoing) == first
    assert first.external_ids[0].endswith(key_of("twice-1"))
    assert hears(desk).external_id == first.external_ids[0]


def test_a_reply_says_what_it_is_about(network, desk, giulia) -> None:
    mentions(giulia, network, "quando venite?")
    (ours,) = desk.adapter.publish(desk.account, answer_to(hears(desk), "Domani", "about-1")).external_ids
    hears(desk)
    post = giulia.get_posts([ours]).posts[0]
    parent = atproto.models.create_strong_ref(post)
    root = post.record.reply.root
    giulia.send_post("A che ora?", reply_to=atproto.models.AppBskyFeedPost.ReplyRef(parent=parent, root=root))
    message = hears(desk)
    assert (message.extra["context"], message.replies_to[0]) == ("Domani", ours)
    assert message.extra["root"]["uri"] == root.uri


def test_what_is_deleted_is_seen_and_cannot_be_answered(network, desk, giulia) -> None:
    written = mentions(giulia, network, "mi sono sbagliata")
    message = hears(desk)
    giulia.delete_post(written.uri)
    with clock.at(clock.now() + timedelta(minutes=20)):
        assert hears(desk, Removed).external_id == written.uri
    with pytest.raises(SendRefused) as refusal:
        desk.adapter.publish(desk.account, answer_to(message, "Certo", "gone-1"))
    assert refusal.value.failure.error is ErrorClass.RECIPIENT_GONE


def test_a_wrong_password_is_named(network) -> None:
    adapter = Bluesky()
    with pytest.raises(SendRefused) as refusal:
        adapter.test(account_for(adapter, {**network.settings, "app_password": "wrong"}))
    assert refusal.value.failure.error is ErrorClass.REAUTH
